// SPDX-License-Identifier: Apache-2.0
#include "utilization.h"

#include "blocks.h"

namespace melange::admin {
namespace {

using store::AddressState;
using store::Block;
using store::BlockId;
using store::Listing;

constexpr net::Uint128 kLargestExact = (net::Uint128{1} << 53) - 1;  // in a double: JSON's readers

json::value exact(net::Uint128 number) {
  if (number <= kLargestExact) return static_cast<std::uint64_t>(number);
  return json::value(net::text(number));
}

class Sum {
 public:
  void add(const Call& call, const Block& block) {
    const store::Usage usage = call.view().usage(block.id);
    size_ += block.cidr.range().size();
    usage_.free += usage.free;
    usage_.free_fixed += usage.free_fixed;
    for (std::size_t i = 0; i < usage.records.size(); ++i) usage_.records[i] += usage.records[i];
    offered_ += call.context.offered(block.id);
  }
  // Of a block that is cut up, what counts is in its subnets; the rest of it is free to be cut.
  void add_tree(const Call& call, const Block& block) {
    const auto children = call.view().list(Listing::children_of(block.id), 0, SIZE_MAX);
    if (children.empty()) return add(call, block);
    for (const std::uint64_t number : children) {
      const auto child = call.view().block(BlockId{static_cast<std::uint32_t>(number)});
      if (child) add_tree(call, *child);
    }
  }

  Reply reply() const {
    const net::Uint128 free = usage_.free + usage_.free_fixed;
    json::object shown{{"size", exact(size_)}, {"free", exact(free)}};
    for (const AddressState state :
         {AddressState::kReserved, AddressState::kBound, AddressState::kLeased, AddressState::kHeld,
          AddressState::kDeclined, AddressState::kQuarantined}) {
      shown.emplace(text(state), exact(usage_.of(state)));
    }
    shown.emplace("excluded", exact(size_ - free - usage_.total()));
    shown.emplace("free_in_pools", exact(usage_.free));
    shown.emplace("offered", exact(offered_));
    Reply reply;
    reply.body.emplace("utilization", std::move(shown));
    return reply;
  }

 private:
  net::Uint128 size_ = 0;
  store::Usage usage_;
  std::uint64_t offered_ = 0;
};

// All blocks that are not cut up.
Reply sum_of(const Call& call, const Listing& listing) {
  Sum sum;
  for (const std::uint64_t number : call.view().list(listing, 0, SIZE_MAX)) {
    const auto block = call.view().block(BlockId{static_cast<std::uint32_t>(number)});
    if (block && !call.view().any(Listing::children_of(block->id))) sum.add(call, *block);
  }
  return sum.reply();
}

}  // namespace

Answer show_block_utilization(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  Sum sum;
  sum.add_tree(call, *block);
  return sum.reply();
}

Answer show_tenant_utilization(const Call& call) {
  return sum_of(call, Listing::blocks_of(call.tenant()));
}

Answer show_utilization(const Call& call) {
  return sum_of(call, Listing::all(store::ObjectKind::kBlock));
}

}  // namespace melange::admin
