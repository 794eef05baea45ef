// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include "melange/base/text.h"

namespace melange::test {

using base::cat;
using dhcp::Intent4;
using dhcp::Reason;

namespace {

bool is_request(const Recorder::Told& told) {
  return told.intent == Intent4::kSelect || told.intent == Intent4::kReboot ||
         told.intent == Intent4::kRenew || told.intent == Intent4::kRebind;
}

base::Instant end_of(base::Instant now, base::Seconds lease_time) {
  return lease_time == base::kInfinite ? base::Instant::max() : now + lease_time;
}

}  // namespace

bool Ledger::held_by_another(const Promises& promises, const Place& place,
                             const Recorder::Told& told, base::Instant now) {
  const auto at = promises.find(place);
  return at != promises.end() && at->second.until > now && at->second.identity != told.identity;
}

// All that this client was promised in the network.
void Ledger::forget(Promises& promises, const Recorder::Told& told) {
  std::erase_if(promises, [&](const auto& entry) {
    return entry.first.first == told.network && entry.second.identity == told.identity;
  });
}

bool Ledger::must_be_granted(const Recorder::Told& told, base::Instant now) const {
  const bool other = told.reason == Reason::kOtherServer || told.reason == Reason::kStoreFailed ||
                     told.reason == Reason::kSpoofedAddress;
  // What is reserved for it may be had only now, if another had a lease on it.
  const bool moves = told.reason == Reason::kHasReservation;
  if (!is_request(told) || other || moves) return false;
  const auto at = leases_.find({told.network, told.subject});
  return at != leases_.end() && at->second.identity == told.identity && at->second.until > now &&
         !at->second.may_be_refused;
}

// The client gave the address back, or was told to stop using it.
void Ledger::end_lease(const Recorder::Told& told) {
  const auto at = leases_.find({told.network, told.subject});
  if (at != leases_.end() && at->second.identity == told.identity) leases_.erase(at);
}

std::string Ledger::note(const Recorder::Told& told, bool left, base::Instant now) {
  if (told.network == store::NetworkId{}) return "";
  const Place place{told.network, told.yiaddr};
  const bool promised = told.reply && told.lease_time;
  if (!promised && must_be_granted(told, now)) return "a running lease is refused";
  if (promised && held_by_another(leases_, place, told, now)) return "leased to another";
  if (promised && held_by_another(offers_, place, told, now)) return "on offer to another";
  if (is_request(told)) forget(offers_, told);
  const bool given_up = told.reason == Reason::kReleased || told.reason == Reason::kDeclined;
  const bool refused = told.reply == wire::MessageType4::kNak && left;
  if (given_up || refused) end_lease(told);
  if (!promised || !left) return "";
  if (told.reply == wire::MessageType4::kOffer) {
    forget(offers_, told);
    offers_[place] = {told.identity, now + dhcp::Limits4{}.offer_time};
  } else {
    forget(leases_, told);
    leases_[place] = {told.identity, end_of(now, *told.lease_time)};
  }
  return "";
}

std::string Ledger::compare(const store::View& view, base::Instant now) const {
  const auto blocks = view.blocks();
  for (const auto& [place, promise] : leases_) {
    if (promise.until <= now) continue;
    bool found = false;
    for (const store::Block& block : blocks) {
      if (block.network != place.first || !block.cidr.contains(place.second)) continue;
      const auto record = view.address({block.id, place.second});
      found = found || (record && is_live(*record, now) && record->identity == promise.identity &&
                        record->expires >= promise.until);
    }
    if (!found) return cat("not in the store: ", text(place.second), ' ', text(promise.identity));
  }
  return view.ok() ? "" : view.error().message;
}

void Ledger::configuration_changed() {
  // A reservation goes before an offer.
  offers_.clear();
  for (auto& [place, promise] : leases_) promise.may_be_refused = true;
}

}  // namespace melange::test
