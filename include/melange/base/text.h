// SPDX-License-Identifier: Apache-2.0
//
// Text that people and programs read: joining, hex, escaping, and the nearest of some names.
// Everything that a client sent goes through `escape` or `json_quote` before it is shown anywhere
// (design.md, invariant 8).
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"

namespace melange::base {

namespace detail {
inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, char part) { out += part; }
void append(std::string& out, std::integral auto part) { out += std::to_string(part); }
}  // namespace detail

// The parts, one after another. Numbers are written in decimal.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string_view> split(std::string_view text, char separator);

// Lower-case hex without separators: "0a1b".
std::string hex(Bytes bytes);
// The reverse; separators ':' and '-' between octets are allowed. Empty text gives no octets.
std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

// RFC 4648 section 5, without padding.
std::string base64url(Bytes bytes);

// Printable ASCII: everything else, and the backslash, becomes \xNN.
std::string escape(std::string_view text);
// A JSON string with its quotes. Octets that are no UTF-8 become \u00NN.
std::string json_quote(std::string_view text);

// True if `name` matches `pattern`, in which '*' stands for any run and '?' for one character.
bool glob_match(std::string_view pattern, std::string_view name);

// The candidate that needs the fewest edits to become `word`; nothing if all are far from it.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace melange::base
