// SPDX-License-Identifier: Apache-2.0
#include "pick4.h"

#include "claim4.h"
#include "melange/base/limits.h"

namespace melange::dhcp {
namespace {

using store::AddressKey;
using store::AddressRecord;

constexpr std::size_t kRunsBeforeCount = 16;

std::optional<Pick4> own_with_claim(const Scene4& scene, Claim4 wanted) {
  std::optional<Pick4> found;
  for (const AddressKey& key : scene.own) {
    if (!key.address.is_v4()) continue;
    const Judgement4 judged = judge(scene, key.address.v4());
    if (judged.claim != wanted || judged.block->id != key.block) continue;
    // Of several reservations, the one in the relay's own block.
    if (!found || judged.block == scene.place.near_block) {
      found = Pick4{judged.block, key.address.v4()};
    }
  }
  return found;
}

std::optional<Pick4> offered_before(const Scene4& scene) {
  const Offer* offer = scene.offer();
  if (offer == nullptr || !offer->address.address.is_v4()) return std::nullopt;
  const net::Ipv4 address = offer->address.address.v4();
  const Judgement4 judged = judge(scene, address);
  if (judged.claim != Claim4::kOffered) return std::nullopt;
  return Pick4{judged.block, address, !offer->checked};
}

std::optional<Pick4> requested(const Scene4& scene) {
  if (!scene.query.requested) return std::nullopt;
  const Judgement4 judged = judge(scene, *scene.query.requested);
  if (judged.claim != Claim4::kFree) return std::nullopt;
  return Pick4{judged.block, *scene.query.requested};
}

// A pool for members of other classes is stepped over whole: the address behind it; nothing if
// `address` is in none, or the block ends with it.
std::optional<net::Address> behind_closed(const Scene4& scene, const ServedBlock& block,
                                          const net::Address& address) {
  const ServedPool* const pool = block.pool_of(address);
  const bool closed = pool != nullptr && !scene.belongs_to(pool->classes);
  if (!closed || pool->range.last() == block.cidr.last()) return std::nullopt;
  return pool->range.last().next();
}

// Of a run of free addresses, the lowest that may be leased and is on offer to nobody: whole runs
// of offers and of denied octets are stepped over.
std::optional<net::Ipv4> lowest_in(const Scene4& scene, const ServedBlock& block,
                                   const net::Range& run) {
  for (auto rest = std::optional(run); rest;) {
    const auto clear = block.dynamic.denied.first_clear(*rest);
    if (!clear) return std::nullopt;
    net::Address open = scene.offers.next_unoffered({block.id, *clear});
    if (open == *clear) {
      if (scene.may_lease(block, open)) return open.v4();
      if (const auto after = behind_closed(scene, block, open)) {
        rest = net::Range::make(*after, run.last());
        continue;
      }
      // Only the host's own addresses are free in the store and not ours to lease.
      if (!block.dynamic.contains(open) || open == run.last()) return std::nullopt;
      open = open.next();
    }
    rest = net::Range::make(open, run.last());
  }
  return std::nullopt;
}

// Denied octets that are free part the leased ones in as many runs as there are of them. Once some
// have been looked at in vain, the block's count tells whether there is any use in the others.
bool all_denied(const Scene4& scene, const ServedBlock& block) {
  return !block.dynamic.denied.empty() && scene.view.usage(block.id).free == 0;
}

std::optional<Pick4> next_free(const Scene4& scene, const ServedBlock& block) {
  if (!scene.belongs_to(block.classes)) return std::nullopt;
  net::Address from = block.cidr.network();
  for (std::size_t runs = 1; const auto run = scene.view.next_free(block.id, from); ++runs) {
    if (const auto after = behind_closed(scene, block, run->first())) {
      from = *after;
      continue;
    }
    if (const auto found = lowest_in(scene, block, *run)) return Pick4{&block, *found};
    if (run->last() == block.cidr.last()) return std::nullopt;
    if (runs == kRunsBeforeCount && all_denied(scene, block)) return std::nullopt;
    from = run->last().next();
  }
  return std::nullopt;
}

bool may_take(const Scene4& scene, const ServedBlock& block, const AddressKey& key) {
  return scene.may_lease(block, key.address) && !scene.offers.is_offered(key);
}

std::optional<Pick4> longest_held(const Scene4& scene, const ServedBlock& block) {
  std::optional<Pick4> found;
  std::size_t looked_at = 0;
  scene.view.scan_held(block.id, [&](const AddressKey& key) {
    if (may_take(scene, block, key)) found = Pick4{&block, key.address.v4()};
    return !found && ++looked_at < base::limits::kReclaimScan;
  });
  return found;
}

// Leases that ended but that the sweeper has not come to.
std::optional<Pick4> expired(const Scene4& scene, const ServedBlock& block) {
  if (block.dynamic.empty()) return std::nullopt;
  std::optional<Pick4> found;
  std::size_t looked_at = 0;
  const net::Address start = block.dynamic.ranges.ranges().front().first();
  scene.view.scan(block.id, start, [&](const AddressRecord& record) {
    if (is_vacant(record, scene.now) && may_take(scene, block, record.key)) {
      found = Pick4{&block, record.key.address.v4()};
    }
    return !found && ++looked_at < base::limits::kReclaimScan;
  });
  return found;
}

// hostile.md W25: clients that call each address in use must not shut out the others for good.
// Before the address is offered it is looked for on the link, and the client looks for it too.
std::optional<Pick4> longest_declined(const Scene4& scene, const ServedBlock& block) {
  const std::uint64_t declined = scene.view.usage(block.id).of(store::AddressState::kDeclined);
  if (declined < base::limits::kDeclinesOfBlock || block.dynamic.empty()) return std::nullopt;
  std::optional<Pick4> found;
  base::Instant since;
  std::size_t looked_at = 0;
  const net::Address start = block.dynamic.ranges.ranges().front().first();
  scene.view.scan(block.id, start, [&](const AddressRecord& record) {
    const bool by_client =
        record.state == store::AddressState::kDeclined && !record.identity.empty();
    const bool older = !found || record.since < since;
    if (by_client && record.reserved_for.empty() && older && may_take(scene, block, record.key)) {
      found = Pick4{&block, record.key.address.v4()};
      since = record.since;
    }
    return ++looked_at < base::limits::kReclaimScan;
  });
  return found;
}

// hostile.md W30: offers that nobody takes up must not hold a whole pool. A few are never given to
// another (dhcp.md rule 17).
std::optional<Pick4> oldest_offer(const Scene4& scene, const ServedBlock& block) {
  if (scene.offers.count(block.id) < base::limits::kOffersOfBlock) return std::nullopt;
  const Offer* const offer = scene.offers.oldest(block.id, [&](const Offer& each) {
    if (!each.address.address.is_v4()) return false;
    if (!scene.may_lease(block, each.address.address)) return false;
    const auto& record = scene.record(each.address);
    return !record || is_vacant(*record, scene.now);
  });
  if (offer == nullptr) return std::nullopt;
  return Pick4{&block, offer->address.address.v4()};
}

// Tries the relay's block, then the others in the order of their creation.
std::optional<Pick4> in_any_block(const Scene4& scene, auto&& attempt) {
  const ServedBlock* near_block = scene.place.near_block;
  if (near_block != nullptr && !near_block->retired) {
    if (auto found = attempt(scene, *near_block)) return found;
  }
  for (const ServedBlock* const block : scene.network().pooled) {
    if (block == near_block) continue;
    if (auto found = attempt(scene, *block)) return found;
  }
  return std::nullopt;
}

}  // namespace

namespace {

std::optional<Pick4> pick_fresh(const Scene4& scene) {
  if (auto wish = requested(scene)) return wish;
  if (auto free = in_any_block(scene, next_free)) return free;
  if (auto held = in_any_block(scene, longest_held)) return held;
  if (auto over = in_any_block(scene, expired)) return over;
  if (auto offer = in_any_block(scene, oldest_offer)) return offer;
  return in_any_block(scene, longest_declined);
}

}  // namespace

std::optional<Pick4> pick_address(const Scene4& scene) {
  if (auto own = own_with_claim(scene, Claim4::kReserved)) return own;
  if (auto offer = offered_before(scene)) return offer;
  if (auto own = own_with_claim(scene, Claim4::kLeased)) return own;
  if (auto own = own_with_claim(scene, Claim4::kHeld)) return own;
  auto fresh = pick_fresh(scene);
  if (fresh) fresh->fresh = true;
  return fresh;
}

}  // namespace melange::dhcp
