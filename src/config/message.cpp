// SPDX-License-Identifier: Apache-2.0
#include "message.h"

#include <algorithm>
#include <optional>

#include "melange/base/text.h"

namespace melange::config {
namespace {

constexpr std::size_t kShownOctets = 64;
constexpr std::size_t kMistakesWithHint = 100;

std::string cut(std::string_view text) {
  return base::cat(base::escape(text.substr(0, kShownOctets)),
                   text.size() > kShownOctets ? "..." : "");
}

struct Shown {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double) const { return "a number with a fraction"; }
  std::string operator()(Moment) const { return "a date or time"; }
  std::string operator()(const std::string& text) const { return quoted(text); }
  std::string operator()(const List&) const { return "a list"; }
  std::string operator()(const Table&) const { return "a table"; }
};

// Not looked for when `name` is long or there are many mistakes already: a file of nothing else
// would take seconds.
std::optional<std::string_view> probably_meant(std::string_view name,
                                               std::span<const std::string_view> known,
                                               const Mistakes& so_far) {
  if (name.size() > kShownOctets || so_far.size() > kMistakesWithHint) return std::nullopt;
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return base::nearest(lower, known);
}

}  // namespace

std::string quoted(std::string_view text) { return base::cat('"', cut(text), '"'); }

std::string shown(const Node& node) { return std::visit(Shown{}, node.value); }

std::string unknown(std::string_view what, std::string_view name,
                    std::span<const std::string_view> known, const Mistakes& so_far,
                    std::string_view otherwise) {
  const auto meant = probably_meant(name, known, so_far);
  return base::cat("unknown ", what, " '", cut(name), "'; ",
                   meant ? base::cat("did you mean '", *meant, "'?") : std::string(otherwise));
}

std::string unknown_key(std::string_view key, std::span<const std::string_view> known,
                        const Mistakes& so_far) {
  const std::vector<std::string> names(known.begin(), known.end());
  return unknown("key", key, known, so_far, base::cat("known here are ", base::join(names, ", ")));
}

void sort_out(Mistakes& mistakes) {
  std::ranges::sort(mistakes);
  const auto doubled = std::ranges::unique(mistakes);
  mistakes.erase(doubled.begin(), doubled.end());
}

}  // namespace melange::config
