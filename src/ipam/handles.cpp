// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/handles.h"

#include <algorithm>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/interfaces.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::AddressRecord;
using store::Allocation;

std::optional<Refusal> not_sensible(const HandleWish& wish) {
  constexpr std::size_t most = base::limits::kNameSize;
  std::vector<Fault> faults;
  if (wish.handle.empty() || wish.handle.size() > most) {
    faults.push_back({"handle", cat("is not of 1 to ", most, " octets")});
  }
  if (wish.count == 0 || wish.count > kAddressesAtOnce) {
    faults.push_back({"count", cat("is not one of 1 to ", kAddressesAtOnce)});
  }
  if ((wish.network.value == 0) == (wish.block.value == 0)) {
    faults.push_back({"", "either a network or a block is asked for addresses"});
  }
  if (!wish.v4 && !wish.v6) faults.push_back({"families", "are none"});
  if (faults.empty()) return std::nullopt;
  return Refusal{Why::kInvalid, std::move(faults)};
}

// What the wish says of its client; what it leaves out may be anything.
bool is_same_client(const Draft& draft, const Allocation& allocation, const HandleWish& wish) {
  const auto interface = draft.interface(allocation.interface);
  if (!interface) return true;  // then its addresses are not its own any more
  if (wish.mac && interface->mac != wish.mac) return false;
  if (!wish.device.empty() && interface->device != wish.device) return false;
  const base::Bytes hostname = base::bytes_of(wish.particulars.hostname);
  return hostname.empty() || std::ranges::all_of(allocation.addresses, [&](const auto& key) {
           const auto record = draft.address(key);
           return !record || std::ranges::equal(record->hostname.view(), hostname);
         });
}

bool is_same(const Allocation& allocation, const HandleWish& wish) {
  return allocation.network == wish.network && allocation.block == wish.block &&
         allocation.count == wish.count && allocation.v4 == wish.v4 && allocation.v6 == wish.v6;
}

Verdict<std::vector<AddressRecord>> allocate_from_network(Draft& draft, const HandleWish& wish,
                                                          const Grantee& grantee) {
  const auto network = draft.network(wish.network);
  if (!network) return refuse(Why::kNotFound, "network_id", "Network not found");
  const NetworkWish each{.addresses = {}, .v4 = wish.v4, .v6 = wish.v6};
  std::vector<AddressRecord> all;
  for (std::uint32_t i = 0; i < wish.count; ++i) {
    auto records = allocate_in(draft, *network, each, grantee);
    if (!records) return records;
    std::ranges::move(*records, std::back_inserter(all));
  }
  return all;
}

Verdict<std::vector<AddressRecord>> allocate_for(Draft& draft, const HandleWish& wish,
                                                 const Grantee& grantee) {
  if (wish.network.value != 0) return allocate_from_network(draft, wish, grantee);
  const auto block = draft.block(wish.block);
  if (!block) return refuse(Why::kNotFound, "ip_block_id", "IpBlock not found");
  const Several several{.count = wish.count, .contiguous = false, .exclude = {}, .preferred = {}};
  return allocate_several(draft, *block, several, grantee);
}

Verdict<Allocation> allocate_anew(Draft& draft, const HandleWish& wish) {
  Claimant claimant;
  claimant.tenant = wish.tenant;
  claimant.device = wish.device;
  claimant.mac = wish.mac;
  claimant.without_mac = true;  // without one, its addresses are not asked for on the wire
  auto interface = find_or_make(draft, claimant);
  if (!interface) return std::unexpected(std::move(interface.error()));
  const auto records =
      allocate_for(draft, wish, {*interface, identity_of(*interface), wish.particulars});
  if (!records) return std::unexpected(records.error());
  Allocation allocation;
  allocation.id = draft.new_allocation();
  allocation.tenant = wish.tenant;
  allocation.handle = wish.handle;
  allocation.network = wish.network;
  allocation.block = wish.block;
  allocation.count = wish.count;
  allocation.v4 = wish.v4;
  allocation.v6 = wish.v6;
  allocation.interface = interface->id;
  for (const AddressRecord& record : *records) allocation.addresses.push_back(record.key);
  allocation.created = draft.now();
  return draft.put(std::move(allocation));
}

bool is_again(Draft& draft, const Allocation& allocation, const store::AddressKey& key) {
  const auto record = draft.address(key);
  if (!record || record->interface != allocation.interface) return false;
  return is_allocated(*record) || restore(draft, *record).has_value();
}

// All of it is its interface's again.
Verdict<void> take_up(Draft& draft, const Allocation& allocation) {
  for (const store::AddressKey& key : allocation.addresses) {
    if (is_again(draft, allocation, key)) continue;
    return refuse(Why::kConflict, "handle",
                  cat(text(key.address), " is this handle's no more; delete the handle first"));
  }
  return {};
}

}  // namespace

Verdict<Allocation> ensure_allocation(Draft& draft, const HandleWish& wish) {
  if (auto reason = not_sensible(wish)) return std::unexpected(std::move(*reason));
  auto known = draft.allocation_named(wish.tenant, wish.handle);
  if (!known) return allocate_anew(draft, wish);
  if (!is_same(*known, wish) || !is_same_client(draft, *known, wish)) {
    return refuse(Why::kConflict, "handle", "the handle stands for another wish");
  }
  if (auto taken = take_up(draft, *known); !taken) return std::unexpected(taken.error());
  return *std::move(known);
}

Verdict<void> delete_allocation(Draft& draft, const Allocation& allocation) {
  for (const store::AddressKey& key : allocation.addresses) {
    const auto record = draft.address(key);
    if (!record || record->interface != allocation.interface) continue;
    if (auto gone = deallocate(draft, *record); !gone) return gone;
  }
  draft.erase(allocation.id);
  drop_if_idle(draft, allocation.interface);
  return {};
}

}  // namespace melange::ipam
