// SPDX-License-Identifier: Apache-2.0
#include "addresses.h"

#include <algorithm>

#include "blocks.h"
#include "etag.h"
#include "melange/base/text.h"
#include "page.h"
#include "show.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

using base::cat;
using net::Address;
using store::AddressKey;
using store::AddressRecord;
using store::Block;
using store::ObjectKind;

// Of one request; what is left is behind the next link.
constexpr std::size_t kMostScanned = 50000;
constexpr std::array<std::string_view, 3> kDevices{"used_by_device", "used_by_device_id",
                                                   "device_id"};

std::string path_of(const Call& call, const AddressKey& key) {
  return cat("/v1/tenants/", percent_encode(call.tenant()), "/ip_blocks/",
             uuid(call.view().store_id(), ObjectKind::kBlock, key.block.value), "/ip_addresses/",
             percent_encode(text(key.address)));
}

Reply reply_of(json::object shown, const AddressRecord& record) {
  Reply reply;
  reply.body.emplace("ip_address", std::move(shown));
  reply.revision = record.revision;
  return reply;
}

// Where a page begins; nothing if all of the block has been seen.
std::expected<std::optional<Address>, Problem> first_of_page(const Call& call, const Block& block) {
  if (call.page.marker.empty()) return block.cidr.network();
  const auto marker = parse_address_id(call, call.page.marker);
  if (!marker || marker->block != block.id || !block.cidr.contains(marker->address)) {
    return std::unexpected(unknown_marker());
  }
  if (marker->address == block.cidr.last()) return std::nullopt;
  return marker->address.next();
}

// The fields that say how to choose, as far as the body has them.
std::vector<std::string> choices_of(const Body& body) {
  std::vector<std::string> given;
  if (body.get<std::int64_t>("count") != nullptr) given.emplace_back("count");
  if (body.get<bool>("contiguous") != nullptr) given.emplace_back("contiguous");
  if (body.get<Ranges>("exclude") != nullptr) given.emplace_back("exclude");
  if (body.get<Address>("preferred") != nullptr) given.emplace_back("preferred");
  return given;
}

void check_choice(const Body& body, Faults& faults) {
  const bool named = body.get<Address>("address") != nullptr;
  if (named) {
    for (std::string& field : choices_of(body)) {
      faults.push_back({std::move(field), "is of no use to an address that is named"});
    }
  } else if (body.get<std::string>("on_conflict") != nullptr) {
    faults.push_back({"on_conflict", "takes an address that is named"});
  }
}

struct Wish {
  ipam::Claimant claimant;
  ipam::Particulars particulars;
};

std::expected<Wish, Problem> read_wish(const Call& call) {
  Faults faults;
  check_choice(call.body, faults);
  Wish wish;
  wish.claimant.tenant = call.body.get_or<std::string>("tenant_id", call.tenant());
  wish.claimant.vif = call.body.get_or<std::string>("interface_id", "");
  wish.claimant.device = read_device(call.body, faults);
  wish.claimant.mac = read_mac(call.body, "mac_address", "", faults);
  wish.particulars = read_particulars(call.body, {}, faults);
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  if (auto problem = unreachable(call, wish.claimant.tenant)) return std::unexpected(*problem);
  return wish;
}

ipam::Verdict<std::vector<AddressRecord>> several(const Body& body, ipam::Draft& draft,
                                                  const Block& block,
                                                  const ipam::Grantee& grantee) {
  ipam::Several wish;
  wish.count = static_cast<std::size_t>(body.get_or<std::int64_t>("count", 1));
  wish.contiguous = body.get_or("contiguous", false);
  wish.exclude = body.get_or<Ranges>("exclude", {});
  if (const auto* preferred = body.get<Address>("preferred")) wish.preferred = *preferred;
  return allocate_several(draft, block, wish, grantee);
}

