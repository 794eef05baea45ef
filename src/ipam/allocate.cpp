// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/allocate.h"

#include <algorithm>

#include "generate.h"
#include "melange/base/text.h"
#include "melange/ipam/policy.h"
#include "melange/ipam/usable.h"
#include "ownership.h"
#include "records.h"

namespace melange::ipam {
namespace {

using base::cat;
using net::Address;
using net::Range;
using store::AddressKey;
using store::AddressRecord;
using store::AddressState;
using store::Block;

constexpr unsigned kGeneratedTries = 1000;

std::unexpected<Refusal> full() { return refuse(Why::kImpossible, "", "IpBlock is full"); }

// What forbids any allocation from the block.
std::optional<Refusal> closed(const Draft& draft, const Block& block, const Grantee& grantee) {
  if (draft.has_children(block.id)) {
    return Refusal{Why::kImpossible, {{"", "Subnetted block cannot allocate IPAddress"}}};
  }
  if (block.retired) {
    return Refusal{Why::kManagedByConfig, {{"", "the block has left the configuration"}}};
  }
  if (auto reason = unfit(grantee.particulars)) return reason;
  return plugged_elsewhere(draft, grantee.interface.id, block.network);
}

std::string until(const AddressRecord& record) {
  if (record.expires == base::Instant::max()) return "for ever";
  return "until " + base::text(record.expires);
}

// What of the address's record stands in the way of a new owner; nothing if he may have it.
std::optional<Refusal> taken(const Draft& draft, const AddressRecord& record,
                             const Grantee& grantee, OnConflict on_conflict) {
  const wire::Identity& owner = grantee.identity;
  const bool waits = on_conflict == OnConflict::kWait && !owner.empty();
  const auto conflict = [](std::string message) {
    return Refusal{Why::kConflict, {{"address", std::move(message)}}};
  };
  if (is_allocated(record) || is_awaited(record)) return conflict("Address is already allocated");
  const bool over = record.expires <= draft.now();
  if (record.state == AddressState::kQuarantined && !over) {
    return conflict(cat("Address is already allocated: it is quarantined ", until(record)));
  }
  if (record.state == AddressState::kDeclined && !over && !waits) {
    return conflict(
        cat("Address is already allocated: a client found it in use; it is kept ", until(record)));
  }
  const bool own =
      !owner.empty() && (record.identity == owner ||
                         std::ranges::count(grantee.particulars.also, record.identity) != 0);
  const bool others = is_live(record, draft.now()) && !own;
  if (others && !waits) {
    return conflict(
        cat("Address is already allocated: leased to ", text(record.identity), ' ', until(record)));
  }
  return std::nullopt;
}

AddressRecord give(Draft& draft, const Block& block, const Address& address,
                   const Grantee& grantee) {
  AddressRecord fresh;
  fresh.key = {block.id, address};
  fresh.network = block.network;
  const auto known = draft.address(fresh.key);
  AddressRecord record =
      with_owner(filed_under(known.value_or(fresh), grantee.identity, grantee.particulars.also),
                 known.has_value(), grantee.identity, draft.now());
  record.interface = grantee.interface.id;
  tell(record, grantee.particulars);
  record = draft.put(std::move(record));
  // Its quarantine was over, but nobody had come by to free it.
  if (known && !known->interface.empty() && known->interface != record.interface) {
    end_relations(draft, record.key);
    drop_if_idle(draft, known->interface);
  }
  return record;
}

// Denied octets that are free part the taken addresses in as many runs as there are of them. Once
// some have been looked at in vain, the block's count tells whether there is any use in the others.
constexpr std::size_t kRunsBeforeCount = 16;

bool all_denied(const Draft& draft, const Block& block) {
  return !block.denied_octets.empty() && draft.view().usage(block.id).free_fixed == 0;
}

bool is_out(const Draft& draft, const Block& block, const Address& address) {
  return block.denied_octets.covers(address) || draft.is_drafted({block.id, address});
}

// The lowest address of a run of the store that nothing leaves out.
std::optional<Address> lowest_in(const Draft& draft, const Block& block, const Range& run,
                                 const net::RangeSet& exclude) {
  for (auto rest = std::optional(run); rest;) {
    const auto at = block.denied_octets.first_clear(*rest);
    if (!at) return std::nullopt;
    const auto excluded = exclude.find(*at);
    if (!excluded && !draft.is_drafted({block.id, *at})) return at;
    const Address last = excluded ? std::min(excluded->last(), run.last()) : *at;
    if (last == run.last()) return std::nullopt;
    rest = Range::make(last.next(), run.last());
  }
  return std::nullopt;
}

// Addresses that follow each other and are free in the store, not drafted, and left out neither by
// the policy nor by `exclude`: the lowest at or after `from`, and as many more as there are up to
// `most`.
std::optional<Range> next_stretch(const Draft& draft, const Block& block, Address from,
                                  const net::RangeSet& exclude, std::size_t most) {
  for (std::size_t runs = 1; const auto run = draft.next_fixed(block, from); ++runs) {
    if (const auto first = lowest_in(draft, block, *run, exclude)) {
      Address last = *first;
      for (std::size_t size = 1; size < most && last < run->last(); ++size) {
        const Address next = last.next();
        if (is_out(draft, block, next) || exclude.contains(next)) break;
        last = next;
      }
      return Range::make(*first, last);
    }
    if (run->last() == block.cidr.last()) return std::nullopt;
    if (runs == kRunsBeforeCount && all_denied(draft, block)) return std::nullopt;
    from = run->last().next();
  }
  return std::nullopt;
}

std::optional<Address> next_free(const Draft& draft, const Block& block, const Address& from,
                                 const net::RangeSet& exclude) {
  const auto stretch = next_stretch(draft, block, from, exclude, 1);
  return stretch ? std::optional(stretch->first()) : std::nullopt;
}

std::optional<Address> generated(const Draft& draft, const Block& block, const Grantee& grantee) {
  if (!grantee.interface.mac) return std::nullopt;
  const net::RangeSet automatic(block.fixed);
  net::Mac mac = *grantee.interface.mac;
  for (unsigned i = 0; i < kGeneratedTries; ++i, mac = next_of(mac)) {
    const auto address = generate(block, grantee.interface.tenant, mac);
    if (!address) return std::nullopt;
    const bool may_be = automatic.contains(*address) && !block.denied_octets.covers(*address);
    if (may_be && !draft.address({block.id, *address})) return address;
  }
  return std::nullopt;
}

}  // namespace

Verdict<AddressRecord> allocate(Draft& draft, const Block& block, const Address& address,
                                const Grantee& grantee, OnConflict on_conflict) {
  if (auto reason = closed(draft, block, grantee)) return std::unexpected(std::move(*reason));
  if (!block.cidr.contains(address)) {
    return refuse(Why::kImpossible, "address", "Address does not belong to IpBlock");
  }
  if (!usable(block).contains(address)) {
    return refuse(Why::kConflict, "address",
                  "Address is already allocated: it is the block's gateway, network or broadcast");
  }
  if (const auto record = draft.address({block.id, address})) {
    if (auto reason = taken(draft, *record, grantee, on_conflict)) {
      return std::unexpected(std::move(*reason));
    }
  }
  if (is_denied(block, address)) {
    return refuse(Why::kImpossible, "address", "Block policy does not allow this address");
  }
  return give(draft, block, address, grantee);
}

Verdict<AddressRecord> allocate_next(Draft& draft, const Block& block, const Grantee& grantee) {
  if (auto reason = closed(draft, block, grantee)) return std::unexpected(std::move(*reason));
  auto address = generated(draft, block, grantee);
  if (!address) address = next_free(draft, block, block.cidr.network(), {});
  if (!address) return full();
  return give(draft, block, *address, grantee);
}

namespace {

// A row is looked for from stretch to stretch, and a block that is all holes has as many as
// addresses. Packets wait meanwhile: after these the caller may look elsewhere (`preferred`).
constexpr std::size_t kStretches = 1u << 10;

// The first of `count` free neighbours at or after `from`.
// `given_up` tells that there may be one farther on.
std::optional<Address> next_row(const Draft& draft, const Block& block, Address from,
                                std::size_t count, const net::RangeSet& exclude, bool& given_up) {
  for (std::size_t looked_at = 0; looked_at < kStretches; ++looked_at) {
    const auto stretch = next_stretch(draft, block, from, exclude, count);
    if (!stretch) return std::nullopt;
    if (stretch->size() == count) return stretch->first();
    if (stretch->last() == block.cidr.last()) return std::nullopt;
    from = stretch->last().next();
  }
  given_up = true;
  return std::nullopt;
}

Verdict<std::vector<AddressRecord>> allocate_row(Draft& draft, const Block& block,
                                                 const Several& wish, const net::RangeSet& exclude,
                                                 const Grantee& grantee) {
  const Address start = wish.preferred.value_or(block.cidr.network());
  bool given_up = false;
  auto first = next_row(draft, block, start, wish.count, exclude, given_up);
  if (!first && wish.preferred) {
    first = next_row(draft, block, block.cidr.network(), wish.count, exclude, given_up);
  }
  if (!first && !given_up) return full();
  if (!first) {
    return refuse(Why::kImpossible, "count",
                  cat("no row of so many free neighbours was found among ", kStretches,
                      " stretches; `preferred` says where to look for another"));
  }
  std::vector<AddressRecord> records;
  for (Address at = *first;; at = at.next()) {
    records.push_back(give(draft, block, at, grantee));
    if (records.size() == wish.count) return records;
  }
}

std::optional<Refusal> not_sensible(const Block& block, const Several& wish) {
  if (wish.count == 0 || wish.count > kAddressesAtOnce) {
    return Refusal{Why::kInvalid, {{"count", cat("is not one of 1 to ", kAddressesAtOnce)}}};
  }
  if (!wish.preferred || block.cidr.contains(*wish.preferred)) return std::nullopt;
  return Refusal{Why::kImpossible, {{"preferred", "Address does not belong to IpBlock"}}};
}

// Addresses of another family exclude nothing.
net::RangeSet excluded_of(const Block& block, const Several& wish) {
  net::RangeSet exclude;
  for (const Range& range : wish.exclude) {
    if (range.family() == block.cidr.family()) exclude.add(range);
  }
  return exclude;
}

}  // namespace

Verdict<std::vector<AddressRecord>> allocate_several(Draft& draft, const Block& block,
                                                     const Several& wish, const Grantee& grantee) {
  if (auto reason = not_sensible(block, wish)) return std::unexpected(std::move(*reason));
  if (auto reason = closed(draft, block, grantee)) return std::unexpected(std::move(*reason));
  const net::RangeSet exclude = excluded_of(block, wish);
  if (wish.contiguous) return allocate_row(draft, block, wish, exclude, grantee);
  std::vector<AddressRecord> records;
  Address from = wish.preferred.value_or(block.cidr.network());
  bool wrapped = !wish.preferred;
  while (records.size() < wish.count) {
    const auto address = next_free(draft, block, from, exclude);
    if (!address) {
      if (wrapped) return full();
      wrapped = true;
      from = block.cidr.network();
      continue;
    }
    records.push_back(give(draft, block, *address, grantee));
    from = *address;  // drafted now: it is stepped over
  }
  return records;
}

std::optional<Block> block_around(const Draft& draft, store::NetworkId network,
                                  const Address& address) {
  const auto single = *net::Prefix::make(address, net::width(address.family()));
  auto block = draft.overlapping(store::CidrScope::top_of(network), single);
  while (block) {
    auto child = draft.overlapping(store::CidrScope::children_of(block->id), single);
    if (!child) break;
    block = std::move(child);
  }
  return block;
}

namespace {

// True if the network has a block of the family, in use or full.
bool has_family(const Draft& draft, store::NetworkId network, net::Family family) {
  const auto all = *net::Prefix::make(Address::of(family, 0), 0);
  return draft.overlapping(store::CidrScope::top_of(network), all).has_value();
}

// The block, if something in it may be free. One look at the store decides for a full one: a
// network may have thousands of them.
std::optional<Block> with_room(const Draft& draft, store::BlockId id, net::Family family) {
  if (id < draft.view().next_block_id()) {
    const auto run = draft.view().next_fixed(id, Address{});
    if (!run || run->family() != family) return std::nullopt;
  }
  auto block = draft.block(id);
  const bool fits = block && block->cidr.family() == family && !draft.has_children(id);
  return fits ? std::move(block) : std::nullopt;
}

// One address of `family`; nothing if the network has no block of it.
Verdict<std::optional<AddressRecord>> allocate_family(Draft& draft, const store::Network& network,
                                                      net::Family family, const Grantee& grantee) {
  if (!has_family(draft, network.id, family)) return std::nullopt;
  for (const store::BlockId id : draft.blocks_of(network.id)) {
    const auto block = with_room(draft, id, family);
    if (!block) continue;
    auto record = allocate_next(draft, *block, grantee);
    if (record) return std::move(*record);
    if (record.error() != full().error()) return std::unexpected(record.error());
  }
  return full();
}

Verdict<std::vector<AddressRecord>> allocate_listed(Draft& draft, const store::Network& network,
                                                    const NetworkWish& wish,
                                                    const Grantee& grantee) {
  if (wish.addresses.size() > kAddressesAtOnce) {
    return refuse(Why::kInvalid, "addresses", cat("are more than ", kAddressesAtOnce));
  }
  std::vector<AddressRecord> records;
  for (const Address& address : wish.addresses) {
    const auto block = block_around(draft, network.id, address);
    if (!block) {
      return refuse(Why::kImpossible, "addresses",
                    cat(text(address), " lies in no block of network ", network.name));
    }
    auto record = allocate(draft, *block, address, grantee, wish.on_conflict);
    if (!record) {
      Refusal refusal = record.error();
      for (Fault& fault : refusal.faults) {
        if (fault.field == "address") fault = {"addresses", text(address) + ": " + fault.message};
      }
      return std::unexpected(std::move(refusal));
    }
    records.push_back(*record);
  }
  return records;
}

}  // namespace

Verdict<std::vector<AddressRecord>> allocate_in(Draft& draft, const store::Network& network,
                                                const NetworkWish& wish, const Grantee& grantee) {
  if (!wish.addresses.empty()) return allocate_listed(draft, network, wish, grantee);
  std::vector<AddressRecord> records;
  bool any = false;
  for (const net::Family family : {net::Family::kV4, net::Family::kV6}) {
    if (!(family == net::Family::kV4 ? wish.v4 : wish.v6)) continue;
    auto record = allocate_family(draft, network, family, grantee);
    const bool left_out = !record && wish.partial && record.error() == full().error();
    if (!record && !left_out) return std::unexpected(record.error());
    any = any || left_out;
    if (record && *record) records.push_back(**record);
  }
  if (!records.empty()) return records;
  if (any) return full();
  return refuse(Why::kImpossible, "", cat("network ", network.name, " has no block for this"));
}

}  // namespace melange::ipam
