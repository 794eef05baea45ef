// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <algorithm>
#include <string>

#include "characters.h"
#include "melange/base/percent.h"
#include "melange/base/text.h"

namespace melange::http {
namespace {

constexpr bool is_path_char(char c) {
  return is_digit(c) || is_letter(c) ||
         std::string_view("-._~!$&'()*+,;=:@/%").find(c) != std::string_view::npos;
}
constexpr bool is_query_char(char c) { return is_path_char(c) || c == '?'; }

bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

// The length of the well-formed sequence that `text` begins with; 0 if it begins with none. RFC
// 3629 section 4: no overlong forms, no surrogates, nothing over U+10FFFF.
std::size_t sequence_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = octet(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && octet(1) < 0xa0) || (lead == 0xf0 && octet(1) < 0x90);
  const bool beyond = (lead == 0xed && octet(1) > 0x9f) || (lead == 0xf4 && octet(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_dot_or_empty(std::string_view segment) {
  return segment.empty() || segment == "." || segment == "..";
}

bool is_plain(std::string_view path) {
  if (std::ranges::any_of(path, is_control) || path.contains('\\') || !is_utf8(path)) return false;
  return path == "/" || std::ranges::none_of(base::split(path.substr(1), '/'), is_dot_or_empty);
}

}  // namespace

std::optional<Refusal> judge_target(std::string_view target) {
  if (!target.starts_with('/')) return Refusal::kTarget;
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(mark);
  if (path.contains('\\')) return Refusal::kPath;
  if (!std::ranges::all_of(path, is_path_char) || !std::ranges::all_of(query, is_query_char)) {
    return Refusal::kTarget;
  }
  const auto plain = base::percent_decode(path);
  if (!plain || !base::percent_decode(query)) return Refusal::kTarget;
  if (!is_plain(*plain)) return Refusal::kPath;
  return std::nullopt;
}

}  // namespace melange::http
