// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/policy.h"

#include <algorithm>

#include "melange/ipam/usable.h"

namespace melange::ipam {
namespace {

using net::Address;
using net::Range;
using net::Uint128;

constexpr std::size_t kRecordsLookedAt = 100000;  // for what a change of a policy hits

bool in_use(const store::AddressRecord& record) {
  return record.state == store::AddressState::kReserved ||
         record.state == store::AddressState::kBound ||
         record.state == store::AddressState::kLeased;
}

// Looks at `left` records more.
void add_hits(const store::View& view, const store::Block& block, std::size_t limit,
              std::size_t& left, std::vector<store::AddressKey>& hits) {
  if (hits.size() >= limit || left == 0) return;
  view.scan(block.id, block.cidr.network(), [&](const store::AddressRecord& record) {
    if (in_use(record) && is_denied(block, record.key.address)) hits.push_back(record.key);
    return hits.size() < limit && --left > 0;
  });
}

}  // namespace

std::optional<Range> slice(const net::Prefix& cidr, const store::PolicyRange& range) {
  const Uint128 network = cidr.network().value();
  const Uint128 last = cidr.last().value() - network;  // of the offsets: a /0 has 2^128 addresses
  Uint128 first = 0;
  Uint128 length = range.length;
  if (range.offset >= 0) {
    first = static_cast<Uint128>(range.offset);
    if (first > last) return std::nullopt;
  } else {
    const auto back = static_cast<Uint128>(-(range.offset + 1));  // 0: the last address
    const Uint128 missing = back > last ? back - last : 0;  // the slice begins before the block
    first = last - std::min(back, last);
    length -= std::min(length, missing);
  }
  if (length == 0) return std::nullopt;
  const Uint128 end = first + std::min<Uint128>(last - first, length - 1);
  return Range::make(Address::of(cidr.family(), network + first),
                     Address::of(cidr.family(), network + end));
}

void derive(store::Block& block, const store::Policy* policy) {
  block.denied.clear();
  block.denied_octets = {};
  if (policy != nullptr) {
    net::RangeSet denied;
    for (const store::PolicyRange& rule : policy->ranges) {
      if (const auto range = slice(block.cidr, rule)) denied.add(*range);
    }
    block.denied.assign(denied.ranges().begin(), denied.ranges().end());
    for (const store::PolicyOctet& rule : policy->octets) block.denied_octets.add(rule.octet);
  }
  const net::RangeSet leased = dynamic(block);
  const net::RangeSet allocated = fixed(block);
  block.dynamic.assign(leased.ranges().begin(), leased.ranges().end());
  block.fixed.assign(allocated.ranges().begin(), allocated.ranges().end());
}

bool is_denied(const store::Block& block, const Address& address) {
  return block.denied_octets.covers(address) ||
         std::ranges::any_of(block.denied,
                             [&](const Range& range) { return range.contains(address); });
}

std::vector<store::AddressKey> recompile_policy_blocks(Draft& draft, const store::Policy& policy,
                                                       std::size_t limit) {
  std::vector<store::AddressKey> hits;
  std::size_t left = kRecordsLookedAt;
  for (const std::uint64_t number :
       draft.view().list(store::Listing::blocks_with(policy.id), 0, SIZE_MAX)) {
    auto block = draft.block(store::BlockId{static_cast<std::uint32_t>(number)});
    if (!block) continue;
    derive(*block, &policy);
    add_hits(draft.view(), *block, limit, left, hits);
    draft.put(*std::move(block));
  }
  return hits;
}

void detach_policy(Draft& draft, store::PolicyId policy) {
  for (const std::uint64_t number :
       draft.view().list(store::Listing::blocks_with(policy), 0, SIZE_MAX)) {
    auto block = draft.block(store::BlockId{static_cast<std::uint32_t>(number)});
    if (!block) continue;
    block->policy = {};
    derive(*block, nullptr);
    draft.put(*block);
  }
}

}  // namespace melange::ipam
