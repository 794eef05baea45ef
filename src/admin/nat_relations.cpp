// SPDX-License-Identifier: Apache-2.0
#include "nat_relations.h"

#include <algorithm>

#include "addresses.h"
#include "blocks.h"
#include "melange/base/text.h"
#include "melange/ipam/nat.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::AddressKey;
using store::AddressRecord;
using store::NatDirection;

// What is wrong with one of several, told as that one's.
std::unexpected<Problem> at_index(Problem problem, std::size_t index, std::string_view field) {
  if (problem.errors.empty()) problem.errors.push_back({"", problem.detail});
  for (Fault& fault : problem.errors) fault.field = cat("ip_addresses[", index, "].", field);
  return std::unexpected(std::move(problem));
}

std::expected<AddressRecord, Problem> other_end(const Call& call, const Body& given,
                                                std::size_t index) {
  const auto block = find_block(call, given.get_or<std::string>("ip_block_id", ""));
  if (!block) return at_index(block.error(), index, "ip_block_id");
  const auto record = call.view().address({block->id, *given.get<net::Address>("ip_address")});
  if (!record) return at_index(not_found("ip_address"), index, "ip_address");
  return *record;
}

Answer list_ends(const Call& call, NatDirection direction) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  std::vector<AddressKey> others = call.view().nat_of(direction, record->key);
  std::ranges::sort(others);
  if (!call.page.marker.empty()) {
    const auto marker = parse_address_id(call, call.page.marker);
    if (!marker) return std::unexpected(unknown_marker());
    std::erase_if(others, [&](const AddressKey& key) { return key <= *marker; });
  }
  json::array shown;
  for (const AddressKey& key : others) {
    if (shown.size() == call.page.limit) break;
    if (const auto other = call.view().address(key)) shown.push_back(show(call.sight(), *other));
  }
  std::string next;
  if (others.size() > call.page.limit) {
    next = address_id(call.view(), others[call.page.limit - 1]);
  }
  return list_reply(call, "ip_addresses", std::move(shown), "marker", next);
}

Answer add_ends(const Call& call, NatDirection direction) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  ipam::Draft draft = call.draft();
  json::array shown;
  const auto given = call.body.get_or<Bodies>("ip_addresses", {});
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto other = other_end(call, given[i], i);
    if (!other) return std::unexpected(other.error());
    const bool is_local = direction == NatDirection::kGlobalsOfLocal;
    const auto added =
        is_local ? ipam::relate(draft, *record, *other) : ipam::relate(draft, *other, *record);
    if (!added) return at_index(of(added.error()), i, "ip_address");
    shown.push_back(show(call.sight(), *other));
  }
  Reply reply = list_reply(call, "ip_addresses", std::move(shown), "marker", "");
  reply.changes = draft.changes();
  return reply;
}

Answer remove_all(const Call& call, NatDirection direction) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  ipam::Draft draft = call.draft();
  ipam::unrelate_all(draft, direction, record->key);
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

// {other} is an address, or the id of one, which tells it from its like in other blocks.
Answer remove_one(const Call& call, NatDirection direction) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  const auto address = net::Address::parse(call.path.get("other"));
  const auto key = parse_address_id(call, call.path.get("other"));
  ipam::Draft draft = call.draft();
  for (const AddressKey& other : draft.nat_of(direction, record->key)) {
    if (key ? other != *key : other.address != address) continue;
    const bool is_local = direction == NatDirection::kGlobalsOfLocal;
    const auto done = is_local ? ipam::unrelate(draft, record->key, other)
                               : ipam::unrelate(draft, other, record->key);
    if (!done) return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  if (reply.changes.empty()) return std::unexpected(not_found("ip_address"));
  return reply;
}

}  // namespace

Answer list_inside_globals(const Call& call) {
  return list_ends(call, NatDirection::kGlobalsOfLocal);
}
Answer add_inside_globals(const Call& call) {
  return add_ends(call, NatDirection::kGlobalsOfLocal);
}
Answer remove_inside_globals(const Call& call) {
  return remove_all(call, NatDirection::kGlobalsOfLocal);
}
Answer remove_inside_global(const Call& call) {
  return remove_one(call, NatDirection::kGlobalsOfLocal);
}

Answer list_inside_locals(const Call& call) {
  return list_ends(call, NatDirection::kLocalsOfGlobal);
}
Answer add_inside_locals(const Call& call) { return add_ends(call, NatDirection::kLocalsOfGlobal); }
Answer remove_inside_locals(const Call& call) {
  return remove_all(call, NatDirection::kLocalsOfGlobal);
}
Answer remove_inside_local(const Call& call) {
  return remove_one(call, NatDirection::kLocalsOfGlobal);
}

}  // namespace melange::admin
