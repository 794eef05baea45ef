// SPDX-License-Identifier: Apache-2.0
#include "block_routes.h"

#include <algorithm>
#include <bit>

#include "blocks.h"
#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/blocks.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::Block;
using store::ObjectKind;

constexpr std::size_t kMostRoutes = 64;  // of one block: they go into every reply

// The number of leading ones of a netmask; nothing if it is none.
std::optional<unsigned> length_of(std::string_view netmask, net::Family family) {
  if (const auto mask = net::Ipv4::parse(netmask); mask && family == net::Family::kV4) {
    const auto length = static_cast<unsigned>(std::countl_one(mask->value()));
    const bool contiguous = std::popcount(mask->value()) == static_cast<int>(length);
    return contiguous ? std::optional(length) : std::nullopt;
  }
  unsigned length = 0;
  for (const char c : netmask) {
    if (c < '0' || c > '9' || length > net::width(family)) return std::nullopt;
    length = 10 * length + static_cast<unsigned>(c - '0');
  }
  return netmask.empty() ? std::nullopt : std::optional(length);
}

std::expected<net::Prefix, Problem> destination_of(const Body& body) {
  const auto text = body.get_or<std::string>("destination", "");
  if (const auto cidr = net::Prefix::parse(text)) return *cidr;
  const auto address = net::Address::parse(text);
  if (!address) return std::unexpected(invalid("destination", "is no CIDR or address"));
  const auto* netmask = body.get<std::string>("netmask");
  const auto length = netmask != nullptr ? length_of(*netmask, address->family())
                                         : std::optional(net::width(address->family()));
  const auto cidr = length ? net::Prefix::make(*address, *length) : std::nullopt;
  if (!cidr) return std::unexpected(invalid("netmask", "is no netmask"));
  return *cidr;
}

struct Found {
  Block block;
  std::size_t at = 0;
};

std::expected<Found, Problem> find_ip_route(const Call& call) {
  auto block = block_of_path(call);
  if (!block) return std::unexpected(std::move(block.error()));
  const auto number = number_of(call, ObjectKind::kRoute, call.path.get("route_id"));
  const bool is_its_own = number && *number >> kInnerBits == block->id.value;
  const auto at = is_its_own ? std::ranges::find(block->routes, *number % (1u << kInnerBits),
                                                 &store::Route::number)
                             : block->routes.end();
  if (at == block->routes.end()) return std::unexpected(not_found("ip_route"));
  const auto place = static_cast<std::size_t>(at - block->routes.begin());
  return Found{std::move(*block), place};
}

Reply reply_of(const Call& call, const Block& block, const store::Route& route) {
  Reply reply;
  reply.body.emplace("ip_route", show(call.sight(), block.id, route));
  reply.revision = block.revision;
  return reply;
}

// The block once its routes are other ones.
std::expected<Block, Problem> settle(ipam::Draft& draft, Block block) {
  auto updated = ipam::update_block(draft, std::move(block));
  if (!updated) return std::unexpected(of(updated.error()));
  return std::move(*updated);
}

}  // namespace

Answer list_ip_routes(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  std::vector<json::object> shown;
  for (const store::Route& route : block->routes) {
    shown.push_back(show(call.sight(), block->id, route));
  }
  return list_of(call, "ip_routes", shown);
}

Answer create_ip_route(const Call& call) {
  auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  if (block->routes.size() >= kMostRoutes) {
    return std::unexpected(
        Problem{422, "", cat("a block has at most ", kMostRoutes, " routes"), {}});
  }
  const auto destination = destination_of(call.body);
  if (!destination) return std::unexpected(destination.error());
  const store::Route route{*destination, *call.body.get<net::Address>("gateway"),
                           block->next_route++};
  block->routes.push_back(route);
  ipam::Draft draft = call.draft();
  const auto updated = settle(draft, std::move(*block));
  if (!updated) return std::unexpected(updated.error());
  Reply reply = reply_of(call, *updated, route);
  const std::uint64_t number = std::uint64_t{updated->id.value} << kInnerBits | route.number;
  reply.location =
      cat("/v1/tenants/", percent_encode(call.tenant()), "/ip_blocks/", call.path.get("block_id"),
          "/ip_routes/", uuid(call.view().store_id(), ObjectKind::kRoute, number));
  reply.changes = draft.changes();
  return reply;
}

Answer show_ip_route(const Call& call) {
  const auto found = find_ip_route(call);
  if (!found) return std::unexpected(found.error());
  return reply_of(call, found->block, found->block.routes[found->at]);
}

Answer update_ip_route(const Call& call) {
  auto found = find_ip_route(call);
  if (!found) return std::unexpected(found.error());
  if (auto problem = check_match(call, found->block.revision)) return std::unexpected(*problem);
  store::Route& route = found->block.routes[found->at];
  if (call.body.has("destination")) {
    const auto destination = destination_of(call.body);
    if (!destination) return std::unexpected(destination.error());
    route.destination = *destination;
  }
  route.gateway = call.body.get_or<net::Address>("gateway", route.gateway);
  const store::Route after = route;
  ipam::Draft draft = call.draft();
  const auto updated = settle(draft, std::move(found->block));
  if (!updated) return std::unexpected(updated.error());
  Reply reply = reply_of(call, *updated, after);
  reply.changes = draft.changes();
  return reply;
}

Answer delete_ip_route(const Call& call) {
  auto found = find_ip_route(call);
  if (!found) return std::unexpected(found.error());
  if (auto problem = check_match(call, found->block.revision)) return std::unexpected(*problem);
  found->block.routes.erase(found->block.routes.begin() + static_cast<std::ptrdiff_t>(found->at));
  ipam::Draft draft = call.draft();
  if (auto updated = settle(draft, std::move(found->block)); !updated) {
    return std::unexpected(std::move(updated.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
