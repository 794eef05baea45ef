// SPDX-License-Identifier: Apache-2.0
#include "instances.h"

#include "melange/base/text.h"
#include "melange/ipam/instances.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;

Reply reply_of(const Call& call, const ipam::Draft& draft,
               const std::vector<store::Interface>& interfaces) {
  json::array shown;
  for (const store::Interface& interface : interfaces)
    shown.push_back(show(call.sight(), draft, interface));
  Reply reply;
  reply.body.emplace(
      "instance", json::object{{"id", call.path.get("device")}, {"interfaces", std::move(shown)}});
  return reply;
}

void check_same(const Body& body, std::string_view name, std::string_view value,
                const std::string& at, Faults& faults) {
  const auto* given = body.get<std::string>(name);
  if (given == nullptr || *given == value) return;
  faults.push_back({cat(at, name), "is not the instance's"});
}

std::vector<Plug> read_plugs(const Call& call, const std::string& tenant, Faults& faults) {
  const std::string_view device = call.path.get("device");
  if (!is_name(device)) faults.push_back({"device", "is no name for an instance"});
  std::vector<Plug> plugs;
  for (const Body& body : *call.body.get<Bodies>("interfaces")) {
    const std::string at = cat("interfaces[", plugs.size(), "].");
    check_same(body, "tenant_id", tenant, at, faults);
    check_same(body, "device_id", device, at, faults);
    plugs.push_back(read_plug(body, tenant, at, faults));
  }
  return plugs;
}

// A fault of an interface's network, told of that interface.
Problem within(std::size_t index, Problem problem) {
  for (Fault& fault : problem.errors) fault.field = cat("interfaces[", index, "].network.id");
  return problem;
}

std::expected<std::vector<ipam::WantedInterface>, Problem> wanted_of(
    const Call& call, ipam::Draft& draft, const std::vector<Plug>& plugs) {
  std::vector<ipam::WantedInterface> all;
  for (const Plug& plug : plugs) {
    ipam::WantedInterface wanted{plug.claimant.vif, plug.claimant.mac, {}, {}};
    wanted.addresses.addresses = plug.addresses;
    if (plug.network) {
      auto network = network_to_plug_in(call, draft, *plug.network);
      if (!network) return std::unexpected(within(all.size(), std::move(network.error())));
      wanted.network = std::move(*network);
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

}  // namespace

Answer show_instance(const Call& call) {
  const ipam::Draft draft = call.draft();
  return reply_of(call, draft, draft.interfaces_on(call.path.get("device")));
}

Answer put_instance(const Call& call) {
  const std::string tenant = call.body.get_or<std::string>("tenant_id", "");
  Faults faults;
  const std::vector<Plug> plugs = read_plugs(call, tenant, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  ipam::Draft draft = call.draft();
  const auto wanted = wanted_of(call, draft, plugs);
  if (!wanted) return std::unexpected(wanted.error());
  const std::string device(call.path.get("device"));
  const auto interfaces = ipam::replace_instance(draft, tenant, device, *wanted);
  if (!interfaces) return std::unexpected(of(interfaces.error()));
  Reply reply = reply_of(call, draft, *interfaces);
  reply.changes = draft.changes();
  return reply;
}

Answer delete_instance(const Call& call) {
  ipam::Draft draft = call.draft();
  if (const auto done = ipam::delete_instance(draft, call.path.get("device")); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
