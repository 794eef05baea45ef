// SPDX-License-Identifier: Apache-2.0
#include "block_rules.h"

#include <algorithm>

#include "melange/base/text.h"

namespace melange::config {
namespace {

using base::cat;
using base::Seconds;

void check_inside(const net::Prefix& cidr, std::string_view what,
                  const std::vector<At<net::Range>>& ranges, Mistakes& mistakes) {
  for (const auto& [range, line] : ranges) {
    if (cidr.range().contains(range)) continue;
    mistakes.push_back({line, cat(what, ' ', text(range), " lies outside block ", text(cidr))});
  }
}

void check_gateway(const Block& block, Mistakes& mistakes) {
  const auto& [gateway, line] = block.gateway;
  const net::Prefix& cidr = *block.cidr.value;
  if (!gateway) return;
  if (!cidr.contains(*gateway)) {
    mistakes.push_back({line, cat("gateway ", text(*gateway), " lies outside block ", text(cidr))});
    return;
  }
  if (const std::string_view role = role_of(*gateway, cidr, std::nullopt); !role.empty()) {
    mistakes.push_back(
        {line, cat("gateway ", text(*gateway), " is the ", role, " address of ", text(cidr))});
  }
}

void check_addresses(const Block& block, Mistakes& mistakes) {
  check_inside(*block.cidr.value, "exclude", block.exclude, mistakes);
  check_gateway(block, mistakes);
  std::vector<At<net::Range>> pools = block.pools;
  for (const Pool& pool : block.pool) {
    if (pool.range.value) pools.push_back({*pool.range.value, pool.range.line});
  }
  check_inside(*block.cidr.value, "pool", pools, mistakes);
  std::vector<NamedRange> named;
  for (const auto& [range, line] : pools) {
    named.push_back({range, cat("pool ", text(range)), line});
  }
  are_apart(std::move(named), mistakes);
}

// One time of a block in messages and comparisons.
struct Time {
  std::string name;
  Seconds value;
  unsigned line;
};

void check_order(const Time& shorter, const Time& longer, bool may_equal, Mistakes& mistakes) {
  if (shorter.value < longer.value || (may_equal && shorter.value == longer.value)) return;
  const std::string_view relation = may_equal ? " is over " : " is not below ";
  mistakes.push_back({std::max(shorter.line, longer.line),
                      cat(shorter.name, ' ', base::text(shorter.value), relation, longer.name, ' ',
                          base::text(longer.value))});
}

Time time_or(std::string_view name, const At<std::optional<Seconds>>& given,
             std::string_view default_name, Seconds default_value) {
  if (given.value) return {std::string(name), *given.value, given.line};
  return {std::string(default_name), default_value, 0};
}

// RFC 2131 section 4.4.5: T1 < T2 < the lease. A client may get any lease from the shortest to the
// longest, so what is given is held against the shortest, and half of the longest if T1 is omitted.
void check_renewal(const Block& block, const Time& shortest, const Time& longest,
                   Mistakes& mistakes) {
  const bool renew = block.renew_time.value.has_value();
  const bool rebind = block.rebind_time.value.has_value();
  if (!renew && !rebind) return;
  const Time t1 =
      time_or("renew_time", block.renew_time,
              cat("renew_time (omitted: half of ", longest.name, ')'), longest.value / 2);
  const Time t2 = time_or("rebind_time", block.rebind_time,
                          cat("rebind_time (omitted: seven eighths of ", shortest.name, ')'),
                          shortest.value - shortest.value / 8);
  check_order(t1, t2, false, mistakes);
  if (rebind) check_order(t2, shortest, false, mistakes);
}

void check_times(const Block& block, Mistakes& mistakes) {
  const Time lease{"lease_time", block.lease_time.value, block.lease_time.line};
  const Time shortest = time_or("min_lease_time", block.min_lease_time, lease.name, lease.value);
  const Time longest = time_or("max_lease_time", block.max_lease_time, lease.name, lease.value);
  check_order(shortest, lease, true, mistakes);
  check_order(lease, longest, true, mistakes);
  check_renewal(block, shortest, longest, mistakes);
}

}  // namespace

bool are_apart(std::vector<NamedRange> ranges, Mistakes& mistakes) {
  std::ranges::sort(ranges, {}, [](const NamedRange& named) { return named.range; });
  const std::size_t before = mistakes.size();
  const NamedRange* widest = nullptr;  // of those so far, the one that reaches furthest
  for (const NamedRange& next : ranges) {
    if (widest != nullptr && next.range.overlaps(widest->range)) {
      const bool in_order = widest->line <= next.line;
      const NamedRange& earlier = in_order ? *widest : next;
      const NamedRange& later = in_order ? next : *widest;
      mistakes.push_back(
          {later.line, cat(later.name, " overlaps ", earlier.name, " of line ", earlier.line)});
    }
    if (widest == nullptr || widest->range.last() < next.range.last()) widest = &next;
  }
  return mistakes.size() == before;
}

std::string_view role_of(net::Ipv4 address, const net::Prefix& cidr,
                         std::optional<net::Ipv4> gateway) {
  if (gateway == address) return "gateway";
  if (cidr.length() >= 31) return "";
  if (cidr.network() == net::Address(address)) return "network";
  if (cidr.last() == net::Address(address)) return "broadcast";
  return "";
}

void check_block(const Block& block, bool times_known, Mistakes& mistakes) {
  if (block.cidr.value) check_addresses(block, mistakes);
  if (times_known) check_times(block, mistakes);
}

}  // namespace melange::config
