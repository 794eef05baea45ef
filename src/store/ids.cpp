// SPDX-License-Identifier: Apache-2.0
#include "melange/store/ids.h"

#include <algorithm>

#include "melange/base/bytes.h"
#include "melange/base/text.h"

namespace melange::store {
namespace {

constexpr std::string_view kForm = "xxxxxxxx-xxxx-8xxx-8xxx-xxxxxxxxxxxx";
constexpr std::uint64_t kMask48 = kMaxObjectNumber;

// Those that stand in the keys of addresses and free ranges are half as long.
std::uint64_t highest(ObjectKind kind) {
  const bool is_short =
      kind == ObjectKind::kNetwork || kind == ObjectKind::kBlock || kind == ObjectKind::kMacRange;
  return is_short ? 0xffffffff : kMaxObjectNumber;
}

bool has_form(std::string_view text) {
  return std::ranges::equal(text, kForm, [](char c, char form) {
    if (form != 'x') return c == form;
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

}  // namespace

std::string uuid(StoreId store, ObjectKind kind, std::uint64_t number) {
  std::array<std::uint8_t, 16> octets;
  base::ByteWriter out(octets);
  out.u64((store.value & kMask48) << 16 | 0x8000 | static_cast<std::uint64_t>(kind));
  out.u64(std::uint64_t{0x8000} << 48 | (number & kMask48));
  std::string digits = base::hex(octets);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) digits.insert(at, 1, '-');
  return digits;
}

std::optional<std::uint64_t> parse_uuid(std::string_view text, StoreId store, ObjectKind kind) {
  if (!has_form(text)) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '-');
  const auto octets = base::parse_hex(digits);
  if (!octets || octets->size() != 16) return std::nullopt;
  base::ByteReader in(*octets);
  const std::uint64_t high = in.u64();
  const std::uint64_t rest = in.u64();
  const std::uint64_t number = rest & kMask48;
  const std::uint64_t expected =
      (store.value & kMask48) << 16 | 0x8000 | static_cast<std::uint64_t>(kind);
  const std::uint64_t low = std::uint64_t{0x8000} << 48 | number;
  if (high != expected || rest != low || number == 0 || number > highest(kind)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace melange::store
