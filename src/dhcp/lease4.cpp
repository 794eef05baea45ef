// SPDX-License-Identifier: Apache-2.0
#include "lease4.h"

#include <algorithm>

#include "melange/base/check.h"
#include "melange/ipam/lease.h"
#include "melange/wire/host_name.h"
#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace option4 = wire::option4;
using base::Instant;
using base::Seconds;
using store::AddressRecord;
using store::AddressState;

constexpr std::uint8_t kLongestRelayInfo = 255;

Instant expiry(Instant now, Seconds lease_time) {
  return lease_time == base::kInfinite ? Instant::max() : now + lease_time;
}

// dhcp.md rule 18: within the first tenth of a lease, what is stored is promised again, and no
// more. This is also how a retransmitted REQUEST gets the same answer without a second write.
bool says_it_already(const AddressRecord& stored, const AddressRecord& wanted, Seconds lease_time,
                     Instant now) {
  if (stored.state != wanted.state || !is_live(stored, now)) return false;
  AddressRecord same = wanted;
  same.since = stored.since;
  same.expires = stored.expires;
  same.revision = stored.revision;
  if (same != stored) return false;
  if (lease_time == base::kInfinite) return stored.expires == Instant::max();
  return stored.expires == stored.since + lease_time && now - stored.since < lease_time / 10.0;
}

// The name that the client gives itself, if it is one (RFC 1123): the one with its domain first.
std::optional<wire::HostName> name_of_client(const Query4& query) {
  const auto& message = *query.message;
  if (message.has(option4::kFqdn)) {
    const auto fqdn = wire::read_fqdn(message.option(option4::kFqdn));
    if (fqdn && !fqdn->name.empty()) return fqdn->name;
  }
  return message.has(option4::kHostName) ? wire::read_host_name(message.option(option4::kHostName))
                                         : std::nullopt;
}

// What the client and its relay said of it with this REQUEST. A renewal goes past the relay: what
// the relay said before holds on.
void note_client(const Scene4& scene, AddressRecord& record) {
  if (const auto name = name_of_client(scene.query)) record.client_name = *name;
  const base::Bytes relay = scene.query.message->option(option4::kRelayAgentInformation);
  if (scene.query.relay && relay.size() <= kLongestRelayInfo) {
    record.relay_info = base::InlineBytes<kLongestRelayInfo>(relay);
  }
}

AddressRecord record_for(const Scene4& scene, const Judgement4& judged, net::Ipv4 address,
                         Seconds lease_time) {
  AddressRecord record;
  if (judged.record) record = *judged.record;
  if (!scene.holds(record)) record.client_name = {}, record.relay_info = {};
  record.key = scene.key(*judged.block, address);
  record.network = scene.network().id;
  const bool owner = judged.claim == Claim4::kReserved;
  record.state = owner ? AddressState::kBound : AddressState::kLeased;
  // What an operator gives to an address goes to its owner: a dynamic lease has none of it.
  if (!owner) forget_operator(record);
  // An operator's address stays filed under whom he gave it to, whichever of its identities asks.
  if (!owner || !record.reserved_for.empty()) {
    record.identity = owner ? record.reserved_for : scene.identity();
  }
  record.reserved_for = {};
  record.mac.reset();
  if (record.identity != wire::Identity::of(scene.query.chaddr)) record.mac = scene.query.chaddr;
  note_client(scene, record);
  record.since = scene.now;
  record.expires = expiry(scene.now, lease_time);
  return record;
}

// A client has one dynamic lease in a network: taking another address ends the lease on the first.
void end_other_leases(const Scene4& scene, const store::AddressKey& kept,
                      store::LeaseChanges& changes) {
  for (const store::AddressKey& key : scene.own) {
    if (key == kept || changes.full() || !key.address.is_v4()) continue;
    const auto& record = scene.record(key);
    if (!record || !scene.holds(*record)) continue;
    if (record->state != AddressState::kLeased && record->state != AddressState::kBound) continue;
    const ServedBlock* block = scene.network().block_of(key.address.v4());
    const bool pooled = block != nullptr && scene.topology.may_lease(*block, key.address);
    if (const auto left = ipam::after_lease(*record, pooled, scene.now)) {
      changes.push_back(store::PutAddress{*left});
    } else {
      changes.push_back(store::EraseAddress{key});
    }
  }
}

// Of a client's addresses only limits::kAddressesPerIdentity are looked at. So that none with a
// lease is overlooked, a new one takes the place of one that the client had before.
void forget_one(const Scene4& scene, const store::AddressKey& kept, store::LeaseChanges& changes) {
  if (!scene.own.full() || changes.full() || std::ranges::count(scene.own, kept) > 0) return;
  for (const store::AddressKey& key : scene.own) {
    const auto& record = scene.record(key);
    const bool past = record && record->state == AddressState::kHeld;
    if (!past || record->identity != scene.identity() || !record->reserved_for.empty()) continue;
    changes.push_back(store::EraseAddress{key});
    return;
  }
}

}  // namespace

Seconds remaining(const AddressRecord& record, Instant now) {
  if (record.expires == Instant::max()) return base::kInfinite;
  return std::chrono::floor<Seconds>(record.expires - now);
}

Seconds lease_time_for(const Scene4& scene, const ServedBlock& block) {
  Seconds usual = block.lease_time;
  Seconds least = block.min_lease_time;
  Seconds most = block.max_lease_time;
  const auto special = std::ranges::find_if(
      scene.classes, [](const ServedClass* each) { return each->lease_time.has_value(); });
  if (special != scene.classes.end()) {
    usual = *(*special)->lease_time;
    least = (*special)->min_lease_time.value_or(usual);
    most = (*special)->max_lease_time.value_or(usual);
  }
  return std::clamp(scene.query.lease_time.value_or(usual), least, most);
}

Grant4 grant(const Scene4& scene, const Judgement4& judged, net::Ipv4 address) {
  base::check(judged.block != nullptr);
  Grant4 given;
  if (judged.block->retired) {
    // The block left the configuration: its leases run to their end, and are not prolonged.
    base::check(judged.claim == Claim4::kLeased || judged.claim == Claim4::kReserved);
    given.lease_time = remaining(*judged.record, scene.now);
    given.written = false;
    return given;
  }
  given.lease_time = lease_time_for(scene, *judged.block);
  AddressRecord record = record_for(scene, judged, address, given.lease_time);
  if (judged.record && says_it_already(*judged.record, record, given.lease_time, scene.now)) {
    given.lease_time = remaining(*judged.record, scene.now);
    given.written = false;
    return given;
  }
  const store::AddressKey key = record.key;
  given.changes.push_back(store::PutAddress{std::move(record)});
  end_other_leases(scene, key, given.changes);
  forget_one(scene, key, given.changes);
  return given;
}

}  // namespace melange::dhcp
