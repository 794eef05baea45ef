// SPDX-License-Identifier: Apache-2.0
#include "records.h"

#include <stdexcept>

#include "melange/base/text.h"

namespace melange::test {

using base::cat;
using store::AddressRecord;
using store::AddressState;

namespace {

template <class T>
T must(std::optional<T> value, std::string_view text) {
  if (!value) throw std::invalid_argument(cat("not valid: ", text));
  return *std::move(value);
}

void must(const base::Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

}  // namespace

net::Address address(std::string_view text) { return must(net::Address::parse(text), text); }
net::Prefix prefix(std::string_view text) { return must(net::Prefix::parse(text), text); }
net::Range range(std::string_view text) { return must(net::Range::parse(text), text); }

std::vector<net::Range> ranges(std::string_view text) {
  std::vector<net::Range> all;
  if (text.empty()) return all;
  for (std::string_view part : base::split(text, ',')) {
    part.remove_prefix(part.find_first_not_of(' '));
    all.push_back(range(part));
  }
  return all;
}

base::Instant at(std::int64_t seconds) { return base::Instant{base::Seconds{seconds}}; }

wire::Identity client(std::uint32_t number) {
  const auto octet = [&](unsigned shift) { return static_cast<std::uint8_t>(number >> shift); };
  return wire::Identity::of(net::Mac({2, 0, octet(24), octet(16), octet(8), octet(0)}));
}

wire::Identity client_id(std::vector<std::uint8_t> octets) {
  return wire::Identity::of(must(wire::ClientId::make(octets), "client id"));
}

store::Network network(store::NetworkId id, std::string name) {
  store::Network made;
  made.id = id;
  made.name = std::move(name);
  made.tenant = "default";
  return made;
}

store::Block block(std::uint32_t id, std::string_view cidr, std::string_view dynamic) {
  store::Block made;
  made.id = store::BlockId{id};
  made.network = kLab;
  made.cidr = prefix(cidr);
  made.pools = made.dynamic = ranges(dynamic);
  return made;
}

store::AddressKey key(std::uint32_t block, std::string_view text) {
  return {store::BlockId{block}, address(text)};
}

AddressRecord leased(const store::AddressKey& key, const wire::Identity& holder) {
  return in_state(AddressState::kLeased, key, holder);
}

AddressRecord in_state(AddressState state, const store::AddressKey& key,
                       const wire::Identity& identity) {
  AddressRecord record;
  record.key = key;
  record.network = kLab;
  record.state = state;
  record.identity = identity;
  record.since = at(100);
  if (state != AddressState::kReserved && state != AddressState::kHeld) record.expires = at(3700);
  return record;
}

store::Interface interface(std::uint64_t id, std::string vif, std::optional<net::Mac> mac) {
  store::Interface made;
  made.id = store::InterfaceId{id};
  made.vif = std::move(vif);
  made.tenant = "default";
  made.mac = mac;
  return made;
}

void commit(store::Store& store, const store::Changes& changes, base::Instant now,
            std::string_view actor) {
  auto txn = store.begin();
  if (!txn) throw std::runtime_error(txn.error().message);
  if (!actor.empty()) txn->act_as(actor, now);
  for (const store::Change& change : changes) must(txn->apply(change));
  must(txn->commit(now));
}

store::Store open(const std::string& path, const store::Options& options) {
  auto store = store::Store::open(path, options);
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

namespace {

// The runs that `next` gives, from `first` to `last`.
template <class Next>
std::string dump_runs(std::string_view what, net::Address first, net::Address last,
                      const Next& next) {
  std::string out;
  for (auto run = next(first); run; run = next(run->last().next())) {
    out += cat("  ", what, ' ', text(*run), '\n');
    if (run->last() == last) break;
  }
  return out;
}

std::string dump_block(const store::View& view, const store::Block& block) {
  std::string out = cat("block ", block.id.value, ' ', text(block.cidr), '\n');
  const net::Address first = block.cidr.network();
  view.scan(block.id, first, [&](const AddressRecord& record) {
    out += cat("  ", text(record), " revision ", record.revision, '\n');
    return true;
  });
  out += dump_runs("free", first, block.cidr.last(),
                   [&](const net::Address& from) { return view.next_free(block.id, from); });
  out += dump_runs("fixed", first, block.cidr.last(),
                   [&](const net::Address& from) { return view.next_fixed(block.id, from); });
  view.scan_held(block.id, [&](const store::AddressKey& held) {
    out += cat("  held ", text(held.address), '\n');
    return true;
  });
  const store::Usage usage = view.usage(block.id);
  out += cat("  usage ", usage.total(), " free ", net::text(usage.free));
  if (usage.free_fixed != 0) out += " fixed " + net::text(usage.free_fixed);
  return out + '\n';
}

std::string dump_interface(const store::View& view, const store::Interface& interface) {
  std::string out = cat("interface ", interface.id.value, ' ', interface.vif);
  if (interface.mac) out += " " + text(*interface.mac);
  for (const store::AddressKey& key : view.addresses_on(interface.id)) {
    out += cat(' ', key.block.value, '/', text(key.address));
  }
  return out + '\n';
}

// Objects that are known by a number, other than networks and blocks.
std::string dump_objects(const store::View& view) {
  std::string out;
  const auto each = [&](store::ObjectKind kind, const auto& show) {
    for (const std::uint64_t number : view.list(store::Listing::all(kind), 0, SIZE_MAX)) {
      show(number);
    }
  };
  each(store::ObjectKind::kPolicy, [&](std::uint64_t number) {
    const auto policy = view.policy(store::PolicyId{number});
    if (policy) out += cat("policy ", number, ' ', policy->name, '\n');
  });
  each(store::ObjectKind::kInterface, [&](std::uint64_t number) {
    const auto interface = view.interface(store::InterfaceId{number});
    if (interface) out += dump_interface(view, *interface);
  });
  each(store::ObjectKind::kMacRange, [&](std::uint64_t number) {
    const net::Address last = net::Address::v6((net::Uint128{1} << 48) - 1);
    out += cat("mac-range ", number, '\n');
    out += dump_runs("free", net::Address::v6(0), last, [&](const net::Address& from) {
      return view.next_mac(store::MacRangeId{number}, from);
    });
  });
  each(store::ObjectKind::kAllocation, [&](std::uint64_t number) {
    const auto allocation = view.allocation(store::AllocationId{number});
    if (allocation) out += cat("allocation ", number, ' ', allocation->handle, '\n');
  });
  view.scan_due(base::Instant::max(), [&](const store::AddressKey& due) {
    out += cat("due ", due.block.value, '/', text(due.address), '\n');
    return true;
  });
  if (view.answers() != 0) out += cat("answers ", view.answers(), '\n');
  return out;
}

}  // namespace

std::string dump(const store::View& view) {
  std::string out;
  for (const store::Network& network : view.networks()) {
    out += cat("network ", network.id.value, ' ', network.name, '\n');
    for (const store::Reservation& reservation : view.reservations(network.id)) {
      out += cat("  reservation ", text(reservation.identity));
      for (const net::Address& own : reservation.addresses) out += " " + text(own);
      out += '\n';
    }
  }
  for (const store::Block& block : view.blocks()) out += dump_block(view, block);
  if (view.ok()) out += dump_objects(view);
  if (!view.ok()) out += cat("error ", view.error().message, '\n');
  return out;
}

std::string dump_events(const store::View& view, std::uint64_t after) {
  std::string out;
  view.scan_events(after, [&](const store::Event& event) {
    out += cat(event.number, ' ', store::text(event.object, event.kind));
    if (event.address) out += cat(' ', event.block.value, '/', text(*event.address));
    if (event.id != 0) out += cat(' ', event.id);
    out += cat(" by ", event.actor, '\n');
    return true;
  });
  return out;
}

}  // namespace melange::test
