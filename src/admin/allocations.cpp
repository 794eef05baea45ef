// SPDX-License-Identifier: Apache-2.0
#include "allocations.h"

#include <algorithm>

#include "addresses.h"
#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/handles.h"
#include "show.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;
using ipam::HandleWish;
using store::Allocation;
using store::BlockId;
using store::ObjectKind;

constexpr std::string_view kDefaultTenant = "default";

// `named`: by the body or the query; empty if neither does.
std::expected<std::string, Problem> tenant_of(const Call& call, std::string named) {
  const Principal& principal = call.context.principal;
  if (named.empty() && principal.tenants.size() == 1) named = principal.tenants.front();
  if (named.empty() && principal.admin) named = kDefaultTenant;
  if (named.empty()) {
    return std::unexpected(invalid("tenant_id", "is missing: the token is for several tenants"));
  }
  if (auto problem = unreachable(call, named)) return std::unexpected(std::move(*problem));
  return named;
}

std::unexpected<Problem> absent(std::string_view what, std::string field) {
  Problem problem = not_found(what);
  problem.errors.push_back({std::move(field), problem.detail});
  return std::unexpected(std::move(problem));
}

void read_families(const Body& body, HandleWish& wish, Faults& faults) {
  const auto* families = body.get<Integers>("families");
  if (families == nullptr) return;
  wish.v4 = std::ranges::count(*families, 4) != 0;
  wish.v6 = std::ranges::count(*families, 6) != 0;
  for (std::size_t i = 0; i < families->size(); ++i) {
    if ((*families)[i] == 5) faults.push_back({cat("families[", i, ']'), "expects 4 or 6"});
  }
}

std::expected<HandleWish, Problem> read_fields(const Call& call) {
  Faults faults;
  HandleWish wish;
  wish.handle = call.path.get("handle");
  wish.count = static_cast<std::uint32_t>(call.body.get_or<std::int64_t>("count", 1));
  read_families(call.body, wish, faults);
  wish.device = read_device(call.body, faults);
  wish.mac = read_mac(call.body, "mac_address", "", faults);
  wish.particulars = read_particulars(call.body, {}, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  return wish;
}

std::expected<void, Problem> read_network(const Call& call, HandleWish& wish) {
  const auto* name = call.body.get<std::string>("network_id");
  if (name == nullptr) return {};
  const auto network = call.view().network_named(wish.tenant, *name);
  if (!network) return absent("network", "network_id");
  wish.network = *network;
  return {};
}

// A block has one family, whatever the body says of them.
std::expected<void, Problem> read_block(const Call& call, HandleWish& wish) {
  const auto* id = call.body.get<std::string>("ip_block_id");
  if (id == nullptr) return {};
  const auto number = number_of(call, ObjectKind::kBlock, *id);
  const auto block =
      number ? call.view().block(BlockId{static_cast<std::uint32_t>(*number)}) : std::nullopt;
  if (!block || block->tenant != wish.tenant) return absent("ip_block", "ip_block_id");
  const bool is_v4 = block->cidr.family() == net::Family::kV4;
  if (!(is_v4 ? wish.v4 : wish.v6)) {
    return std::unexpected(invalid("families", "are not that of the block"));
  }
  wish.block = block->id;
  wish.v4 = is_v4;
  wish.v6 = !is_v4;
  return {};
}

std::expected<HandleWish, Problem> read_wish(const Call& call) {
  auto wish = read_fields(call);
  if (!wish) return wish;
  auto tenant = tenant_of(call, call.body.get_or<std::string>("tenant_id", ""));
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  wish->tenant = std::move(*tenant);
  if (auto read = read_network(call, *wish); !read) return std::unexpected(read.error());
  if (auto read = read_block(call, *wish); !read) return std::unexpected(read.error());
  return wish;
}

// Its addresses are those that are still its interface's.
json::object show_whole(const Call& call, const ipam::Draft& draft, const Allocation& allocation) {
  json::object shown = show(call.sight(), allocation);
  json::array addresses;
  for (const store::AddressKey& key : allocation.addresses) {
    const auto record = draft.address(key);
    if (!record || record->interface != allocation.interface) continue;
    addresses.push_back(show(call.sight(), draft, *record));
  }
  if (const auto interface = draft.interface(allocation.interface)) {
    shown["interface_id"] = interface->vif;
  }
  shown["ip_addresses"] = std::move(addresses);
  return shown;
}

Reply reply_of(const Call& call, const ipam::Draft& draft, const Allocation& allocation) {
  Reply reply;
  reply.body.emplace("allocation", show_whole(call, draft, allocation));
  reply.revision = allocation.revision;
  return reply;
}

std::expected<Allocation, Problem> found(const Call& call) {
  const auto tenant = tenant_of(call, std::string(call.query.get("tenant_id")));
  if (!tenant) return std::unexpected(tenant.error());
  const auto id = call.view().allocation_named(*tenant, call.path.get("handle"));
  auto allocation = id ? call.view().allocation(*id) : std::nullopt;
  if (!allocation) return std::unexpected(not_found("allocation"));
  return *std::move(allocation);
}

}  // namespace

Answer put_allocation(const Call& call) {
  const auto wish = read_wish(call);
  if (!wish) return std::unexpected(wish.error());
  ipam::Draft draft = call.draft();
  const auto known = draft.allocation_named(wish->tenant, wish->handle);
  if (auto problem = check_match(call, known ? known->revision : 0)) {
    return std::unexpected(std::move(*problem));
  }
  const auto allocation = ipam::ensure_allocation(draft, *wish);
  if (!allocation) return std::unexpected(of(allocation.error()));
  Reply reply = reply_of(call, draft, *allocation);
  if (!known) {
    reply.status = 201;
    reply.location = cat("/v1/allocations/", percent_encode(wish->handle));
  }
  reply.changes = draft.changes();
  return reply;
}

Answer show_allocation(const Call& call) {
  const auto allocation = found(call);
  if (!allocation) return std::unexpected(allocation.error());
  return reply_of(call, call.draft(), *allocation);
}

Answer delete_allocation(const Call& call) {
  const auto allocation = found(call);
  if (!allocation) return std::unexpected(allocation.error());
  if (auto problem = check_match(call, allocation->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  if (const auto done = ipam::delete_allocation(draft, *allocation); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
