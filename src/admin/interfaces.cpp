// SPDX-License-Identifier: Apache-2.0
#include "interfaces.h"

#include "addresses.h"
#include "etag.h"
#include "melange/base/text.h"
#include "page.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;
using store::Interface;
using store::InterfaceId;
using store::Listing;

// Addresses that a page shows; what is left is behind the next link.
constexpr std::size_t kAddressesOfPage = 20'000;

Reply reply_of(const Call& call, const ipam::Draft& draft, const Interface& interface) {
  Reply reply;
  reply.body.emplace("interface", show(call.sight(), draft, interface));
  reply.revision = revision_of(draft, interface);
  return reply;
}

std::optional<Interface> named(const Call& call) {
  return call.draft().interface_named(call.path.get("vif"));
}

std::expected<std::uint64_t, Problem> marked(const Call& call) {
  if (call.page.marker.empty()) return 0;
  const auto id = call.view().interface_named(call.page.marker);
  if (!id) return std::unexpected(unknown_marker());
  return id->value;
}

}  // namespace

std::expected<Interface, Problem> own_interface(const Call& call) {
  auto interface = named(call);
  if (interface && interface->tenant == call.tenant()) return std::move(*interface);
  return std::unexpected(not_found("interface"));
}

std::expected<Interface, Problem> reachable_interface(const Call& call) {
  auto interface = named(call);
  if (interface && call.context.principal.reaches(interface->tenant)) return std::move(*interface);
  return std::unexpected(not_found("interface"));
}

Answer list_interfaces(const Call& call) {
  const auto after = marked(call);
  if (!after) return std::unexpected(after.error());
  const ipam::Draft draft = call.draft();
  json::array objects;
  std::string last;
  std::string next;
  std::size_t addresses = 0;
  const auto numbers =
      call.view().list(Listing::interfaces_of(call.tenant()), *after, call.page.limit + 1);
  for (const std::uint64_t number : numbers) {
    const auto interface = call.view().interface(InterfaceId{number});
    if (!interface) continue;
    if (objects.size() == call.page.limit || addresses >= kAddressesOfPage) {
      next = last;
      break;
    }
    last = interface->vif;
    objects.push_back(show(call.sight(), draft, *interface));
    addresses += objects.back().at("ip_addresses").as_array().size();
  }
  return list_reply(call, "interfaces", std::move(objects), "marker", next);
}

Answer create_interface(const Call& call) {
  Faults faults;
  Plug plug = read_plug(call.body, call.body.get_or<std::string>("tenant_id", ""), "", faults);
  plug.claimant.device = read_device(call.body, faults);
  plug.claimant.lasting = true;
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  ipam::Draft draft = call.draft();
  const auto interface = ipam::make_interface(draft, plug.claimant);
  if (!interface) return std::unexpected(of(interface.error()));
  if (auto problem = plug_in(call, draft, *interface, plug)) return std::unexpected(*problem);
  Reply reply = reply_of(call, draft, *interface);
  reply.location = cat("/v1/interfaces/", percent_encode(interface->vif));
  reply.changes = draft.changes();
  return reply;
}

Answer show_interface(const Call& call) {
  const auto interface = own_interface(call);
  if (!interface) return std::unexpected(interface.error());
  return reply_of(call, call.draft(), *interface);
}

Answer show_any_interface(const Call& call) {
  const auto interface = reachable_interface(call);
  if (!interface) return std::unexpected(interface.error());
  return reply_of(call, call.draft(), *interface);
}

Answer delete_interface(const Call& call) {
  const auto interface = reachable_interface(call);
  if (!interface) return std::unexpected(interface.error());
  ipam::Draft draft = call.draft();
  if (auto problem = check_match(call, revision_of(draft, *interface))) {
    return std::unexpected(*problem);
  }
  if (auto done = ipam::delete_interface(draft, *interface); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
