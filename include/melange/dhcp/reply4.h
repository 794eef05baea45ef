// SPDX-License-Identifier: Apache-2.0
//
// A reply's bytes: which options it carries, in which order, and within which size (dhcp.md rules
// 5, 7, 11 and 13 to 18; RFC 2131 table 3).
#pragma once

#include <cstddef>

#include "melange/base/bytes.h"
#include "melange/dhcp/decide4.h"

namespace melange::dhcp {

// T1 and T2 for a lease of `lease_time` (RFC 2131 section 4.4.5): the block's, or half and seven
// eighths; always T1 < T2 < lease. An infinite lease has none, nor has one of under three seconds.
struct Timers4 {
  base::Seconds renewal{};
  base::Seconds rebinding{};
};
std::optional<Timers4> timers(const ServedBlock& block, base::Seconds lease_time);

// Writes the DHCP message into `out`, which must hold limits::kReplySize octets, and returns its
// size; 0 if what must be in it does not fit. `reply` comes from deciding `query`.
std::size_t write_reply(const Query4& query, const Reply4& reply, base::MutableBytes out);

}  // namespace melange::dhcp
