// SPDX-License-Identifier: Apache-2.0
//
// The rules of blocks and networks (ipam.md section 3, "Blocks").
#pragma once

#include <optional>
#include <string>

#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

// The tenant's network of that name, made if it is not there. `may_take_links`: it may serve links
// and relays by having a block around their address.
Verdict<store::Network> find_or_make_network(Draft& draft, const std::string& tenant,
                                             const std::string& name, bool may_take_links);

// The tenant's network of that name, for whoever wants an address in it: one that is not there is
// made, with a private block that is as `first_block` says (config [ipam] default_cidr). kNotFound
// without that.
Verdict<store::Network> require_network(Draft& draft, const std::string& tenant,
                                        const std::string& name,
                                        const std::optional<store::Block>& first_block);

// A block that is new: `block` as asked for, without id, parent and what follows from other fields.
Verdict<store::Block> create_block(Draft& draft, store::Block block);

// A block inside of `parent`. `block` as asked for; its network and tenant, if it has none, are the
// parent's, and its type always. `prefix_length`, if given, takes the place of its CIDR: the lowest
// free one.
Verdict<store::Block> create_subnet(Draft& draft, const store::Block& parent, store::Block block,
                                    std::optional<unsigned> prefix_length);

// `block` with what may change changed: the rest must be as it is in the store.
Verdict<store::Block> update_block(Draft& draft, store::Block block);

// With all that is in it and below: addresses, their reservations, handles and NAT relations, and
// the interfaces made for them. Without `force` it must have no subnet and no address in use.
Verdict<void> delete_block(Draft& draft, const store::Block& block, bool force);

// It must have no blocks.
Verdict<void> delete_network(Draft& draft, const store::Network& network);

}  // namespace melange::ipam
