// SPDX-License-Identifier: Apache-2.0
#include "pools.h"

#include <algorithm>

#include "melange/base/text.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::PoolRule;

std::optional<PoolRule> rule_of(const Body& body) {
  const auto* range = body.get<net::Range>("range");
  if (range == nullptr) return std::nullopt;
  return PoolRule{*range, body.get_or<Texts>("classes", {}), body.get_or<Options>("options", {}),
                  body.get_or<Codes>("force", {})};
}

// Nothing if something is wrong with it, which is told.
std::optional<net::Range> read_range(const json::value& value, const std::string& at,
                                     const Reading& reading) {
  const Value read = read_value(value, kPoolGiven.front(), at, reading);
  const auto* range = std::get_if<net::Range>(&read);
  return range != nullptr ? std::optional(*range) : std::nullopt;
}

void read_pool(const json::value& value, const Field& field, const std::string& at,
               const Reading& reading, Pools& pools) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    if (const auto range = read_range(value, at, reading)) pools.ranges.push_back(*range);
    return;
  }
  auto rule = rule_of(Body::read(*object, *field.inner, at + ".", reading));
  if (!rule) return;
  pools.ranges.push_back(rule->range);
  pools.rules.push_back(std::move(*rule));
}

}  // namespace

Value read_pools(const json::value& value, const Field& field, const std::string& at,
                 const Reading& reading) {
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > kLongestList) {
    reading.faults.push_back(
        {at, cat("expects a list of at most ", kLongestList, " ranges or objects")});
    return std::monostate{};
  }
  Pools pools;
  for (std::size_t i = 0; i < array->size(); ++i) {
    read_pool((*array)[i], field, cat(at, "[", i, "]"), reading, pools);
  }
  std::ranges::sort(pools.rules, {}, [](const PoolRule& rule) { return rule.range.first(); });
  return pools;
}

json::array show_pools(const store::Block& block, const wire::OptionTable4& options) {
  json::array shown;
  for (const net::Range& range : block.pools) {
    const auto rule = std::ranges::find(block.pool_rules, range, &PoolRule::range);
    if (rule == block.pool_rules.end()) {
      shown.emplace_back(text(range));
      continue;
    }
    shown.push_back({{"range", text(range)},
                     {"classes", json::array(rule->classes.begin(), rule->classes.end())},
                     {"options", show(options, rule->options)},
                     {"force", show(options, rule->forced)}});
  }
  return shown;
}

}  // namespace melange::admin
