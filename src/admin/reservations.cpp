// SPDX-License-Identifier: Apache-2.0
#include "reservations.h"

#include <algorithm>

#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/reservations.h"
#include "networks.h"
#include "page.h"
#include "show.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;
using store::Network;
using store::ObjectKind;
using store::Reservation;
using wire::Identity;
using wire::IdentityKind;

// The fields that say who the client is.
struct Client {
  std::string_view field;
  IdentityKind kind;
  std::string_view expects;
};
constexpr std::array kClients{
    Client{"mac", IdentityKind::kMac, "expects the MAC of one host"},
    Client{"client_id", IdentityKind::kClientId, "expects 2 to 255 octets in hex"},
    Client{"duid", IdentityKind::kDuid, "expects 3 to 130 octets in hex"},
    Client{"circuit_id", IdentityKind::kCircuitId, "expects 1 to 255 octets in hex"},
    Client{"remote_id", IdentityKind::kRemoteId, "expects 1 to 255 octets in hex"},
};
constexpr std::string_view kOneClient =
    "give at least one of mac, client_id, duid, circuit_id and remote_id";
constexpr std::size_t kLongestMarker = 200;

struct Found {
  Network network;
  Reservation reservation;
};

// The identities that the body gives under the field.
std::vector<Identity> macs_in(const Body& body, const Client& client, Faults& faults) {
  std::vector<Identity> found;
  const auto macs = body.get_or<Macs>(client.field, {});
  for (std::size_t i = 0; i < macs.size(); ++i) {
    found.push_back(Identity::of(macs[i]));
    if (!macs[i].is_multicast()) continue;
    const std::string at = macs.size() == 1 ? "" : cat("[", i, "]");
    faults.push_back({cat(client.field, at), std::string(client.expects)});
  }
  return found;
}

std::vector<Identity> identities_in(const Body& body, const Client& client, Faults& faults) {
  if (client.kind == IdentityKind::kMac) return macs_in(body, client, faults);
  const auto* text = body.get<std::string>(client.field);
  if (text == nullptr) return {};
  const auto octets = base::parse_hex(*text);
  const auto identity = octets ? Identity::make(client.kind, *octets) : std::nullopt;
  if (identity) return {*identity};
  faults.push_back({std::string(client.field), std::string(client.expects)});
  return {};
}

// All that the client is known by then, kind by kind: what the body gives, or says is none, and for
// the rest what `before` has.
std::vector<Identity> read_identities(const Body& body, const Reservation& before, Faults& faults) {
  std::vector<Identity> all;
  for (const Client& client : kClients) {
    std::ranges::move(body.has(client.field) ? identities_in(body, client, faults)
                                             : identities_of(before, client.kind),
                      std::back_inserter(all));
  }
  return all;
}

// The first in the order of the fields is what a new client is filed under.
void read_new_client(const Body& body, ipam::ReservationWish& wish, Faults& faults) {
  const std::vector<Identity> all = read_identities(body, {}, faults);
  if (all.empty() && faults.empty()) faults.push_back({"mac", std::string(kOneClient)});
  if (all.empty()) return;
  wish.identity = all.front();
  wish.particulars.also.assign(all.begin() + 1, all.end());
}

std::string_view name_of(IdentityKind kind) {
  return std::ranges::find(kClients, kind, &Client::kind)->field;
}

// That of a reservation stays filed as it is.
void read_client(const Body& body, const Reservation& before, ipam::ReservationWish& wish,
                 Faults& faults) {
  std::vector<Identity> all = read_identities(body, before, faults);
  const auto first = std::ranges::find(all, before.identity);
  if (first == all.end()) {
    faults.push_back({std::string(name_of(before.identity.kind())),
                      cat("must have ", text(before.identity), ", which the reservation is for")});
    return;
  }
  all.erase(first);
  wish.identity = before.identity;
  wish.particulars.also = std::move(all);
}

// What the body wishes; what it does not say of a reservation that is there is as `before`.
ipam::ReservationWish read_wish(const Body& body, const Reservation& before, Faults& faults) {
  ipam::ReservationWish wish;
  wish.addresses = body.get_or<Addresses>("addresses", {});
  if (wish.addresses.empty()) wish.addresses = before.addresses;
  wish.particulars = read_particulars(body, ipam::particulars_of(before), faults);
  const auto on_conflict = body.get_or<std::string>("on_conflict", "");
  wish.on_conflict = on_conflict == "wait" ? ipam::OnConflict::kWait : ipam::OnConflict::kRefuse;
  return wish;
}

std::expected<Network, Problem> network_of(const Call& call) {
  return find_network(call, call.path.get("network_id"));
}

