// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/blocks.h"

#include <algorithm>
#include <set>

#include "block_checks.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/handles.h"
#include "melange/ipam/policy.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::Block;
using store::BlockId;
using store::CidrScope;
using store::Listing;

BlockId block_id(std::uint64_t number) { return BlockId{static_cast<std::uint32_t>(number)}; }

// The policy that the block names, if it is its tenant's.
std::optional<store::Policy> policy_of(const Draft& draft, const Block& block,
                                       std::vector<Fault>& faults) {
  if (block.policy.empty()) return std::nullopt;
  auto policy = draft.view().policy(block.policy);
  if (policy && policy->tenant == block.tenant) return policy;
  const std::string id =
      store::uuid(draft.view().store_id(), store::ObjectKind::kPolicy, block.policy.value);
  faults.push_back({"policy_id", cat("Policy with id = '", id, "' doesn't exist")});
  return std::nullopt;
}

// The blocks that `block` may not overlap, but for itself.
void check_overlaps(const Draft& draft, const Block& block, std::vector<Fault>& faults) {
  const auto check = [&](const CidrScope& scope, std::string_view with, std::string_view in) {
    const auto other = draft.overlapping(scope, block.cidr);
    if (!other || other->id == block.id) return;
    faults.push_back({"cidr", cat("cidr overlaps with ", with, ' ', text(other->cidr), in)});
  };
  const bool root = block.parent.value == 0;
  if (!root) check(CidrScope::children_of(block.parent), "sibling", "");
  if (root && block.type == store::BlockType::kPublic) {
    check(CidrScope::public_roots(), "public block", "");
  }
  if (block.network.value == 0 || !(root || block.tops_network)) return;
  check(CidrScope::top_of(block.network), "block", " in same network");
}

// Top-level blocks of one network are of one type: any of them tells which.
void check_type(const Draft& draft, const Block& block, std::vector<Fault>& faults) {
  const bool tops = block.parent.value == 0 || block.tops_network;
  if (block.network.value == 0 || !tops) return;
  for (const net::Family family : {net::Family::kV4, net::Family::kV6}) {
    const auto all = *net::Prefix::make(net::Address::of(family, 0), 0);
    const auto other = draft.overlapping(CidrScope::top_of(block.network), all);
    if (!other || other->id == block.id || other->type == block.type) continue;
    faults.push_back({"type", "type should be same within a network"});
    return;
  }
}

// All that is checked of a block as it shall be; drafts it if nothing is wrong.
Verdict<Block> settle(Draft& draft, Block block, std::vector<Fault> faults) {
  const auto policy = policy_of(draft, block, faults);
  check_fields(block, faults);
  check_overlaps(draft, block, faults);
  check_type(draft, block, faults);
  if (!faults.empty()) return std::unexpected(Refusal{Why::kInvalid, std::move(faults)});
  derive(block, policy ? &*policy : nullptr);
  return draft.put(std::move(block));
}

std::optional<Refusal> network_refuses(const Draft& draft, const Block& block) {
  if (block.network.value == 0) return std::nullopt;
  const auto network = draft.network(block.network);
  if (network && network->managed_by == store::ManagedBy::kConfig) {
    return managed_by_config("network");
  }
  return std::nullopt;
}

}  // namespace

Verdict<store::Network> find_or_make_network(Draft& draft, const std::string& tenant,
                                             const std::string& name, bool may_take_links) {
  if (auto known = draft.network_named(tenant, name)) return *std::move(known);
  constexpr std::size_t most = base::limits::kNameSize;
  if (name.empty() || name.size() > most || tenant.empty() || tenant.size() > most) {
    return refuse(Why::kInvalid, "network_id",
                  cat("a network and its tenant have names of 1 to ", most, " octets"));
  }
  store::Network network;
  network.id = draft.new_network();
  network.name = name;
  network.tenant = tenant;
  network.managed_by = store::ManagedBy::kApi;
  network.named_links_only = !may_take_links;
  network.created = draft.now();
  return draft.put(network);
}

