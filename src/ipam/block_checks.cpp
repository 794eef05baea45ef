// SPDX-License-Identifier: Apache-2.0
#include "block_checks.h"

#include <algorithm>

#include "melange/base/text.h"

namespace melange::ipam {
namespace {

using base::cat;
using net::Family;
using store::Block;

constexpr std::uint16_t kLeastMtu4 = 68;     // RFC 791
constexpr std::uint16_t kLeastMtu6 = 1280;   // RFC 8200
constexpr base::Seconds kShortestLease{60};  // a client renews at half of it

bool servable(const net::Prefix& cidr) {
  if (cidr.length() == 0) return false;
  if (cidr.family() == Family::kV6) {
    return !cidr.overlaps(*net::Prefix::parse("ff00::/8")) && !cidr.contains(net::Address::v6(0)) &&
           !cidr.contains(net::Address::v6(1));
  }
  for (const auto* never : {"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32"}) {
    if (cidr.overlaps(*net::Prefix::parse(never))) return false;
  }
  return true;
}

void check_addresses(const Block& block, std::vector<Fault>& faults) {
  if (!servable(block.cidr)) faults.push_back({"cidr", "cidr is invalid"});
  if (block.gateway && block.gateway->family() != block.cidr.family()) {
    faults.push_back({"gateway", "Gateway is not a valid address"});
  }
  for (std::size_t i = 0; i < block.dns.size(); ++i) {
    if (block.dns[i].family() == block.cidr.family()) continue;
    faults.push_back({cat("dns[", i, ']'), "is not of the block's family"});
  }
  for (std::size_t i = 0; i < block.routes.size(); ++i) {
    const store::Route& route = block.routes[i];
    if (route.destination.family() == block.cidr.family() &&
        route.gateway.family() == block.cidr.family()) {
      continue;
    }
    faults.push_back({cat("routes[", i, ']'), "is not of the block's family"});
  }
}

void check_ranges(const Block& block, const std::vector<net::Range>& ranges, std::string_view field,
                  std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const bool inside =
        ranges[i].family() == block.cidr.family() && block.cidr.range().contains(ranges[i]);
    if (!inside) {
      faults.push_back({cat(field, '[', i, ']'), cat(text(ranges[i]), " lies outside the block")});
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (!ranges[i].overlaps(ranges[j])) continue;
      faults.push_back(
          {cat(field, '[', i, ']'), cat(text(ranges[i]), " overlaps with ", text(ranges[j]))});
    }
  }
}

void check_times(const Block& block, std::vector<Fault>& faults) {
  const auto at_least = [&](base::Seconds time, base::Seconds least, std::string_view field) {
    if (time < least) faults.push_back({std::string(field), cat("is below ", base::text(least))});
    if (time > base::kInfinite) faults.push_back({std::string(field), "is longer than infinite"});
  };
  at_least(block.min_lease_time, kShortestLease, "min_lease_time");
  at_least(block.lease_time, block.min_lease_time, "lease_time");
  at_least(block.max_lease_time, block.lease_time, "max_lease_time");
  at_least(block.quarantine_time, base::Seconds{0}, "quarantine_time");
  const base::Seconds rebind = block.rebind_time.value_or(block.min_lease_time);
  if (block.rebind_time && *block.rebind_time >= block.min_lease_time) {
    faults.push_back({"rebind_time", "is not below min_lease_time"});
  }
  if (block.renew_time && *block.renew_time >= rebind) {
    faults.push_back({"renew_time", "is not below rebind_time or min_lease_time"});
  }
}

}  // namespace

void check_fields(const Block& block, std::vector<Fault>& faults) {
  check_addresses(block, faults);
  check_ranges(block, block.pools, "pools", faults);
  check_ranges(block, block.exclude, "exclude", faults);
  check_times(block, faults);
  const auto least = block.cidr.family() == Family::kV4 ? kLeastMtu4 : kLeastMtu6;
  if (block.mtu && *block.mtu < least) faults.push_back({"mtu", cat("is below ", least)});
  if (block.generator != store::Generator::kNext && block.cidr.family() == Family::kV4) {
    faults.push_back({"generator", "is for IPv6 blocks"});
  }
}

}  // namespace melange::ipam