std::expected<Found, Problem> found(const Call& call) {
  auto network = network_of(call);
  if (!network) return std::unexpected(std::move(network.error()));
  const auto number = number_of(call, ObjectKind::kReservation, call.path.get("reservation_id"));
  auto reservation = number ? call.view().reservation(store::ReservationId{*number}) : std::nullopt;
  if (!reservation || reservation->network != network->id) {
    return std::unexpected(not_found("reservation"));
  }
  return Found{std::move(*network), std::move(*reservation)};
}

std::string id_of(const Call& call, const Reservation& reservation) {
  return uuid(call.view().store_id(), ObjectKind::kReservation, reservation.id.value);
}

// Where a page ended, so that it is found again when the reservation is gone: "mac-525400123456",
// or the reservation's id, if the client is known by much.
std::string marker_of(const Call& call, const Reservation& reservation) {
  std::string marker =
      cat(name_of(reservation.identity.kind()), '-', base::hex(reservation.identity.bytes()));
  return marker.size() <= kLongestMarker ? marker : id_of(call, reservation);
}

std::optional<Identity> identity_at(const Call& call, std::string_view marker) {
  const auto number = number_of(call, ObjectKind::kReservation, marker);
  if (number) {
    const auto reservation = call.view().reservation(store::ReservationId{*number});
    return reservation ? std::optional(reservation->identity) : std::nullopt;
  }
  const auto* client =
      std::ranges::find(kClients, marker.substr(0, marker.find('-')), &Client::field);
  if (client == kClients.end() || !marker.contains('-')) return std::nullopt;
  const auto octets = base::parse_hex(marker.substr(marker.find('-') + 1));
  return octets ? Identity::make(client->kind, *octets) : std::nullopt;
}

}  // namespace

Reply reservation_reply(const Call& call, const ipam::Draft& draft, const Network& network,
                        const Reservation& reservation) {
  Reply reply;
  reply.body.emplace("reservation", show(call.sight(), draft, reservation));
  reply.revision = reservation.revision;
  reply.location = cat("/v1/tenants/", percent_encode(network.tenant), "/networks/",
                       percent_encode(network.name), "/reservations/", id_of(call, reservation));
  reply.changes = draft.changes();
  return reply;
}

Answer list_reservations(const Call& call) {
  const auto network = network_of(call);
  if (!network) return std::unexpected(network.error());
  const auto after = identity_at(call, call.page.marker);
  if (!after && !call.page.marker.empty()) return std::unexpected(unknown_marker());
  const ipam::Draft draft = call.draft();
  json::array objects;
  std::string last;
  std::string next;
  call.view().scan_reservations(network->id, after, [&](const Reservation& reservation) {
    if (objects.size() == call.page.limit) next = last;
    if (!next.empty()) return false;
    last = marker_of(call, reservation);
    objects.push_back(show(call.sight(), draft, reservation));
    return true;
  });
  return list_reply(call, "reservations", std::move(objects), "marker", next);
}

Answer create_reservation(const Call& call) {
  const auto network = network_of(call);
  if (!network) return std::unexpected(network.error());
  Faults faults;
  ipam::ReservationWish wish = read_wish(call.body, {}, faults);
  wish.tenant = network->tenant;
  read_new_client(call.body, wish, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  ipam::Draft draft = call.draft();
  const auto reservation = ipam::create_reservation(draft, *network, wish);
  if (!reservation) return std::unexpected(of(reservation.error()));
  return reservation_reply(call, draft, *network, *reservation);
}

Answer show_reservation(const Call& call) {
  const auto here = found(call);
  if (!here) return std::unexpected(here.error());
  Reply reply = reservation_reply(call, call.draft(), here->network, here->reservation);
  reply.location.clear();
  return reply;
}

Answer update_reservation(const Call& call) {
  const auto here = found(call);
  if (!here) return std::unexpected(here.error());
  const auto& [network, before] = *here;
  if (auto problem = check_match(call, before.revision)) return std::unexpected(*problem);
  Faults faults;
  ipam::ReservationWish wish = read_wish(call.body, before, faults);
  wish.tenant = network.tenant;
  read_client(call.body, before, wish, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  ipam::Draft draft = call.draft();
  const auto after = ipam::update_reservation(draft, network, before, wish);
  if (!after) return std::unexpected(of(after.error()));
  Reply reply = reservation_reply(call, draft, network, *after);
  reply.location.clear();
  return reply;
}

Answer delete_reservation(const Call& call) {
  const auto here = found(call);
  if (!here) return std::unexpected(here.error());
  if (auto problem = check_match(call, here->reservation.revision)) {
    return std::unexpected(*problem);
  }
  ipam::Draft draft = call.draft();
  if (auto done = ipam::delete_reservation(draft, here->reservation); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