Verdict<store::Network> require_network(Draft& draft, const std::string& tenant,
                                        const std::string& name,
                                        const std::optional<Block>& first_block) {
  if (auto known = draft.network_named(tenant, name)) return *std::move(known);
  if (!first_block) return refuse(Why::kNotFound, "network_id", "Network not found");
  auto network = find_or_make_network(draft, tenant, name, false);
  if (!network) return network;
  Block block = *first_block;
  block.network = network->id;
  block.tenant = tenant;
  block.type = store::BlockType::kPrivate;
  if (auto made = create_block(draft, std::move(block)); !made) {
    return std::unexpected(std::move(made.error()));
  }
  return network;
}

Verdict<Block> create_block(Draft& draft, Block block) {
  if (auto refusal = network_refuses(draft, block)) return std::unexpected(std::move(*refusal));
  block.id = draft.new_block();
  block.parent = {};
  block.tops_network = false;
  block.managed_by = store::ManagedBy::kApi;
  block.created = draft.now();
  return settle(draft, std::move(block), {});
}

namespace {

bool holds_addresses(const Draft& draft, BlockId block) {
  bool holds = false;
  draft.view().scan(block, net::Ipv4{}, [&](const store::AddressRecord&) {
    holds = true;
    return false;
  });
  return holds;
}

// The lowest prefix of that length inside of `parent` that overlaps none of its children. Steps
// from child to child.
std::optional<net::Prefix> next_subnet(const Draft& draft, const Block& parent, unsigned length) {
  const CidrScope children = CidrScope::children_of(parent.id);
  auto candidate = net::Prefix::make(parent.cidr.network(), length);
  while (candidate) {
    const auto in_the_way = draft.overlapping(children, *candidate);
    if (!in_the_way) return candidate;
    const net::Address last = std::max(in_the_way->cidr.last(), candidate->last());
    if (last == parent.cidr.last()) return std::nullopt;
    candidate = net::Prefix::make(last.next(), length);
  }
  return std::nullopt;
}

}  // namespace

Verdict<Block> create_subnet(Draft& draft, const Block& parent, Block block,
                             std::optional<unsigned> prefix_length) {
  if (parent.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("parent block"));
  }
  if (auto refusal = network_refuses(draft, block)) return std::unexpected(std::move(*refusal));
  if (block.tenant.empty()) block.tenant = parent.tenant;
  std::vector<Fault> faults;
  if (holds_addresses(draft, parent.id)) {
    faults.push_back({"", "parent is not subnettable since it has allocated ips"});
  }
  if (prefix_length) {
    const bool fits = *prefix_length >= parent.cidr.length() &&
                      *prefix_length <= net::width(parent.cidr.family());
    if (!fits) return refuse(Why::kInvalid, "prefix_length", "does not fit into the parent block");
    const auto cidr = next_subnet(draft, parent, *prefix_length);
    if (!cidr) return refuse(Why::kImpossible, "prefix_length", "IpBlock is full");
    block.cidr = *cidr;
  }
  const bool within = parent.cidr.family() == block.cidr.family() &&
                      parent.cidr.range().contains(block.cidr.range());
  if (!within) faults.push_back({"cidr", "cidr should be within parent block's cidr"});
  if (block.network.value == 0) block.network = parent.network;
  if (parent.network.value != 0 && block.network != parent.network) {
    faults.push_back({"network_id", "network_id should be same as that of parent"});
  }
  block.id = draft.new_block();
  block.parent = parent.id;
  block.type = parent.type;
  block.tops_network = parent.network.value == 0 && block.network.value != 0;
  block.managed_by = store::ManagedBy::kApi;
  block.created = draft.now();
  return settle(draft, std::move(block), std::move(faults));
}

