// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/decide4.h"

#include <algorithm>

#include "claim4.h"
#include "lease4.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/lease.h"
#include "melange/wire/options4.h"
#include "pick4.h"
#include "reply_options.h"
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

// What every reply to the client has; the block's options if there is one.
Reply4 reply_of(const Scene4& scene, wire::MessageType4 type, const ServedBlock* block) {
  Reply4 reply;
  reply.type = type;
  reply.broadcast_flag = scene.query.wants_broadcast();
  reply.server_id = server_id_for(scene.place, block);
  reply.source = source_for(scene.place, block);
  reply.network = scene.place.network;
  reply.block = block;
  reply.globals = &scene.topology.globals();
  reply.classes = scene.classes;
  return reply;
}

// OFFER and ACK of a lease.
Reply4 lease_reply(const Scene4& scene, wire::MessageType4 type, const ServedBlock& block,
                   net::Ipv4 address, base::Seconds lease_time) {
  Reply4 reply = reply_of(scene, type, &block);
  reply.to = destination_of_reply(scene.query, address);
  reply.pool = block.pool_of(address);
  // RFC 2131 table 3: ciaddr is copied in an ACK, zero in an OFFER.
  if (type == wire::MessageType4::kAck) reply.ciaddr = scene.query.ciaddr();
  reply.yiaddr = address;
  reply.lease_time = lease_time;
  return reply;
}

// What the operator gave to the address goes to its owner, and to nobody else.
void carry_own(const AddressRecord& record, Reply4& reply) {
  reply.hostname = record.hostname;
  reply.options = record.options;
  reply.forced = record.forced;
  reply.boot = record.boot;
}

// An OFFER without an address. Its options are those of a block that the client could be served
// from.
Decision4 offer_nothing(const Scene4& scene, Reason reason, const ServedBlock* block) {
  Decision4 decision = silent(reason);
  decision.reply = reply_of(scene, wire::MessageType4::kOffer, block);
  decision.reply->to = destination_of_advice(scene.query);
  return decision;
}

const ServedBlock* any_block(const Scene4& scene) {
  const ServedNetwork& network = scene.network();
  if (scene.place.near_block != nullptr) return scene.place.near_block;
  if (!network.pooled.empty()) return network.pooled.front();
  return network.blocks.empty() ? nullptr : network.blocks.front().get();
}

// RFC 8925 section 3.3.1: a client that says it can do without IPv4, where the operator wants that,
// is offered 0.0.0.0 and goes without.
std::optional<Decision4> without_v4(const Scene4& scene) {
  if (!scene.query.asks_for(wire::option4::kV6OnlyPreferred)) return std::nullopt;
  const ServedBlock* const block = any_block(scene);
  if (block == nullptr) return std::nullopt;
  Decision4 decision = offer_nothing(scene, Reason::kV6Only, block);
  if (value_of(*decision.reply, wire::option4::kV6OnlyPreferred).empty()) return std::nullopt;
  return decision;
}

// RFC 2563 section 2.3: with no address for it, the client may be told to make up none either.
Decision4 no_address(const Scene4& scene) {
  const ServedBlock* const block = any_block(scene);
  const bool asks = scene.query.message->has(wire::option4::kAutoConfigure);
  if (!asks || block == nullptr) return silent(Reason::kNoFreeAddress);
  Decision4 decision = offer_nothing(scene, Reason::kNoAutoConfigure, block);
  const base::Bytes value = value_of(*decision.reply, wire::option4::kAutoConfigure);
  if (value.empty() || value.front() != 0) return silent(Reason::kNoFreeAddress);
  return decision;
}

Offer offer_of(const Scene4& scene, const Pick4& picked) {
  const store::AddressKey key = scene.key(*picked.block, picked.address);
  return {scene.network().id, scene.identity(), key, scene.now + scene.limits.offer_time, true};
}

// RFC 2131 section 2.2: the server should look whether a newly offered address is in use.
bool must_probe(const Scene4& scene, const Pick4& picked) {
  return picked.fresh && scene.limits.can_probe && scene.place.link != nullptr &&
         scene.network().checks_conflicts() && !scene.is_crowded(*picked.block);
}

Decision4 probe(const Scene4& scene, const Pick4& picked) {
  Decision4 decision = silent(Reason::kProbing);
  Offer offer = offer_of(scene, picked);
  offer.expires += scene.limits.conflict_wait;
  offer.checked = false;
  decision.offer = HoldOffer{offer};
  decision.probes = true;
  return decision;
}

Decision4 commit_rapidly(const Scene4& scene, const Pick4& picked);

