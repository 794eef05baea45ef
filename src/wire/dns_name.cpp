// SPDX-License-Identifier: Apache-2.0
#include "dns_name.h"

#include <algorithm>

#include "melange/base/text.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;

constexpr std::size_t kLabelSize = 63;
constexpr std::size_t kNameSize = 253;  // as text; 255 octets on the wire
constexpr std::uint8_t kPointerBits = 0xc0;

bool is_name_character(std::uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool append_label(std::string& name, Bytes label) {
  if (label.empty() || !std::ranges::all_of(label, is_name_character)) return false;
  if (!name.empty()) name += '.';
  name += base::text_of(label);
  return name.size() <= kNameSize;
}

}  // namespace

std::optional<std::string> read_name(ByteReader& reader, Bytes whole) {
  std::string name;
  ByteReader elsewhere(whole);
  ByteReader* current = &reader;
  std::size_t run_start = whole.size() - reader.remaining();
  bool pointer_allowed = true;
  while (true) {
    const std::uint8_t length = current->u8();
    if (length == 0) break;
    if ((length & kPointerBits) == kPointerBits) {
      // RFC 1035 section 4.1.4: a pointer names a *prior* occurrence. Going only backwards, and
      // never from pointer to pointer, a name ends after as many steps as it has labels.
      const std::size_t target = (length & ~kPointerBits & 0xffu) << 8 | current->u8();
      if (!current->ok() || target >= run_start || !pointer_allowed) return std::nullopt;
      elsewhere = ByteReader(whole);
      elsewhere.skip(target);
      current = &elsewhere;
      run_start = target;
      pointer_allowed = false;
      continue;
    }
    if (length > kLabelSize || !append_label(name, current->take(length))) return std::nullopt;
    pointer_allowed = true;
  }
  if (!current->ok() || name.empty()) return std::nullopt;
  return name;
}

bool write_name(std::string_view name, std::vector<std::uint8_t>& out) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kNameSize) return false;
  std::vector<std::uint8_t> wire;
  for (const std::string_view label : base::split(name, '.')) {
    const Bytes octets = base::bytes_of(label);
    const bool well_formed = std::ranges::all_of(octets, is_name_character);
    if (octets.empty() || octets.size() > kLabelSize || !well_formed) return false;
    wire.push_back(static_cast<std::uint8_t>(octets.size()));
    wire.insert(wire.end(), octets.begin(), octets.end());
  }
  wire.push_back(0);
  out.insert(out.end(), wire.begin(), wire.end());
  return true;
}

}  // namespace melange::wire
