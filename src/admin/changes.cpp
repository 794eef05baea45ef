// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "events.h"
#include "melange/base/text.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;

// A request's share of the time: of events that a token does not reach, too.
constexpr std::size_t kVisitedEvents = 10'000;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// What the client has seen last; the number before the oldest event if it does not say.
std::expected<std::uint64_t, Problem> seen_last(const Call& call, std::string_view text,
                                                std::string_view field) {
  const std::uint64_t first = call.view().first_event();
  if (text.empty()) return first - 1;
  const auto after = number_in(text);
  if (!after) return std::unexpected(invalid(std::string(field), "expects an event's number"));
  if (*after + 1 >= first) return *after;
  return std::unexpected(
      Problem{410,
              "",
              cat("events before number ", first, " are no longer kept; read everything anew"),
              {}});
}

Answer stream(const Call& call) {
  const std::string_view last = call.request.field("last-event-id");
  const bool resumed = !last.empty();
  const auto after = resumed ? seen_last(call, last, "Last-Event-ID")
                             : seen_last(call, call.query.get("after"), "after");
  if (!after) return std::unexpected(after.error());
  if (!call.context.read_store) {
    return std::unexpected(Problem{503, "", "there are no event streams now", {}});
  }
  Reply reply;
  reply.events = stream_changes(call.context.read_store, call.context.principal,
                                call.context.settings.options, *after);
  return reply;
}

}  // namespace

bool may_see(const Principal& principal, const store::Event& event) {
  return principal.admin || (!event.tenant.empty() && principal.reaches(event.tenant));
}

Answer list_changes(const Call& call) {
  if (call.request.field("accept").contains("text/event-stream")) return stream(call);
  const auto after = seen_last(call, call.query.get("after"), "after");
  if (!after) return std::unexpected(after.error());
  const auto page = read_page(call.query);
  if (!page) return std::unexpected(page.error());
  json::array events;
  std::uint64_t last = *after;
  std::size_t visited = 0;
  call.view().scan_events(*after, [&](const store::Event& event) {
    last = event.number;
    if (may_see(call.context.principal, event)) events.push_back(show(call.sight(), event));
    return ++visited < kVisitedEvents && events.size() < page->limit;
  });
  const bool more = last + 1 < call.view().next_event();
  return list_reply(call, "changes", std::move(events), "after", more ? std::to_string(last) : "");
}

}  // namespace melange::admin