Decision4 discover(const Scene4& scene) {
  if (auto without = without_v4(scene)) return *std::move(without);
  const auto picked = pick_address(scene);
  if (!picked) return no_address(scene);
  if (must_probe(scene, *picked)) return probe(scene, *picked);
  const bool asks_at_once = scene.query.message->has(wire::option4::kRapidCommit);
  if (asks_at_once && scene.network().commits_rapidly() && !picked->block->retired) {
    return commit_rapidly(scene, *picked);
  }
  Decision4 decision;
  decision.reason = Reason::kOffered;
  base::Seconds lease_time = lease_time_for(scene, *picked->block);
  const auto& record = scene.record(scene.key(*picked->block, picked->address));
  if (picked->block->retired && record) lease_time = remaining(*record, scene.now);
  decision.reply =
      lease_reply(scene, wire::MessageType4::kOffer, *picked->block, picked->address, lease_time);
  if (record && owns(scene, *record)) carry_own(*record, *decision.reply);
  decision.offer = HoldOffer{offer_of(scene, *picked)};
  return decision;
}

// The holder of an address that is reserved for another has now been told: its owner need not wait
// for the lease to end (ipam.md section 3).
void hand_over(const Scene4& scene, const Judgement4& judged, Decision4& decision) {
  const AddressRecord* const record = judged.record;
  if (record == nullptr || record->reserved_for.empty() || !scene.holds(*record)) return;
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
  Reply4 reply = reply_of(scene, wire::MessageType4::kNak, nullptr);
  reply.to = destination_of_nak(scene.query);
  // RFC 2131 section 4.3.2: a relay must broadcast the NAK, the client's address may be wrong.
  reply.broadcast_flag = scene.query.wants_broadcast() || scene.query.relayed();
  decision.reply = std::move(reply);
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

Decision4 acknowledge(const Scene4& scene, const Judgement4& judged, net::Ipv4 address) {
  Grant4 given = grant(scene, judged, address);
  Decision4 decision;
  decision.reason = reason_of_grant(scene, given.written);
  decision.reply =
      lease_reply(scene, wire::MessageType4::kAck, *judged.block, address, given.lease_time);
  if (judged.claim == Claim4::kReserved) {
    const auto& record = scene.record(scene.key(*judged.block, address));
    if (record) carry_own(*record, *decision.reply);
  }
  decision.changes = std::move(given.changes);
  decision.offer = ReleaseOffer{};
  return decision;
}

// RFC 4039 section 3.1: the lease at once, without OFFER and REQUEST.
Decision4 commit_rapidly(const Scene4& scene, const Pick4& picked) {
  Decision4 decision = acknowledge(scene, judge(scene, picked.address), picked.address);
  decision.reply->rapid_commit = true;
  return decision;
}

Decision4 request(const Scene4& scene) {
  const Query4& query = scene.query;
  if (query.intent == Intent4::kSelect && !scene.is_us(*query.server_id)) {
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
  return acknowledge(scene, judged, address);
}

// The client's own running lease on `address`, whatever it is reserved for.
std::optional<AddressRecord> own_lease(const Scene4& scene, net::Ipv4 address) {
  const ServedBlock* block = scene.network().block_of(address);
  if (block == nullptr) return std::nullopt;
  const auto& record = scene.record(scene.key(*block, address));
  const bool own = record && scene.holds(*record) && is_live(*record, scene.now);
  return own ? record : std::nullopt;
}

Decision4 release(const Scene4& scene) {
  if (scene.query.server_id && !scene.is_us(*scene.query.server_id)) {
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
    const auto& record = scene.record(key);
    return record && record->state == AddressState::kDeclined &&
           record->identity == scene.identity() &&
           scene.now - record->since < base::limits::kDeclineWindow;
  };
  return static_cast<std::size_t>(std::ranges::count_if(scene.own, recent));
}

Decision4 decline(const Scene4& scene) {
  if (scene.query.server_id && !scene.is_us(*scene.query.server_id)) {
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
  const auto& record = scene.record(key);
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
  // hostile.md W26, R12: an answer there would reach everybody, or ourselves.
  if (!may_be_host(scene.network(), scene.topology, client)) {
    return silent(Reason::kSpoofedAddress);
  }
  Decision4 decision;
  decision.reason = Reason::kInformed;
  Reply4 reply = reply_of(scene, wire::MessageType4::kAck, block);
  reply.to = destination_of_inform(query, client);
  reply.pool = block->pool_of(client);
  reply.ciaddr = query.ciaddr();
  const store::AddressKey key = scene.key(*block, client);
  const auto& record = scene.record(key);
  if (record && owns(scene, *record)) carry_own(*record, reply);
  decision.reply = std::move(reply);
  note_seen(scene, key, decision);
  return decision;
}

// RFC 951, RFC 1534 section 2: a client that knows no leases gets its reservation, and nothing is
// written: it is the client's for good.
Decision4 bootp(const Scene4& scene) {
  if (!scene.network().bootp) return silent(Reason::kNoMessageType);
  for (const store::AddressKey& key : scene.own) {
    if (!key.address.is_v4()) continue;
    const Judgement4 judged = judge(scene, key.address.v4());
    if (judged.claim != Claim4::kReserved || judged.block->retired) continue;
    Decision4 decision;
    decision.reason = Reason::kBootp;
    Reply4 reply =
        lease_reply(scene, wire::MessageType4::kAck, *judged.block, key.address.v4(), {});
    reply.lease_time.reset();
    reply.bootp = true;
    carry_own(*judged.record, reply);
    decision.reply = std::move(reply);
    return decision;
  }
  return silent(Reason::kUnknownClient);
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
    case Intent4::kBootp:
      return bootp(scene);
  }
  return silent(Reason::kUnexpectedType);
}

// A renewal goes past the relay that said which circuit its client is on: what it said of the last
// REQUEST holds on. The record that says so is kept as long as what was read from it.
struct Stash {
  AddressRecord record;
  wire::RelayInfo relay;
};
std::unique_ptr<Stash> stash_of(const Query4& query, const Place4& place, const store::View& view,
                                base::Instant now) {
  const ServedNetwork& network = *place.network;
  const bool may_lack_it = place.link == nullptr || network.trust_relay_information ||
                           network.identity == store::IdentityPolicy::kCircuitId;
  if (query.relayed() || query.relay || query.ciaddr().is_unspecified() || !may_lack_it) return {};
  const ServedBlock* const block = network.block_of(query.ciaddr());
  if (block == nullptr) return {};
  auto record = view.address({block->id, query.ciaddr()});
  if (!record || record->relay_info.empty() || !is_live(*record, now)) return {};
  if (hardware(*record) != query.chaddr) return {};
  auto stash = std::make_unique<Stash>(Stash{std::move(*record), {}});
  const auto relay = wire::read_relay_info(stash->record.relay_info.view());
  if (!relay) return {};
  stash->relay = *relay;
  return stash;
}

// Those whose conditions the client meets, and those that its reservation names.
ClassList classes_of(const Scene4& scene, const wire::RelayInfo* relay) {
  const ClassSet& classes = scene.topology.globals().classes;
  if (classes.empty()) return {};
  for (const store::AddressKey& key : scene.own) {
    const auto& record = scene.record(key);
    if (record && owns(scene, *record))
      return classes.match(scene.query, relay, true, record->classes);
  }
  return classes.match(scene.query, relay, false, {});
}

bool is_ignored(const Scene4& scene) {
  return std::ranges::any_of(scene.classes, [](const ServedClass* each) { return each->ignore; });
}

}  // namespace

Decision4 decide(const Query4& query, const store::View& view, const Topology& topology,
                 const Offers& offers, const Limits4& limits, base::Instant now,
                 base::FunctionRef<void(const Scene4&)> look) {
  const auto place = find_place(query, topology);
  if (!place) return silent(place.error());
  const ServedNetwork& network = *place->network;
  const auto stashed = stash_of(query, *place, view, now);
  const wire::RelayInfo* const relay = query.relay ? &*query.relay
                                       : stashed   ? &stashed->relay
                                                   : nullptr;
  Scene4 scene{query, view, topology, offers, limits, now, *place, identify(query, relay, network),
               {},    {}};
  Decision4 decision;
  if (scene.identities.empty()) {
    decision = silent(Reason::kNoIdentity);
  } else {
    scene.own = addresses_of(view, network.id, scene.identities);
    scene.classes = classes_of(scene, relay);
    look(scene);
    decision = is_ignored(scene) ? silent(Reason::kIgnored) : decide_in(scene);
    decision.identity = scene.identity();
  }
  decision.network = &network;
  if (decision.reply && place->link != nullptr) decision.reply->mtu = place->link->host.mtu;
  return decision;
}

Decision4 decide(const Query4& query, const store::View& view, const Topology& topology,
                 const Offers& offers, const Limits4& limits, base::Instant now) {
  return decide(query, view, topology, offers, limits, now, [](const Scene4&) {});
}

std::string text(const Decision4& decision) {
  std::string out;
  if (const auto& reply = decision.reply) {
    out = text(reply->type);
    if (reply->bootp) out = "BOOTREPLY";
    if (!reply->yiaddr.is_unspecified()) out += " yiaddr=" + text(reply->yiaddr);
    if (reply->lease_time) out += " lease=" + base::text(*reply->lease_time);
    out += " to=" + (reply->to.address.is_broadcast() ? "broadcast" : text(reply->to.address));
  } else {
    out = decision.probes ? "wait" : decision.changes.empty() ? "drop" : "done";
  }
  return out + base::cat(" reason=", text(decision.reason));
}

}  // namespace melange::dhcp
