// SPDX-License-Identifier: Apache-2.0
#include "network_addresses.h"

#include "addresses.h"
#include "interfaces.h"
#include "melange/base/text.h"
#include "melange/ipam/allocate.h"
#include "networks.h"
#include "plug.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;
using store::AddressRecord;

// The addresses of the path's interface that are of the path's network.
std::expected<std::vector<AddressRecord>, Problem> found(const Call& call,
                                                         const ipam::Draft& draft) {
  const auto network = find_network(call, call.path.get("network_id"));
  if (!network) return std::unexpected(network.error());
  const auto interface = reachable_interface(call);
  if (!interface) return std::unexpected(interface.error());
  auto records = addresses_of(draft, interface->id, SIZE_MAX);
  std::erase_if(records,
                [&](const AddressRecord& record) { return record.network != network->id; });
  return records;
}

struct Wish {
  ipam::Claimant claimant;
  ipam::NetworkWish addresses;
};

std::expected<Wish, Problem> read_wish(const Call& call) {
  Faults faults;
  Wish wish;
  wish.claimant.vif = call.path.get("vif");
  if (!is_name(wish.claimant.vif)) faults.push_back({"vif", "is no name for an interface"});
  wish.claimant.tenant = call.body.get_or<std::string>("tenant_id", call.tenant());
  wish.claimant.device = read_device(call.body, faults);
  wish.claimant.mac = read_mac(call.body, "mac_address", "", faults);
  wish.addresses.addresses = call.body.get_or<Addresses>("addresses", {});
  const bool asked = call.query.get("partial") == kYesNo.front();
  wish.addresses.partial = call.body.get_or("partial", asked);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  if (auto problem = unreachable(call, wish.claimant.tenant)) return std::unexpected(*problem);
  return wish;
}

std::string path_of(const Call& call) {
  return cat("/v1/tenants/", percent_encode(call.tenant()), "/networks/",
             percent_encode(call.path.get("network_id")), "/interfaces/",
             percent_encode(call.path.get("vif")), "/ip_allocations");
}

Reply reply_of(const Call& call, const ipam::Draft& draft,
               const std::vector<AddressRecord>& records) {
  Reply reply;
  reply.body.emplace("ip_addresses", show(call.sight(), draft, records));
  return reply;
}

}  // namespace

Answer list_network_addresses(const Call& call) {
  const ipam::Draft draft = call.draft();
  auto records = found(call, draft);
  if (!records) return std::unexpected(std::move(records.error()));
  if (records->size() > kShownAddresses) records->resize(kShownAddresses);
  return reply_of(call, draft, *records);
}

Answer allocate_network_addresses(const Call& call) {
  const auto wish = read_wish(call);
  if (!wish) return std::unexpected(wish.error());
  ipam::Draft draft = call.draft();
  const auto network =
      network_to_plug_in(call, draft, {call.tenant(), std::string(call.path.get("network_id"))});
  if (!network) return std::unexpected(network.error());
  const auto interface = ipam::find_or_make(draft, wish->claimant);
  if (!interface) return std::unexpected(of(interface.error()));
  const ipam::Grantee grantee{*interface, ipam::identity_of(*interface), {}};
  const auto records = ipam::allocate_in(draft, *network, wish->addresses, grantee);
  if (!records) return std::unexpected(of(records.error()));
  Reply reply = reply_of(call, draft, *records);
  reply.location = path_of(call);
  reply.changes = draft.changes();
  return reply;
}

Answer delete_network_addresses(const Call& call) {
  ipam::Draft draft = call.draft();
  const auto records = found(call, draft);
  if (!records) return std::unexpected(records.error());
  for (const AddressRecord& record : *records) {
    if (const auto done = ipam::deallocate(draft, record); !done) {
      return std::unexpected(of(done.error()));
    }
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
