// SPDX-License-Identifier: Apache-2.0
//
// The part of semantic.cpp that looks at one block: addresses inside it, pools apart from each
// other, times in order.
#pragma once

#include <span>
#include <string>

#include "melange/config/config.h"
#include "melange/config/load.h"

namespace melange::config {

// A range that must not overlap its neighbours, under the name that messages give it.
struct NamedRange {
  net::Range range;
  std::string name;  // "pool 192.0.2.10-192.0.2.20"
  unsigned line = 0;
};

// Complains of each range that overlaps an earlier one, at the line that was written later; true if
// there was none.
bool are_apart(std::vector<NamedRange> ranges, Mistakes& mistakes);

// What keeps `address`, which lies in `cidr`, from being any host's: "network", "broadcast" or
// "gateway"; empty if nothing does. RFC 3021: in a /31 (and a /32) every address is a host's.
std::string_view role_of(net::Ipv4 address, const net::Prefix& cidr,
                         std::optional<net::Ipv4> gateway);

// `times_known`: lease_time is what was written, not the default in place of a mistake.
void check_block(const Block& block, bool times_known, Mistakes& mistakes);

}  // namespace melange::config
