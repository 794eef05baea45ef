// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include <algorithm>

#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/blocks.h"
#include "page.h"
#include "policies.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using base::Seconds;
using store::Block;
using store::BlockId;
using store::Listing;
using store::ObjectKind;

BlockId block_id(std::uint64_t number) { return BlockId{static_cast<std::uint32_t>(number)}; }

template <std::size_t N>
std::size_t place_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

// dns1 and dns2 are the first of `dns`; the original had no others.
void read_dns(const Body& body, Block& block) {
  body.update<Addresses>("dns", block.dns, Addresses());
  if (!body.has("dns1") && !body.has("dns2")) return;
  Addresses servers;
  for (const std::string_view name : {"dns1", "dns2"}) {
    const std::size_t at = name == "dns1" ? 0 : 1;
    const auto* given = body.get<net::Address>(name);
    if (given != nullptr) servers.push_back(*given);
    if (!body.has(name) && at < block.dns.size()) servers.push_back(block.dns[at]);
  }
  block.dns = std::move(servers);
}

// The bounds that were not given follow the lease time.
void read_times(const Body& body, Block& block) {
  const Seconds before = block.lease_time;
  block.lease_time = body.get_or<Seconds>("lease_time", block.lease_time);
  for (auto [name, bound] : {std::pair("min_lease_time", &block.min_lease_time),
                             std::pair("max_lease_time", &block.max_lease_time)}) {
    if (*bound == before) *bound = block.lease_time;
    body.update<Seconds>(name, *bound, block.lease_time);
  }
  const std::optional<Seconds> none;
  body.update<Seconds>("renew_time", block.renew_time, none);
  body.update<Seconds>("rebind_time", block.rebind_time, none);
}

void read_pools(const Body& body, Block& block) {
  if (!body.has("pools")) return;
  Pools pools = body.get_or<Pools>("pools", {});
  block.pools = std::move(pools.ranges);
  block.pool_rules = std::move(pools.rules);
}

std::expected<void, Problem> read_fields(const Body& body, Block& block, const Settings& settings) {
  body.update<net::Prefix>("cidr", block.cidr, block.cidr);
  body.update<net::Address>("gateway", block.gateway, std::optional<net::Address>());
  read_dns(body, block);
  read_pools(body, block);
  body.update<Ranges>("exclude", block.exclude, Ranges());
  read_times(body, block);
  if (body.has("mtu")) {
    const auto* mtu = body.get<std::int64_t>("mtu");
    block.mtu = mtu != nullptr ? std::optional(static_cast<std::uint16_t>(*mtu)) : std::nullopt;
  }
  body.update<Options>("options", block.options, Options());
  body.update<Codes>("force", block.forced, Codes());
  body.update<Texts>("classes", block.classes, Texts());
  body.update<std::string>("name", block.name, std::string());
  body.update<Tags>("tags", block.tags, Tags());
  body.update<Seconds>("quarantine_time", block.quarantine_time, settings.quarantine_time);
  if (const auto* name = body.get<std::string>("generator")) {
    block.generator = static_cast<store::Generator>(place_of(kGenerators, *name));
  }
  if (const auto* name = body.get<std::string>("type")) {
    block.type = static_cast<store::BlockType>(place_of(kTypes, *name));
  }
  Faults faults;
  check_boot(body, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  update_boot(body, block.boot);
  return {};
}

// A policy that is not there, or is somebody else's, is told by ipam: 0 is never given out.
void read_policy(const Call& call, Block& block) {
  if (!call.body.has("policy_id")) return;
  const auto* id = call.body.get<std::string>("policy_id");
  if (id == nullptr) {
    block.policy = {};
    return;
  }
  const auto number = number_of(call, ObjectKind::kPolicy, *id);
  block.policy = store::PolicyId{number.value_or(store::kMaxObjectNumber)};
}

std::expected<void, Problem> read_network(const Call& call, ipam::Draft& draft, Block& block) {
  if (!call.body.has("network_id")) return {};
  const auto* name = call.body.get<std::string>("network_id");
  block.network = {};
  if (name == nullptr) return {};
  const auto network =
      ipam::find_or_make_network(draft, call.tenant(), *name, call.context.principal.admin);
  if (!network) return std::unexpected(of(network.error()));
  block.network = network->id;
  return {};
}

Block fresh(const Call& call) {
  Block block;
  block.tenant = call.tenant();
  block.quarantine_time = call.context.settings.quarantine_time;
  return block;
}

// Name servers by default, of the block's family, if the body says nothing of any.
void default_dns(const Call& call, Block& block) {
  for (const std::string_view name : {"dns", "dns1", "dns2"}) {
    if (call.body.has(name)) return;
  }
  std::ranges::copy_if(
      call.context.settings.dns, std::back_inserter(block.dns),
      [&](const net::Address& server) { return server.family() == block.cidr.family(); });
}

std::string path_of(const Call& call, const Block& block) {
  return cat("/v1/tenants/", percent_encode(block.tenant), "/ip_blocks/",
             uuid(call.view().store_id(), ObjectKind::kBlock, block.id.value));
}

Reply reply_of(const Call& call, const Block& block, std::string_view wrapper,
               std::string_view new_network = {}) {
  Reply reply;
  json::object shown = show(call.sight(), block);
  // A network that is made with the block is not in the view yet.
  if (!new_network.empty()) shown["network_id"] = new_network;
  reply.body.emplace(wrapper, std::move(shown));
  reply.revision = block.revision;
  return reply;
}

std::string given_network(const Call& call) {
  return call.body.get_or<std::string>("network_id", "");
}

Answer made(const Call& call, const ipam::Draft& draft, const ipam::Verdict<Block>& block,
            std::string_view wrapper) {
  if (!block) return std::unexpected(of(block.error()));
  Reply reply = reply_of(call, *block, wrapper, given_network(call));
  reply.location = path_of(call, *block);
  reply.changes = draft.changes();
  return reply;
}

}  // namespace

