// SPDX-License-Identifier: Apache-2.0
#include "claim4.h"

#include <algorithm>
#include <array>

#include "lease4.h"
#include "melange/base/check.h"

namespace melange::dhcp {
namespace {

using store::AddressRecord;
using store::AddressState;

bool on_probation(const AddressRecord& record, base::Instant now) {
  const bool state =
      record.state == AddressState::kDeclined || record.state == AddressState::kQuarantined;
  return state && now < record.expires;
}

// The claim on an address that has a record. `pooled`: it lies in a pool.
Claim4 claim_on_record(const Scene4& scene, const AddressRecord& record, bool pooled) {
  if (owns(scene, record)) return Claim4::kReserved;
  if (on_probation(record, scene.now)) return Claim4::kProbation;
  const bool mine = scene.holds(record);
  if (is_live(record, scene.now)) {
    // Reserved for another meanwhile: this client is told to move (ipam.md section 3).
    return mine && record.reserved_for.empty() ? Claim4::kLeased : Claim4::kTaken;
  }
  if (!is_vacant(record, scene.now)) return Claim4::kTaken;
  if (!pooled) return Claim4::kExcluded;
  const bool had_it =
      mine && record.state != AddressState::kDeclined && record.state != AddressState::kQuarantined;
  return had_it ? Claim4::kHeld : Claim4::kOthersHeld;
}

// The claim without regard to offers and to the client's other addresses.
Claim4 claim_alone(const Scene4& scene, const Judgement4& judged, net::Ipv4 address) {
  const bool pooled = scene.may_lease(*judged.block, address);
  if (!judged.record) return pooled ? Claim4::kFree : Claim4::kExcluded;
  const Claim4 claim = claim_on_record(scene, *judged.record, pooled);
  // A client that has left the class which the pool is for moves to another.
  const bool leaves = claim == Claim4::kLeased && !scene.is_served(*judged.block, address);
  return leaves ? Claim4::kExcluded : claim;
}

bool any_own(const Scene4& scene, net::Ipv4 other_than, auto&& holds) {
  return std::ranges::any_of(scene.own, [&](const store::AddressKey& key) {
    if (key.address == net::Address(other_than)) return false;
    const auto& record = scene.record(key);
    return record && holds(*record);
  });
}

}  // namespace

bool is_vacant(const AddressRecord& record, base::Instant now) {
  if (!record.reserved_for.empty() || on_probation(record, now) || is_live(record, now)) {
    return false;
  }
  return record.state != AddressState::kReserved && record.state != AddressState::kBound;
}

bool owns(const Scene4& scene, const AddressRecord& record) {
  if (record.state == AddressState::kReserved || record.state == AddressState::kBound) {
    return scene.is_owner(record);
  }
  return !record.reserved_for.empty() && scene.is_owner(record) &&
         !on_probation(record, scene.now) && (!is_live(record, scene.now) || scene.holds(record));
}

namespace {

const AddressRecord* record_at(const Scene4& scene, const store::AddressKey& key) {
  const auto& record = scene.record(key);
  return record ? &*record : nullptr;
}

// `key` is in `judged.block`.
void weigh(const Scene4& scene, const store::AddressKey& key, Judgement4& judged) {
  const net::Ipv4 address = key.address.v4();
  judged.record = record_at(scene, key);
  judged.claim = claim_alone(scene, judged, address);
  // A block that left the configuration: its leases run to their end, and that is all.
  const bool own = judged.claim == Claim4::kLeased || judged.claim == Claim4::kReserved;
  const bool runs =
      own && is_live(*judged.record, scene.now) && remaining(*judged.record, scene.now).count() > 0;
  if (judged.block->retired && !runs) judged.claim = Claim4::kExcluded;
  if (judged.claim == Claim4::kReserved) return;
  const bool declined = judged.record != nullptr && judged.record->state == AddressState::kDeclined;
  if (any_own(scene, address, [&](const AddressRecord& record) { return owns(scene, record); })) {
    judged.claim = Claim4::kMustMove;
    return;
  }
  const bool for_the_taking = judged.claim == Claim4::kFree || judged.claim == Claim4::kHeld ||
                              judged.claim == Claim4::kOthersHeld;
  if ((for_the_taking || declined) && scene.offers.is_offered(key)) {
    const Offer* offer = scene.offer();
    const bool ours = offer != nullptr && offer->address == key;
    const bool to_us = ours || (for_the_taking && scene.query.intent == Intent4::kSelect &&
                                scene.is_crowded(*judged.block));
    if (to_us || for_the_taking) judged.claim = to_us ? Claim4::kOffered : Claim4::kTaken;
  }
  const auto live = [&](const AddressRecord& record) {
    return scene.holds(record) && is_live(record, scene.now);
  };
  const bool known = judged.claim == Claim4::kFree || judged.claim == Claim4::kHeld;
  if (known && any_own(scene, address, live)) judged.claim = Claim4::kElsewhere;
}

}  // namespace

Judgement4 judge(const Scene4& scene, net::Ipv4 address) {
  Judgement4 judged;
  judged.block = scene.network().block_of(address);
  if (judged.block == nullptr) return judged;
  const store::AddressKey key = scene.key(*judged.block, address);
  weigh(scene, key, judged);
  judged.record = record_at(scene, key);  // the client's other addresses were asked for
  return judged;
}

namespace {

// What a table's entry says; the last two depend on whether the network is authoritative.
enum class Entry : std::uint8_t { kGrant, kNak, kGrantOrSilence, kNakOrSilence };

struct Row {
  Claim4 claim;
  Entry select, reboot, renew, rebind;
  Reason refusal;
};
constexpr Entry G = Entry::kGrant;
constexpr Entry N = Entry::kNak;
constexpr Entry A = Entry::kGrantOrSilence;
constexpr Entry S = Entry::kNakOrSilence;

// RFC 2131 section 4.3.2. SELECTING and RENEWING are addressed to us, so a refusal is ours to give;
// INIT-REBOOT and REBINDING reach every server, and one that is not authoritative keeps silent
// about what another may own.
constexpr std::array<Row, kClaims4> kVerdicts{{
    {Claim4::kReserved, G, G, G, G, Reason::kAddressTaken},
    {Claim4::kLeased, G, G, G, G, Reason::kAddressTaken},
    {Claim4::kHeld, G, G, G, G, Reason::kAddressTaken},
    {Claim4::kOffered, G, G, G, G, Reason::kAddressTaken},
    // A VM must survive a lost lease record.
    {Claim4::kFree, G, A, G, G, Reason::kUnknownClient},
    // We know the client under another address.
    {Claim4::kElsewhere, G, N, G, G, Reason::kHasLease},
    {Claim4::kOthersHeld, N, S, N, S, Reason::kAddressHeld},
    {Claim4::kTaken, N, S, N, S, Reason::kAddressTaken},
    {Claim4::kProbation, N, S, N, S, Reason::kAddressDeclined},
    {Claim4::kExcluded, N, S, N, S, Reason::kAddressExcluded},
    {Claim4::kOutside, N, S, N, S, Reason::kWrongNetwork},
    // NAKed so that it moves.
    {Claim4::kMustMove, N, N, N, N, Reason::kHasReservation},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kClaims4; ++i) {
    if (static_cast<std::size_t>(kVerdicts[i].claim) != i) return false;
  }
  return true;
}
static_assert(in_order());

const Row& row(Claim4 claim) { return kVerdicts[static_cast<std::size_t>(claim)]; }

Entry entry(const Row& row, Intent4 intent) {
  switch (intent) {
    case Intent4::kSelect:
      return row.select;
    case Intent4::kReboot:
      return row.reboot;
    case Intent4::kRenew:
      return row.renew;
    default:
      base::check(intent == Intent4::kRebind);
      return row.rebind;
  }
}

}  // namespace

Verdict4 verdict(Claim4 claim, Intent4 intent, bool authoritative) {
  switch (entry(row(claim), intent)) {
    case Entry::kGrant:
      return Verdict4::kGrant;
    case Entry::kNak:
      return Verdict4::kNak;
    case Entry::kGrantOrSilence:
      return authoritative ? Verdict4::kGrant : Verdict4::kSilence;
    case Entry::kNakOrSilence:
      return authoritative ? Verdict4::kNak : Verdict4::kSilence;
  }
  return Verdict4::kSilence;
}

Reason refusal(Claim4 claim) { return row(claim).refusal; }

}  // namespace melange::dhcp