Verdict<Block> update_block(Draft& draft, Block block) {
  const auto before = draft.view().block(block.id);
  if (!before) return refuse(Why::kNotFound, "", "IpBlock not found");
  if (before->managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("block"));
  }
  std::vector<Fault> faults;
  const auto fixed = [&](bool same, std::string_view field) {
    if (!same) faults.push_back({std::string(field), "cannot be changed"});
  };
  fixed(block.cidr == before->cidr, "cidr");
  fixed(block.type == before->type, "type");
  fixed(block.tenant == before->tenant, "tenant_id");
  fixed(block.parent == before->parent, "parent_id");
  if (block.network != before->network) {
    if (auto refusal = network_refuses(draft, block)) return std::unexpected(std::move(*refusal));
    const auto parent = block.parent.value != 0 ? draft.block(block.parent) : std::nullopt;
    if (parent && parent->network.value != 0) {
      faults.push_back({"network_id", "network_id should be same as that of parent"});
    }
    const bool filled = holds_addresses(draft, block.id) || draft.has_children(block.id);
    if (filled) return refuse(Why::kConflict, "network_id", "the block has addresses or subnets");
    block.tops_network = parent && block.network.value != 0;
  }
  return settle(draft, std::move(block), std::move(faults));
}

namespace {

bool in_use(const Draft& draft, const store::AddressRecord& record) {
  return is_allocated(record) || is_awaited(record) || is_live(record, draft.now());
}

// The block and all below it, parents first.
std::vector<Block> family_of(const Draft& draft, const Block& block) {
  std::vector<Block> blocks{block};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const BlockId id = blocks[i].id;
    for (const std::uint64_t child : draft.view().list(Listing::children_of(id), 0, SIZE_MAX)) {
      if (auto found = draft.block(block_id(child))) blocks.push_back(std::move(*found));
    }
  }
  return blocks;
}

// What blocks that are deleted take along.
struct Contents {
  std::set<store::InterfaceId> interfaces;  // that have addresses in them
  bool in_use = false;
};

// Drafts what is in the block away; without `force` only up to the first address in use.
Verdict<void> clear(Draft& draft, const Block& block, bool force, Contents& contents) {
  Verdict<void> cleared;
  draft.view().scan(block.id, net::Address::of(block.cidr.family(), 0),
                    [&](const store::AddressRecord& record) {
                      contents.in_use = contents.in_use || in_use(draft, record);
                      if (contents.in_use && !force) return false;
                      cleared = leave_reservation(draft, record);
                      if (!record.interface.empty()) contents.interfaces.insert(record.interface);
                      draft.erase(record.key);
                      return cleared.has_value();
                    });
  return cleared;
}

// Handles that asked for an address of the blocks, or for the blocks.
Verdict<void> drop_handles(Draft& draft, const std::set<BlockId>& blocks) {
  const auto all = Listing::all(store::ObjectKind::kAllocation);
  for (const std::uint64_t number : draft.view().list(all, 0, SIZE_MAX)) {
    const auto handle = draft.view().allocation(store::AllocationId{number});
    if (!handle) continue;
    const bool goes = blocks.contains(handle->block) ||
                      std::ranges::any_of(handle->addresses, [&](const store::AddressKey& key) {
                        return blocks.contains(key.block);
                      });
    if (!goes) continue;
    if (auto gone = delete_allocation(draft, *handle); !gone) return gone;
  }
  return {};
}

}  // namespace

Verdict<void> delete_block(Draft& draft, const Block& block, bool force) {
  if (block.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("block"));
  }
  const std::vector<Block> blocks = family_of(draft, block);
  if (!force && blocks.size() > 1) {
    return refuse(Why::kConflict, "", "the block has subnets; delete them, or use ?force=true");
  }
  Contents contents;
  std::set<BlockId> ids;
  for (const Block& each : blocks) {
    if (auto cleared = clear(draft, each, force, contents); !cleared) return cleared;
    ids.insert(each.id);
    draft.erase(each.id);
  }
  if (contents.in_use && !force) {
    return refuse(Why::kConflict, "",
                  "the block has live leases or addresses; use ?force=true to delete them with it");
  }
  if (auto dropped = drop_handles(draft, ids); !dropped) return dropped;
  for (const store::InterfaceId interface : contents.interfaces) drop_if_idle(draft, interface);
  return {};
}

Verdict<void> delete_network(Draft& draft, const store::Network& network) {
  if (network.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("network"));
  }
  if (!draft.blocks_of(network.id).empty()) {
    return refuse(Why::kConflict, "", "the network has blocks; delete them first");
  }
  for (const store::Reservation& left : draft.view().reservations(network.id)) draft.erase(left);
  draft.add(store::EraseNetwork{network.id});
  return {};
}

}  // namespace melange::ipam