ipam::Verdict<std::vector<AddressRecord>> allocate(const Body& body, ipam::Draft& draft,
                                                   const Block& block,
                                                   const ipam::Grantee& grantee) {
  if (!choices_of(body).empty()) return several(body, draft, block, grantee);
  const auto* address = body.get<Address>("address");
  const bool waits = body.get_or<std::string>("on_conflict", "") == kOnConflict.back();
  auto record = address == nullptr
                    ? allocate_next(draft, block, grantee)
                    : allocate(draft, block, *address, grantee,
                               waits ? ipam::OnConflict::kWait : ipam::OnConflict::kRefuse);
  if (!record) return std::unexpected(std::move(record.error()));
  return std::vector{std::move(*record)};
}

}  // namespace

std::optional<AddressKey> parse_address_id(const Call& call, std::string_view id) {
  const std::size_t colon = std::min(id.find(':'), id.size());
  const auto number = number_of(call, ObjectKind::kBlock, id.substr(0, colon));
  const auto address = Address::parse(id.substr(std::min(colon + 1, id.size())));
  if (!number || !address) return std::nullopt;
  return AddressKey{store::BlockId{static_cast<std::uint32_t>(*number)}, *address};
}

std::expected<AddressRecord, Problem> address_of_path(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  const auto address = Address::parse(call.path.get("address"));
  const auto record = address ? call.view().address({block->id, *address}) : std::nullopt;
  if (!record) return std::unexpected(not_found("ip_address"));
  return *record;
}

std::string read_device(const Body& body, Faults& faults) {
  std::string device;
  for (const std::string_view name : kDevices) {
    const auto* given = body.get<std::string>(name);
    if (given == nullptr) continue;
    if (!device.empty() && device != *given) {
      faults.push_back({std::string(name), "differs from another field of the same meaning"});
    }
    device = *given;
  }
  return device;
}

std::optional<Problem> unreachable(const Call& call, const std::string& tenant) {
  if (call.context.principal.reaches(tenant)) return std::nullopt;
  Problem problem = not_found("tenant");
  problem.errors.push_back({"tenant_id", problem.detail});
  return problem;
}

Answer list_addresses(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  const auto first = first_of_page(call, *block);
  if (!first) return std::unexpected(first.error());
  const std::string_view state = call.query.get("state");
  json::array objects;
  std::optional<AddressKey> last_seen;
  std::string next;
  std::size_t scanned = 0;
  const auto visit = [&](const AddressRecord& record) {
    const bool wanted = state.empty() || text(record.state) == state;
    if (scanned == kMostScanned || (wanted && objects.size() == call.page.limit)) {
      next = address_id(call.view(), *last_seen);
      return false;
    }
    ++scanned;
    last_seen = record.key;
    if (wanted) objects.push_back(show(call.sight(), record));
    return true;
  };
  if (*first) call.view().scan(block->id, **first, visit);
  return list_reply(call, "ip_addresses", std::move(objects), "marker", next);
}

Answer create_address(const Call& call) {
  const auto block = block_of_path(call);
  if (!block) return std::unexpected(block.error());
  const auto wish = read_wish(call);
  if (!wish) return std::unexpected(wish.error());
  ipam::Draft draft = call.draft();
  const auto interface = ipam::find_or_make(draft, wish->claimant);
  if (!interface) return std::unexpected(of(interface.error()));
  const ipam::Grantee grantee{*interface, ipam::identity_of(*interface), wish->particulars};
  const auto records = allocate(call.body, draft, *block, grantee);
  if (!records) return std::unexpected(of(records.error()));
  Reply reply;
  if (call.body.get<std::int64_t>("count") != nullptr) {
    reply.body.emplace("ip_addresses", show(call.sight(), draft, *records));
  } else {
    reply = reply_of(show(call.sight(), draft, records->front()), records->front());
    reply.location = path_of(call, records->front().key);
  }
  reply.changes = draft.changes();
  return reply;
}

Answer show_address(const Call& call) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  return reply_of(show(call.sight(), *record), *record);
}

Answer delete_address(const Call& call) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  if (auto problem = check_match(call, record->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  if (const auto done = ipam::deallocate(draft, *record); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

Answer restore_address(const Call& call) {
  const auto record = address_of_path(call);
  if (!record) return std::unexpected(record.error());
  if (auto problem = check_match(call, record->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  const auto restored = ipam::restore(draft, *record);
  if (!restored) return std::unexpected(of(restored.error()));
  Reply reply = reply_of(show(call.sight(), draft, *restored), *restored);
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
