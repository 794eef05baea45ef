// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include <algorithm>
#include <charconv>

#include "melange/base/text.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::size_t kNumbersAtOnce = 256;

std::string_view name_of(std::string_view parameter) {
  return parameter.substr(0, parameter.find('='));
}

// The request's target, its query as it was sent but for `parameter`.
std::string next_target(const http::Request& request, std::string_view parameter,
                        std::string_view value) {
  std::string query;
  for (const std::string_view piece : base::split(request.query, '&')) {
    const auto name = percent_decode(name_of(piece));
    if (piece.empty() || name == parameter) continue;
    query += cat(piece, '&');
  }
  return cat(request.path, '?', query, parameter, '=', percent_encode(value));
}

std::string_view id_of(const json::object& object) { return view_of(object.at("id").as_string()); }

}  // namespace

std::expected<Page, Problem> read_page(const Arguments& query) {
  Page page{kPageLimit, std::string(query.get("marker"))};
  if (!query.has("limit")) return page;
  const std::string_view text = query.get("limit");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.limit);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && page.limit >= 1 && page.limit <= kLargestPage) return page;
  return std::unexpected(invalid("limit", cat("expects a number from 1 to ", kLargestPage)));
}

Problem unknown_marker() {
  return invalid("marker", "expects the id of the last object of the page before");
}

Reply list_reply(const Call& call, std::string_view collection, json::array objects,
                 std::string_view parameter, std::string_view next) {
  Reply reply;
  reply.body.emplace(collection, std::move(objects));
  if (next.empty()) return reply;
  json::object link{{"rel", "next"}, {"href", next_target(call.request, parameter, next)}};
  reply.body.emplace(cat(collection, "_links"), json::array{std::move(link)});
  return reply;
}

Reply list(const Call& call, std::string_view collection, const store::Listing& listing,
           std::uint64_t after,
           base::FunctionRef<std::optional<json::object>(std::uint64_t)> show) {
  json::array objects;
  std::string next;
  for (bool more = true; more && next.empty();) {
    const auto numbers = call.view().list(listing, after, kNumbersAtOnce);
    more = numbers.size() == kNumbersAtOnce;
    for (const std::uint64_t number : numbers) {
      auto object = show(number);
      after = number;
      if (!object) continue;
      if (objects.size() == call.page.limit) {
        next = id_of(objects.back().as_object());
        break;
      }
      objects.push_back(std::move(*object));
    }
  }
  return list_reply(call, collection, std::move(objects), "marker", next);
}

std::expected<std::uint64_t, Problem> marker_number(const Call& call, store::ObjectKind kind) {
  if (call.page.marker.empty()) return 0;
  const auto number = number_of(call, kind, call.page.marker);
  if (!number) return std::unexpected(unknown_marker());
  return *number;
}

Answer list_of(const Call& call, std::string_view collection, std::span<const json::object> all) {
  auto begin = all.begin();
  if (!call.page.marker.empty()) {
    begin = std::ranges::find(all, call.page.marker, id_of);
    if (begin == all.end()) return std::unexpected(unknown_marker());
    ++begin;
  }
  const auto left = static_cast<std::size_t>(all.end() - begin);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(left, call.page.limit));
  json::array objects(begin, end);
  const std::string next(end != all.end() ? id_of(*(end - 1)) : std::string_view());
  return list_reply(call, collection, std::move(objects), "marker", next);
}

}  // namespace melange::admin
