// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include "addresses.h"
#include "etag.h"
#include "lease_search.h"
#include "melange/ipam/allocate.h"
#include "melange/ipam/reservations.h"
#include "networks.h"
#include "page.h"
#include "reservations.h"
#include "show.h"

namespace melange::admin {
namespace {

using store::AddressRecord;
using store::Network;

Answer page_of(const Call& call, const store::Listing& blocks) {
  auto wanted = read_wanted_leases(call);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  const auto after = parse_address_id(call, call.page.marker);
  if (!after && !call.page.marker.empty()) return std::unexpected(unknown_marker());
  const LeasePage page = find_leases(call.view(), blocks, *wanted, after, call.page.limit);
  json::array objects;
  for (const AddressRecord& record : page.leases) objects.push_back(show(call.sight(), record));
  return list_reply(call, "leases", std::move(objects), "marker",
                    page.next ? address_id(call.view(), *page.next) : "");
}

struct Found {
  Network network;
  AddressRecord record;
};

// The lease of the path, as it was noted last.
std::expected<Found, Problem> found(const Call& call) {
  auto network = find_network(call, call.path.get("network_id"));
  if (!network) return std::unexpected(std::move(network.error()));
  const ipam::Draft draft = call.draft();
  const auto address = net::Address::parse(call.path.get("address"));
  const auto block = address ? block_around(draft, network->id, *address) : std::nullopt;
  auto record = block ? draft.address({block->id, *address}) : std::nullopt;
  if (!record || !is_lease(*record)) return std::unexpected(not_found("lease"));
  if (auto problem = check_match(call, record->revision)) return std::unexpected(*problem);
  return Found{std::move(*network), std::move(*record)};
}

}  // namespace

Answer list_leases(const Call& call) {
  const auto network = find_network(call, call.path.get("network_id"));
  if (!network) return std::unexpected(network.error());
  return page_of(call, store::Listing::blocks_of(network->id));
}

Answer list_all_leases(const Call& call) {
  return page_of(call, store::Listing::all(store::ObjectKind::kBlock));
}

Answer release_lease(const Call& call) {
  const auto lease = found(call);
  if (!lease) return std::unexpected(lease.error());
  ipam::Draft draft = call.draft();
  if (auto done = ipam::release_lease(draft, lease->record); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

Answer reserve_lease(const Call& call) {
  const auto lease = found(call);
  if (!lease) return std::unexpected(lease.error());
  ipam::Draft draft = call.draft();
  const auto reservation = ipam::reserve_lease(draft, lease->network, lease->record);
  if (!reservation) return std::unexpected(of(reservation.error()));
  return reservation_reply(call, draft, lease->network, *reservation);
}

}  // namespace melange::admin
