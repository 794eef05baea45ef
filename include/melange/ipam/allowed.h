// SPDX-License-Identifier: Apache-2.0
//
// Addresses that an interface may use: its own, and those that it is allowed to beside them, such
// as one that several machines share. Only of networks that it is plugged into.
#pragma once

#include <vector>

#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

inline constexpr std::size_t kAllowedAddresses = 256;  // of one interface

// kImpossible if the interface is not plugged into the network, or if the address lies in none of
// its blocks. Allowing it again changes nothing.
Verdict<store::Interface> allow(Draft& draft, store::Interface interface,
                                const store::Network& network, const net::Address& address);
// kNotFound if it is not allowed: its own are, as long as they are its own.
Verdict<store::Interface> disallow(Draft& draft, store::Interface interface,
                                   const net::Address& address);
// Its own first, then the others; each once. What was allowed in a network that it has left since
// is not among them.
std::vector<store::AllowedAddress> allowed_addresses(const Draft& draft,
                                                     const store::Interface& interface);

}  // namespace melange::ipam
