// SPDX-License-Identifier: Apache-2.0
#include "etag.h"

#include <algorithm>

#include "melange/base/text.h"

namespace melange::admin {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Our tags have no comma in them, so that whatever stands between commas is one or none of ours.
bool names(std::string_view list, const std::string& tag, bool weakly) {
  return std::ranges::any_of(base::split(list, ','), [&](std::string_view part) {
    std::string_view other = trimmed(part);
    if (weakly && other.starts_with("W/")) other.remove_prefix(2);
    return other == "*" || other == tag;
  });
}

// Whether the request has the field, and whether one of its lines names the tag.
struct Named {
  bool given = false;
  bool matches = false;
};

Named look(const http::Request& request, std::string_view field, const std::string& tag,
           bool weakly) {
  Named named;
  for (const http::Field& one : request.fields) {
    if (one.name != field) continue;
    named.given = true;
    named.matches = named.matches || names(one.value, tag, weakly);
  }
  return named;
}

}  // namespace

std::string etag(std::uint64_t revision) { return base::cat('"', revision, '"'); }

std::optional<Problem> check_match(const Call& call, std::uint64_t revision) {
  const Named named = look(call.request, "if-match", etag(revision), false);
  if (!named.given || named.matches) return std::nullopt;
  return Problem{412, "", base::cat("it is at revision ", revision, " now"), {}};
}

bool is_known(const http::Request& request, std::uint64_t revision) {
  return look(request, "if-none-match", etag(revision), true).matches;
}

}  // namespace melange::admin