std::expected<Block, Problem> find_block(const Call& call, std::string_view id) {
  const auto number = number_of(call, ObjectKind::kBlock, id);
  auto block = number ? call.view().block(block_id(*number)) : std::nullopt;
  if (!block || block->tenant != call.tenant()) return std::unexpected(not_found("ip_block"));
  return std::move(*block);
}

std::expected<Block, Problem> block_of_path(const Call& call) {
  return find_block(call, call.path.get("block_id"));
}

Answer list_blocks(const Call& call) {
  const auto after = marker_number(call, ObjectKind::kBlock);
  if (!after) return std::unexpected(after.error());
  std::optional<store::NetworkId> network;
  if (call.query.has("network_id")) {
    network = call.view()
                  .network_named(call.tenant(), call.query.get("network_id"))
                  .value_or(store::NetworkId{0xffffffff});
  }
  std::optional<net::Prefix> cidr;
  if (call.query.has("cidr")) {
    cidr = net::Prefix::parse(call.query.get("cidr"));
    if (!cidr) return std::unexpected(invalid("cidr", "cidr is invalid"));
  }
  const std::string_view type = call.query.get("type");
  const auto shown = [&](std::uint64_t number) -> std::optional<json::object> {
    const auto block = call.view().block(block_id(number));
    const bool wanted = block && (!network || block->network == *network) &&
                        (!cidr || block->cidr == *cidr) &&
                        (type.empty() || kTypes.at(static_cast<std::size_t>(block->type)) == type);
    return wanted ? std::optional(show(call.sight(), *block)) : std::nullopt;
  };
  return list(call, "ip_blocks", Listing::blocks_of(call.tenant()), *after, shown);
}

Answer create_block(const Call& call) {
  if (auto problem = foreign_tenant(call)) return std::unexpected(std::move(*problem));
  ipam::Draft draft = call.draft();
  Block block = fresh(call);
  if (auto read = read_fields(call.body, block, call.context.settings); !read) {
    return std::unexpected(std::move(read.error()));
  }
  default_dns(call, block);
  read_policy(call, block);
  if (auto network = read_network(call, draft, block); !network) {
    return std::unexpected(std::move(network.error()));
  }
  const auto created = ipam::create_block(draft, std::move(block));
  return made(call, draft, created, "ip_block");
}

Answer show_block(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  return reply_of(call, *block, "ip_block");
}

Answer update_block(const Call& call) {
  auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  if (auto problem = check_match(call, block->revision)) return std::unexpected(*problem);
  if (block->managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("ip_block"));
  }
  if (auto problem = foreign_tenant(call)) return std::unexpected(std::move(*problem));
  ipam::Draft draft = call.draft();
  if (auto read = read_fields(call.body, *block, call.context.settings); !read) {
    return std::unexpected(std::move(read.error()));
  }
  read_policy(call, *block);
  if (auto network = read_network(call, draft, *block); !network) {
    return std::unexpected(std::move(network.error()));
  }
  const auto updated = ipam::update_block(draft, std::move(*block));
  if (!updated) return std::unexpected(of(updated.error()));
  Reply reply = reply_of(call, *updated, "ip_block", given_network(call));
  reply.changes = draft.changes();
  return reply;
}

Answer delete_block(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  if (auto problem = check_match(call, block->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  const auto done = ipam::delete_block(draft, *block, call.query.get("force") == "true");
  if (!done) return std::unexpected(of(done.error()));
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

Answer list_subnets(const Call& call) {
  const auto parent = block_of_path(call);
  if (!parent) return std::unexpected(parent.error());
  const auto after = marker_number(call, ObjectKind::kBlock);
  if (!after) return std::unexpected(after.error());
  const auto shown = [&](std::uint64_t number) -> std::optional<json::object> {
    const auto block = call.view().block(block_id(number));
    const bool may_see = block && call.context.principal.reaches(block->tenant);
    return may_see ? std::optional(show(call.sight(), *block)) : std::nullopt;
  };
  return list(call, "subnets", Listing::children_of(parent->id), *after, shown);
}

Answer create_subnet(const Call& call) {
  const auto parent = block_of_path(call);
  if (!parent) return std::unexpected(parent.error());
  const auto* length = call.body.get<std::int64_t>("prefix_length");
  const bool has_cidr = call.body.get<net::Prefix>("cidr") != nullptr;
  if (has_cidr == (length != nullptr)) {
    return std::unexpected(invalid("cidr", "give either cidr or prefix_length"));
  }
  ipam::Draft draft = call.draft();
  Block block = fresh(call);
  block.tenant = call.body.get_or<std::string>("tenant_id", block.tenant);
  if (!call.context.principal.reaches(block.tenant)) {
    return std::unexpected(not_found("tenant"));
  }
  block.cidr = parent->cidr;  // of its family, if only a length is given
  if (auto read = read_fields(call.body, block, call.context.settings); !read) {
    return std::unexpected(std::move(read.error()));
  }
  default_dns(call, block);
  read_policy(call, block);
  if (auto network = read_network(call, draft, block); !network) {
    return std::unexpected(std::move(network.error()));
  }
  const auto prefix_length =
      length != nullptr ? std::optional(static_cast<unsigned>(*length)) : std::nullopt;
  const auto created = ipam::create_subnet(draft, *parent, std::move(block), prefix_length);
  return made(call, draft, created, "subnet");
}

}  // namespace melange::admin
