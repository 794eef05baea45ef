// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/decide4.h"

#include <algorithm>

#include "claim4.h"
#include "lease4.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/lease.h"
#include "pick4.h"
#include "scene4.h"

namespace melange::dhcp {
namespace {

using store::AddressRecord;
using store::AddressState;

constexpr base::Seconds kSeenAgain{3600};  // how old a note of an address in use may get

Decision4 silent(Reason reason) {
  Decision4 decision;
  decision.reason = reason;
  return decision;
}

// OFFER and ACK of a lease.
Reply4 lease_reply(const Scene4& scene, wire::MessageType4 type, const ServedBlock& block,
                   net::Ipv4 address, base::Seconds lease_time) {
  Reply4 reply;
  reply.type = type;
  reply.to = destination_of_reply(scene.query, address);
  reply.broadcast_flag = scene.query.wants_broadcast();
  reply.server_id = server_id_for(scene.place, &block);
  // RFC 2131 table 3: ciaddr is copied in an ACK, zero in an OFFER.
  if (type == wire::MessageType4::kAck) reply.ciaddr = scene.query.ciaddr();
  reply.yiaddr = address;
  reply.block = &block;
  reply.lease_time = lease_time;
  return reply;
}

// What the operator gave to the address goes to its owner, and to nobody else.
void carry_own(const AddressRecord& record, Reply4& reply) {
  reply.hostname = record.hostname;
  reply.options = record.options;
}

Decision4 discover(const Scene4& scene) {
  const auto picked = pick_address(scene);
  if (!picked) return silent(Reason::kNoFreeAddress);
  Decision4 decision;
  decision.reason = Reason::kOffered;
  const store::AddressKey key = scene.key(*picked->block, picked->address);
  base::Seconds lease_time = lease_time_for(scene.query, *picked->block);
  const auto record = scene.view.address(key);
  if (picked->block->retired && record) lease_time = remaining(*record, scene.now);
  decision.reply =
      lease_reply(scene, wire::MessageType4::kOffer, *picked->block, picked->address, lease_time);
  if (record && owns(scene, *record)) carry_own(*record, *decision.reply);
  decision.offer =
      HoldOffer{{scene.network().id, scene.identity, key, scene.now + scene.limits.offer_time}};
  return decision;
}

// The holder of an address that is reserved for another has now been told: its owner need not wait
// for the lease to end (ipam.md section 3).
void hand_over(const Scene4& scene, const Judgement4& judged, Decision4& decision) {
  const auto& record = judged.record;
  if (!record || record->reserved_for.empty() || record->identity != scene.identity) return;
  if (!is_live(*record, scene.now)) return;
  const bool pooled = scene.topology.may_lease(*judged.block, record->key.address);
  if (const auto left = ipam::after_lease(*record, pooled, scene.now)) {
    decision.changes.push_back(store::PutAddress{*left});
  }
}

Decision4 refuse(const Scene4& scene, const Judgement4& judged) {
  Decision4 decision;
  decision.reason = refusal(judged.claim);
  hand_over(scene, judged, decision);
  Reply4 reply;
  reply.type = wire::MessageType4::kNak;
  reply.to = destination_of_nak(scene.query);
  // RFC 2131 section 4.3.2: a relay must broadcast the NAK, the client's address may be wrong.
  reply.broadcast_flag = scene.query.wants_broadcast() || scene.query.relayed();
  reply.server_id = server_id_for(scene.place, nullptr);
  decision.reply = reply;
  decision.offer = ReleaseOffer{};
  return decision;
}

Reason reason_of_grant(const Scene4& scene, bool written) {
  if (!written) return Reason::kRepeated;
  switch (scene.query.intent) {
    case Intent4::kReboot:
      return Reason::kRebooted;
    case Intent4::kRenew:
      return Reason::kRenewed;
    case Intent4::kRebind:
      return Reason::kRebound;
    default:
      return Reason::kLeased;
  }
}

Decision4 request(const Scene4& scene) {
  const Query4& query = scene.query;
  if (query.intent == Intent4::kSelect && !scene.topology.is_own(*query.server_id)) {
    // RFC 2131 section 3.1 step 4: the client chose another server; our offer is declined.
    Decision4 decision = silent(Reason::kOtherServer);
    decision.offer = ReleaseOffer{};
    return decision;
  }
  const net::Ipv4 address = query.subject();
  const Judgement4 judged = judge(scene, address);
  switch (verdict(judged.claim, query.intent, scene.network().authoritative)) {
    case Verdict4::kSilence:
      return silent(Reason::kUnknownClient);
    case Verdict4::kNak:
      return refuse(scene, judged);
    case Verdict4::kGrant:
      break;
  }
  const Grant4 given = grant(scene, judged, address);
  Decision4 decision;
  decision.reason = reason_of_grant(scene, given.written);
  decision.reply =
      lease_reply(scene, wire::MessageType4::kAck, *judged.block, address, given.lease_time);
  if (judged.record && judged.claim == Claim4::kReserved) {
    carry_own(*judged.record, *decision.reply);
  }
  decision.changes = given.changes;
  decision.offer = ReleaseOffer{};
  return decision;
}

// The client's own running lease on `address`, whatever it is reserved for.
std::optional<AddressRecord> own_lease(const Scene4& scene, net::Ipv4 address) {
  const ServedBlock* block = scene.network().block_of(address);
  if (block == nullptr) return std::nullopt;
  const auto record = scene.view.address(scene.key(*block, address));
  const bool own = record && record->identity == scene.identity && is_live(*record, scene.now);
  return own ? record : std::nullopt;
}

Decision4 release(const Scene4& scene) {
  if (scene.query.server_id && !scene.topology.is_own(*scene.query.server_id)) {
    return silent(Reason::kOtherServer);
  }
  const net::Ipv4 address = scene.query.ciaddr();
  const auto record = own_lease(scene, address);
  if (!record) return silent(Reason::kNotOwner);
  Decision4 decision = silent(Reason::kReleased);
  const ServedBlock* block = scene.network().block_of(address);
  const bool pooled = scene.topology.may_lease(*block, address);
  if (const auto left = ipam::after_lease(*record, pooled, scene.now)) {
    decision.changes.push_back(store::PutAddress{*left});
  } else {
    decision.changes.push_back(store::EraseAddress{record->key});
  }
  return decision;
}

std::size_t recent_declines(const Scene4& scene) {
  const auto recent = [&](const store::AddressKey& key) {
    const auto record = scene.view.address(key);
    return record && record->state == AddressState::kDeclined &&
           record->identity == scene.identity &&
           scene.now - record->since < base::limits::kDeclineWindow;
  };
  return static_cast<std::size_t>(std::ranges::count_if(scene.own, recent));
}

Decision4 decline(const Scene4& scene) {
  if (scene.query.server_id && !scene.topology.is_own(*scene.query.server_id)) {
    return silent(Reason::kOtherServer);
  }
  const auto record = own_lease(scene, *scene.query.requested);
  if (!record) return silent(Reason::kNotOwner);
  // hostile.md W25: or one client could quarantine the whole pool.
  if (recent_declines(scene) >= base::limits::kDeclinesPerClient) {
    return silent(Reason::kDeclineLimit);
  }
  Decision4 decision = silent(Reason::kDeclined);
  AddressRecord left = *record;
  if (record->state == AddressState::kBound) left.reserved_for = record->identity;
  left.state = AddressState::kDeclined;
  left.since = scene.now;
  left.expires = scene.now + scene.network().decline_time;
  decision.changes.push_back(store::PutAddress{left});
  return decision;
}

void note_seen(const Scene4& scene, const store::AddressKey& key, Decision4& decision) {
  const auto record = scene.view.address(key);
  if (record && is_live(*record, scene.now)) return;
  const auto seen = scene.view.seen(key);
  if (seen && seen->mac == scene.query.chaddr && scene.now - seen->at < kSeenAgain) return;
  decision.changes.push_back(store::NoteSeen{{key, scene.query.chaddr, scene.now}});
}

Decision4 inform(const Scene4& scene) {
  const Query4& query = scene.query;
  // hostile.md W26: an answer goes to the address that asked, never to one that it only names.
  const bool named = !query.ciaddr().is_unspecified();
  const net::Ipv4 client = named ? query.ciaddr() : query.datagram->source;
  if (client.is_unspecified() || (!named && query.relayed())) return silent(Reason::kNoAddress);
  if (!query.relayed() && query.datagram->source != client) {
    return silent(Reason::kSpoofedAddress);
  }
  const ServedBlock* block = scene.network().block_of(client);
  if (block == nullptr) return silent(Reason::kNoNetwork);
  Decision4 decision;
  decision.reason = Reason::kInformed;
  Reply4 reply;
  reply.type = wire::MessageType4::kAck;
  reply.to = destination_of_inform(query, client);
  reply.broadcast_flag = query.wants_broadcast();
  reply.server_id = server_id_for(scene.place, block);
  reply.ciaddr = query.ciaddr();
  reply.block = block;
  const store::AddressKey key = scene.key(*block, client);
  const auto record = scene.view.address(key);
  if (record && owns(scene, *record)) carry_own(*record, reply);
  decision.reply = reply;
  note_seen(scene, key, decision);
  return decision;
}

Decision4 decide_in(const Scene4& scene) {
  switch (scene.query.intent) {
    case Intent4::kDiscover:
      return discover(scene);
    case Intent4::kSelect:
    case Intent4::kReboot:
    case Intent4::kRenew:
    case Intent4::kRebind:
      return request(scene);
    case Intent4::kRelease:
      return release(scene);
    case Intent4::kDecline:
      return decline(scene);
    case Intent4::kInform:
      return inform(scene);
  }
  return silent(Reason::kUnexpectedType);
}

}  // namespace

Decision4 decide(const Query4& query, const store::View& view, const Topology& topology,
                 const Offers& offers, const Limits4& limits, base::Instant now) {
  const auto place = find_place(query, topology);
  if (!place) return silent(place.error());
  const wire::Identity identity = identify(query, *place->network);
  const Scene4 scene{query,  view,     topology,
                     offers, limits,   now,
                     *place, identity, view.addresses_of(place->network->id, identity)};
  Decision4 decision = decide_in(scene);
  decision.network = place->network;
  decision.identity = identity;
  if (decision.reply) decision.reply->network = place->network;
  if (decision.reply && place->link != nullptr) decision.reply->mtu = place->link->host.mtu;
  return decision;
}

std::string text(const Decision4& decision) {
  std::string out;
  if (const auto& reply = decision.reply) {
    out = text(reply->type);
    if (!reply->yiaddr.is_unspecified()) out += " yiaddr=" + text(reply->yiaddr);
    if (reply->lease_time) out += " lease=" + base::text(*reply->lease_time);
    out += " to=" + (reply->to.address.is_broadcast() ? "broadcast" : text(reply->to.address));
  } else {
    out = decision.changes.empty() ? "drop" : "done";
  }
  return out + base::cat(" reason=", text(decision.reason));
}

}  // namespace melange::dhcp
