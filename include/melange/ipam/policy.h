// SPDX-License-Identifier: Apache-2.0
//
// What a policy denies, compiled for a block (ipam.md section 3, "Policy"): its ranges to
// addresses, its octets to a mask, so that a /64 costs what a /24 does. A block keeps the result:
// allocation and leases read no policy.
#pragma once

#include <optional>
#include <vector>

#include "melange/ipam/draft.h"
#include "melange/store/objects.h"

namespace melange::ipam {

// The addresses of `cidr` that `range` denies: those of the slice [offset : offset+length], where a
// negative offset counts from the end; nothing if the slice is empty.
std::optional<net::Range> slice(const net::Prefix& cidr, const store::PolicyRange& range);

// Sets what follows from the block's other fields and its policy (null: none): `denied`,
// `denied_octets`, `dynamic` and `fixed`.
void derive(store::Block& block, const store::Policy* policy);

// True if the block's policy denies the address.
bool is_denied(const store::Block& block, const net::Address& address);

// Drafts all blocks of the policy anew after its rules have changed. Nothing is revoked: gives the
// addresses in use that are denied now, at most `limit` of them, as far as it looks: not for ever.
std::vector<store::AddressKey> recompile_policy_blocks(Draft& draft, const store::Policy& policy,
                                                       std::size_t limit);
// Takes the policy from all of its blocks: before it is deleted.
void detach_policy(Draft& draft, store::PolicyId policy);

}  // namespace melange::ipam
