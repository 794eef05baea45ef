// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>
#include <set>

#include "events.h"
#include "melange/base/text.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

constexpr std::size_t kVisitedEvents = 10'000;
constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";

bool has_form(std::string_view text) {
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !is_digit : text[i] != kForm[i]) return false;
  }
  return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (std::size_t i = at; i < at + digits; ++i) number = 10 * number + (text[i] - '0');
  return number;
}

// "Z" or "+02:00", behind any fraction of a second.
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  if (text.starts_with('.')) {
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    text.remove_prefix(end);
  }
  if (text == "Z") return std::chrono::minutes{0};
  const bool is_sign = text.starts_with('+') || text.starts_with('-');
  if (text.size() != 6 || !is_sign || text[3] != ':') return std::nullopt;
  for (const std::size_t at : {1u, 2u, 4u, 5u}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const std::chrono::minutes offset{60 * number_at(text, 1, 2) + number_at(text, 4, 2)};
  return text.front() == '-' ? -offset : offset;
}

struct Wish {
  std::optional<base::Instant> at;
  std::uint64_t before = UINT64_MAX;
};

std::expected<Wish, Problem> wish_of(const Call& call) {
  Wish wish;
  Faults faults;
  if (call.query.has("at")) {
    wish.at = parse_time(call.query.get("at"));
    if (!wish.at) faults.push_back({"at", "expects a time such as 2026-11-23T08:15:30Z"});
  }
  if (call.query.has("before")) {
    const std::string_view text = call.query.get("before");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wish.before);
    if (error != std::errc() || end != text.data() + text.size()) {
      faults.push_back({"before", "expects an event's number"});
    }
  }
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  return wish;
}

}  // namespace

std::optional<base::Instant> parse_time(std::string_view text) {
  namespace chrono = std::chrono;
  if (text.size() <= kForm.size() || !has_form(text)) return std::nullopt;
  const auto offset = offset_of(text.substr(kForm.size()));
  const chrono::year_month_day date{chrono::year(number_at(text, 0, 4)),
                                    chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
                                    chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
  const int hours = number_at(text, 11, 2);
  const int minutes = number_at(text, 14, 2);
  const int seconds = number_at(text, 17, 2);
  if (!offset || !date.ok() || hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  const auto since_epoch = chrono::sys_days(date).time_since_epoch() + chrono::hours(hours) +
                           chrono::minutes(minutes) + chrono::seconds(seconds) - *offset;
  return base::Instant{chrono::duration_cast<base::Seconds>(since_epoch)};
}

Answer show_address_history(const Call& call) {
  const auto address = net::Address::parse(call.path.get("address"));
  if (!address) return std::unexpected(not_found("address"));
  const auto wish = wish_of(call);
  if (!wish) return std::unexpected(wish.error());
  const auto page = read_page(call.query);
  if (!page) return std::unexpected(page.error());
  json::array entries;
  std::set<store::BlockId> told;  // whose state then is known
  std::size_t visited = 0;
  std::uint64_t last = 0;
  bool more = false;
  call.view().scan_history(*address, wish->before, [&](const store::Event& event) {
    more = visited++ == kVisitedEvents || entries.size() == page->limit;
    if (more) return false;
    last = event.number;
    const bool wanted = !wish->at || (std::chrono::floor<base::Seconds>(event.time) <= *wish->at &&
                                      told.insert(event.block).second);
    if (wanted && may_see(call.context.principal, event)) {
      entries.push_back(show_history(call.sight(), event));
    }
    return true;
  });
  return list_reply(call, "history", std::move(entries), "before",
                    more ? std::to_string(last) : "");
}

}  // namespace melange::admin
