// SPDX-License-Identifier: Apache-2.0
#include "networks.h"

#include <algorithm>

#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/blocks.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::Network;
using store::NetworkId;

constexpr std::size_t kInterfaceName = 15;  // IFNAMSIZ without the NUL
constexpr std::string_view kNeedsAdmin = "links and relays of a network are an admin's to name";

bool is_interface_pattern(std::string_view text) {
  return !text.empty() && text.size() <= kInterfaceName && text != "." && text != ".." &&
         text.find_first_of("/: ") == std::string_view::npos;
}

// What the shape cannot say of the body.
std::optional<Problem> wrong(const Body& body) {
  Faults faults;
  const auto patterns = body.get_or<Texts>("interfaces", {});
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (is_interface_pattern(patterns[i])) continue;
    faults.push_back({cat("interfaces[", i, "]"), "is no interface name"});
  }
  const auto relays = body.get_or<Addresses>("relays", {});
  for (std::size_t i = 0; i < relays.size(); ++i) {
    if (is_host(relays[i])) continue;
    faults.push_back({cat("relays[", i, "]"), "is no host's IPv4 address"});
  }
  const auto* server_id = body.get<net::Address>("server_id");
  if (server_id != nullptr && !is_host(*server_id)) {
    faults.push_back({"server_id", "is no host's IPv4 address"});
  }
  check_boot(body, faults);
  if (faults.empty()) return std::nullopt;
  return invalid(std::move(faults));
}

// Links and relays are the host's. Whoever may speak for a relay on a wire names circuits, and may
// say that he is at another's.
std::optional<Problem> not_allowed(const Call& call) {
  if (call.context.principal.admin) return std::nullopt;
  if (call.body.has("interfaces") || call.body.has("relays")) {
    return forbidden(std::string(kNeedsAdmin));
  }
  if (call.body.has("trust_relay_information")) {
    return forbidden("trust_relay_information is an admin's to set");
  }
  return std::nullopt;
}

void update(const Body& body, Network& network) {
  const Network plain;
  body.update<Texts>("interfaces", network.interfaces, plain.interfaces);
  body.update<Addresses>("relays", network.relays, plain.relays);
  body.update<bool>("authoritative", network.authoritative, plain.authoritative);
  body.update<base::Seconds>("decline_time", network.decline_time, plain.decline_time);
  body.update<base::Seconds>("hold_time", network.hold_time, plain.hold_time);
  body.update<base::Seconds>("seen_time", network.seen_time, plain.seen_time);
  body.update<net::Address>("server_id", network.server_id, plain.server_id);
  body.update<bool>("rapid_commit", network.rapid_commit, plain.rapid_commit);
  body.update<bool>("bootp", network.bootp, plain.bootp);
  body.update<bool>("trust_relay_information", network.trust_relay_information, false);
  body.update<bool>("conflict_check", network.conflict_check, plain.conflict_check);
  body.update<Options>("options", network.options, plain.options);
  body.update<Codes>("force", network.forced, plain.forced);
  update_boot(body, network.boot);
  if (!body.has("identity")) return;
  const auto name = body.get_or<std::string>("identity", std::string(kIdentities.front()));
  const auto at = std::ranges::find(kIdentities, name) - kIdentities.begin();
  network.identity = static_cast<store::IdentityPolicy>(at);
}

Reply reply_of(const Call& call, const Network& network) {
  Reply reply;
  reply.body.emplace("network", show(call.sight(), network));
  reply.revision = network.revision;
  return reply;
}

std::expected<Network, Problem> found(const Call& call) {
  return find_network(call, call.path.get("network_id"));
}

// Changes a network that is in the store.
Answer change(const Call& call, Network network) {
  if (auto problem = check_match(call, network.revision)) return std::unexpected(*problem);
  if (network.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("network"));
  }
  if (auto problem = wrong(call.body)) return std::unexpected(std::move(*problem));
  update(call.body, network);
  ipam::Draft draft = call.draft();
  Reply reply = reply_of(call, draft.put(std::move(network)));
  reply.changes = draft.changes();
  return reply;
}

Answer make(const Call& call) {
  if (auto problem = check_match(call, 0)) return std::unexpected(*problem);
  const std::string name(call.path.get("network_id"));
  if (!is_name(name)) return std::unexpected(invalid("network_id", "is no name for a network"));
  if (auto problem = wrong(call.body)) return std::unexpected(std::move(*problem));
  ipam::Draft draft = call.draft();
  auto network =
      ipam::find_or_make_network(draft, call.tenant(), name, call.context.principal.admin);
  if (!network) return std::unexpected(of(network.error()));
  update(call.body, *network);
  Reply reply = reply_of(call, draft.put(std::move(*network)));
  reply.status = 201;
  reply.location =
      cat("/v1/tenants/", percent_encode(call.tenant()), "/networks/", percent_encode(name));
  reply.changes = draft.changes();
  return reply;
}

}  // namespace

std::expected<Network, Problem> find_network(const Call& call, std::string_view name) {
  const auto id = call.view().network_named(call.tenant(), name);
  auto network = id ? call.view().network(*id) : std::nullopt;
  if (!network) return std::unexpected(not_found("network"));
  return std::move(*network);
}

Answer list_networks(const Call& call) {
  NetworkId after;
  if (!call.page.marker.empty()) {
    const auto id = call.view().network_named(call.tenant(), call.page.marker);
    if (!id) return std::unexpected(unknown_marker());
    after = *id;
  }
  const auto shown = [&](std::uint64_t number) -> std::optional<json::object> {
    const auto network = call.view().network(NetworkId{static_cast<std::uint32_t>(number)});
    return network ? std::optional(show(call.sight(), *network)) : std::nullopt;
  };
  return list(call, "networks", store::Listing::networks_of(call.tenant()), after.value, shown);
}

Answer show_network(const Call& call) {
  const auto network = found(call);
  if (!network) return std::unexpected(network.error());
  return reply_of(call, *network);
}

Answer put_network(const Call& call) {
  if (auto problem = not_allowed(call)) return std::unexpected(std::move(*problem));
  auto network = found(call);
  return network ? change(call, std::move(*network)) : make(call);
}

Answer patch_network(const Call& call) {
  if (auto problem = not_allowed(call)) return std::unexpected(std::move(*problem));
  auto network = found(call);
  if (!network) return std::unexpected(std::move(network.error()));
  return change(call, std::move(*network));
}

Answer delete_network(const Call& call) {
  const auto network = found(call);
  if (!network) return std::unexpected(network.error());
  if (auto problem = check_match(call, network->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  if (auto done = ipam::delete_network(draft, *network); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
