// SPDX-License-Identifier: Apache-2.0
#include "melange/base/bytes.h"

#include <algorithm>
#include <cstring>

#include "melange/base/check.h"

namespace melange::base {

Bytes bytes_of(std::string_view text) {
  // The one place where text and octets meet: both are arrays of single bytes.
  const void* data = text.data();
  return {static_cast<const std::uint8_t*>(data), text.size()};
}

std::string_view text_of(Bytes bytes) {
  const void* data = bytes.data();
  return {static_cast<const char*>(data), bytes.size()};
}

bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

void ByteReader::fail() {
  ok_ = false;
  rest_ = {};
}

Bytes ByteReader::take(std::size_t count) {
  if (count > rest_.size()) {
    fail();
    return {};
  }
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

ByteReader ByteReader::sub(std::size_t count) {
  ByteReader part(take(count));
  part.ok_ = ok_;
  return part;
}

Bytes ByteReader::take_rest() { return take(rest_.size()); }

std::uint64_t ByteReader::big_endian(std::size_t count) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : take(count)) value = value << 8 | octet;
  return value;
}

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(big_endian(1)); }
std::uint16_t ByteReader::u16() { return static_cast<std::uint16_t>(big_endian(2)); }
std::uint32_t ByteReader::u32() { return static_cast<std::uint32_t>(big_endian(4)); }
std::uint64_t ByteReader::u64() { return big_endian(8); }

bool ByteWriter::put(Bytes bytes) {
  if (bytes.size() > room()) return false;
  if (!bytes.empty()) std::memcpy(buffer_.subspan(size_).data(), bytes.data(), bytes.size());
  size_ += bytes.size();
  return true;
}

bool ByteWriter::fill(std::size_t count, std::uint8_t value) {
  if (count > room()) return false;
  std::ranges::fill(buffer_.subspan(size_, count), value);
  size_ += count;
  return true;
}

bool ByteWriter::big_endian(std::uint64_t value, std::size_t count) {
  if (count > room()) return false;
  for (std::size_t shift = 8 * count; shift > 0; shift -= 8) {
    buffer_[size_++] = static_cast<std::uint8_t>(value >> (shift - 8));
  }
  return true;
}

bool ByteWriter::u8(std::uint8_t value) { return big_endian(value, 1); }
bool ByteWriter::u16(std::uint16_t value) { return big_endian(value, 2); }
bool ByteWriter::u32(std::uint32_t value) { return big_endian(value, 4); }
bool ByteWriter::u64(std::uint64_t value) { return big_endian(value, 8); }

void ByteWriter::roll_back(std::size_t size) {
  check(size <= size_);
  size_ = size;
}

void ByteWriter::patch(std::size_t at, Bytes bytes) {
  check(at <= size_ && bytes.size() <= size_ - at);
  std::ranges::copy(bytes, buffer_.subspan(at).begin());
}

}  // namespace melange::base
