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

void commit(store::Store& store, const store::Changes& changes, base::Instant now) {
  auto txn = store.begin();
  if (!txn) throw std::runtime_error(txn.error().message);
  for (const store::Change& change : changes) must(txn->apply(change));
  must(txn->commit(now));
}

store::Store open(const std::string& path, const store::Options& options) {
  auto store = store::Store::open(path, options);
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

namespace {

std::string dump_block(const store::View& view, const store::Block& block) {
  std::string out = cat("block ", block.id.value, ' ', text(block.cidr), '\n');
  net::Address from = block.cidr.network();
  view.scan(block.id, from, [&](const AddressRecord& record) {
    out += cat("  ", text(record), " revision ", record.revision, '\n');
    return true;
  });
  while (const auto run = view.next_free(block.id, from)) {
    out += cat("  free ", text(*run), '\n');
    if (run->last() == block.cidr.last()) break;
    from = run->last().next();
  }
  view.scan_held(block.id, [&](const store::AddressKey& held) {
    out += cat("  held ", text(held.address), '\n');
    return true;
  });
  const store::Usage usage = view.usage(block.id);
  return out + cat("  usage ", usage.total(), " free ", net::text(usage.free), '\n');
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
  if (!view.ok()) out += cat("error ", view.error().message, '\n');
  return out;
}

}  // namespace melange::test
