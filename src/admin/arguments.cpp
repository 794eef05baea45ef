// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <algorithm>

#include "melange/base/percent.h"
#include "melange/base/text.h"
#include "value.h"

namespace melange::admin {
namespace {

constexpr std::size_t kLongestArgument = 255;

bool is_utf8(std::string_view text) {
  // The quoted form of what is not UTF-8 differs from the text itself.
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) ||
         base::json_quote(text).find("\\u00") == std::string::npos;
}

bool is_meaningful(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." && !segment.contains('\\') &&
         segment.size() <= kLongestArgument;
}

std::optional<Argument> parse_parameter(std::string_view piece) {
  const std::size_t equals = std::min(piece.find('='), piece.size());
  std::string value(piece.substr(std::min(equals + 1, piece.size())));
  std::ranges::replace(value, '+', ' ');
  auto name = percent_decode(piece.substr(0, equals));
  auto decoded = percent_decode(value);
  if (!name || name->empty() || !decoded || decoded->size() > kLongestArgument) return std::nullopt;
  return Argument{std::move(*name), std::move(*decoded)};
}

}  // namespace

std::string_view Arguments::get(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &Argument::name);
  return found != all_.end() ? std::string_view(found->value) : std::string_view();
}

bool Arguments::has(std::string_view name) const {
  return std::ranges::find(all_, name, &Argument::name) != all_.end();
}

std::optional<std::string> percent_decode(std::string_view text) {
  auto out = base::percent_decode(text);
  return out && is_plain(*out) && is_utf8(*out) ? out : std::nullopt;
}

std::string percent_encode(std::string_view text) { return base::percent_encode(text); }

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (!path.starts_with('/')) return std::nullopt;
  if (path == "/") return segments;
  for (const std::string_view piece : base::split(path.substr(1), '/')) {
    auto segment = percent_decode(piece);
    if (!segment || !is_meaningful(*segment)) return std::nullopt;
    segments.push_back(std::move(*segment));
  }
  return segments;
}

std::expected<Arguments, Problem> parse_query(std::string_view query) {
  Arguments arguments;
  if (query.empty()) return arguments;
  Faults faults;
  for (const std::string_view piece : base::split(query, '&')) {
    const auto parameter = parse_parameter(piece);
    if (!parameter) {
      faults.push_back({"", "the query has a parameter that is empty, too long or badly escaped"});
    } else if (arguments.has(parameter->name)) {
      faults.push_back({parameter->name, "stands twice in the query"});
    } else {
      arguments.add(parameter->name, parameter->value);
    }
  }
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  return arguments;
}

}  // namespace melange::admin
