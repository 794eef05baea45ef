// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/usable.h"

namespace melange::ipam {
namespace {

net::Range single(const net::Address& address) { return *net::Range::make(address, address); }

// RFC 3021: a /31 has no network and broadcast address; a /32 is one host. RFC 6164 says the same
// of a /127.
bool all_are_hosts(const net::Prefix& cidr) {
  return cidr.length() + 1 >= net::width(cidr.family());
}

void remove_all(net::RangeSet& set, std::span<const net::Range> ranges) {
  for (const net::Range& range : ranges) set.remove(range);
}

}  // namespace

net::RangeSet usable(const store::Block& block) {
  const net::Range whole = block.cidr.range();
  net::RangeSet set(std::span(&whole, 1));
  if (!all_are_hosts(block.cidr)) {
    set.remove(single(block.cidr.network()));
    if (block.cidr.family() == net::Family::kV4) set.remove(single(block.cidr.last()));
  }
  if (block.gateway) set.remove(single(*block.gateway));
  return set;
}

net::RangeSet dynamic(const store::Block& block) {
  net::RangeSet set(block.pools);
  net::RangeSet outside = set;
  const net::RangeSet hosts = usable(block);
  for (const net::Range& range : hosts.ranges()) outside.remove(range);
  for (const net::Range& range : outside.ranges()) set.remove(range);
  remove_all(set, block.exclude);
  remove_all(set, block.denied);
  return set;
}

net::RangeSet fixed(const store::Block& block) {
  net::RangeSet set = usable(block);
  remove_all(set, block.pools);
  remove_all(set, block.exclude);
  remove_all(set, block.denied);
  return set;
}

}  // namespace melange::ipam
