// SPDX-License-Identifier: Apache-2.0
//
// Cursors over bytes: the only way that code reads or writes a packet or a stored record.
//
// ByteReader never reads past its span: the first read that does not fit makes it fail, and it
// stays failed; every later read gives zero or an empty span. Callers read a whole structure and
// ask `ok()` once. ByteWriter writes into the caller's buffer: what does not fit is rolled back, so
// that the buffer never ends with half a field. Multi-octet integers are in network byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace melange::base {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// The octets of a text, and the text of octets, without a copy.
Bytes bytes_of(std::string_view text);
std::string_view text_of(Bytes bytes);

bool equal(Bytes a, Bytes b);

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  // The next `count` octets; empty (and failed) if fewer are left.
  Bytes take(std::size_t count);
  // A reader of the next `count` octets alone, so that a field cannot read its neighbour.
  ByteReader sub(std::size_t count);
  // Everything that is left.
  Bytes take_rest();
  void skip(std::size_t count) { take(count); }

  std::size_t remaining() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }
  bool ok() const { return ok_; }
  // True if nothing failed and nothing is left: how a fixed structure should end.
  bool finished() const { return ok_ && rest_.empty(); }
  void fail();

 private:
  std::uint64_t big_endian(std::size_t count);

  Bytes rest_;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes buffer) : buffer_(buffer) {}

  // Each returns false, and changes nothing, if the value does not fit.
  bool u8(std::uint8_t value);
  bool u16(std::uint16_t value);
  bool u32(std::uint32_t value);
  bool u64(std::uint64_t value);
  bool put(Bytes bytes);
  bool fill(std::size_t count, std::uint8_t value);

  // Forgets everything after `size` octets; `size` comes from an earlier `size()`.
  void roll_back(std::size_t size);
  // Overwrites octets that were written before; `at + bytes.size()` must not be over `size()`.
  void patch(std::size_t at, Bytes bytes);

  std::size_t size() const { return size_; }
  std::size_t room() const { return buffer_.size() - size_; }
  Bytes written() const { return buffer_.first(size_); }

 private:
  bool big_endian(std::uint64_t value, std::size_t count);

  MutableBytes buffer_;
  std::size_t size_ = 0;
};

}  // namespace melange::base
