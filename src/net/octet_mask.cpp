// SPDX-License-Identifier: Apache-2.0
#include "melange/net/octet_mask.h"

namespace melange::net {
namespace {

// After how many addresses the endings repeat.
unsigned period(Family family) { return family == Family::kV4 ? 0x100 : 0x10000; }

unsigned ending(const Address& address) {
  return static_cast<unsigned>(address.value() % period(address.family()));
}

}  // namespace

bool OctetMask::covers(const Address& address) const {
  const unsigned end = ending(address);
  return end < octets_.size() && octets_.test(end);
}

Uint128 OctetMask::count_to(Family family, Uint128 last) const {
  const unsigned end = static_cast<unsigned>(last % period(family));
  Uint128 count = last / period(family) * octets_.count();
  for (unsigned octet = 0; octet < octets_.size() && octet <= end; ++octet) {
    count += octets_.test(octet) ? 1u : 0u;
  }
  return count;
}

Uint128 OctetMask::count(const Range& range) const {
  if (empty()) return 0;
  const Uint128 first = range.first().value();
  const Uint128 before = first == 0 ? 0 : count_to(range.family(), first - 1);
  return count_to(range.family(), range.last().value()) - before;
}

std::optional<Address> OctetMask::first_clear(const Range& range) const {
  Address at = range.first();
  // No more follow each other than there are octets, but for IPv4 with all of them.
  for (std::size_t steps = 0; steps <= octets_.size(); ++steps) {
    if (!covers(at)) return at;
    if (at == range.last()) break;
    at = at.next();
  }
  return std::nullopt;
}

}  // namespace melange::net
