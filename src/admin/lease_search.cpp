// SPDX-License-Identifier: Apache-2.0
#include "lease_search.h"

#include <algorithm>
#include <array>

#include "melange/base/text.h"
#include "melange/ipam/lease.h"

namespace melange::admin {
namespace {

using store::AddressKey;
using store::AddressRecord;
using store::AddressState;
using store::Block;
using store::BlockId;
using store::View;
using wire::Identity;
using wire::IdentityKind;

constexpr std::size_t kLookedAt = 50'000;  // records and blocks, of one request
constexpr std::size_t kBlocksAtOnce = 256;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_known_by(const AddressRecord& record, const Identity& client) {
  return record.identity == client ||
         (record.reserved_for.empty() && std::ranges::count(record.also, client) != 0);
}

// By its operator or by itself.
bool is_named(const AddressRecord& record, const std::string& name) {
  return lower(base::text_of(record.hostname.view())) == name ||
         lower(base::text_of(record.client_name.view())) == name;
}

class Search {
 public:
  Search(const View& view, const WantedLeases& wanted, std::size_t limit)
      : view_(&view), wanted_(&wanted), limit_(limit) {}

  // The block's leases behind `after`, or all of them. False if this is the end of the page.
  bool look_into(const Block& block, const std::optional<net::Address>& after);
  LeasePage take() { return std::move(page_); }

 private:
  // By which the index knows whom is asked for; nobody if it takes a look at every record.
  Identity indexed_in(const Block& block) const;
  bool reserves_for_others_than_macs(store::NetworkId network) const;
  void enter(const Block& block);
  bool look_at(const AddressKey& key);
  bool look_at(const AddressRecord& record);
  std::optional<AddressRecord> now(const AddressRecord& record) const;
  bool is_wanted(const AddressRecord& record) const;
  bool spend(const AddressKey& at);

  const View* view_;
  const WantedLeases* wanted_;
  std::size_t limit_;
  std::size_t left_ = kLookedAt;
  net::RangeSet pools_;  // of the block at hand
  LeasePage page_;
};

// False once the request's share is used up: the next one goes on behind `at`.
bool Search::spend(const AddressKey& at) {
  if (--left_ != 0) return true;
  page_.next = at;
  return false;
}

Identity Search::indexed_in(const Block& block) const {
  if (wanted_->client) return *wanted_->client;
  if (!wanted_->mac) return {};
  // Elsewhere a MAC stands beside the identity, and no index knows it.
  const auto network = view_->network(block.network);
  const bool by_mac = network && network->identity == store::IdentityPolicy::kMac &&
                      !reserves_for_others_than_macs(block.network);
  return by_mac ? Identity::of(*wanted_->mac) : Identity();
}

// MACs come first in the order of identities.
bool Search::reserves_for_others_than_macs(store::NetworkId network) const {
  const Identity last_mac = Identity::of(net::Mac({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  bool any = false;
  view_->scan_reservations(network, last_mac, [&](const store::Reservation&) {
    any = true;
    return false;
  });
  return any;
}

// What the record says now: the sweeper may not have come by since the lease ended.
std::optional<AddressRecord> Search::now(const AddressRecord& record) const {
  const bool had_lease =
      record.state == AddressState::kLeased || record.state == AddressState::kBound;
  if (!had_lease || is_live(record, wanted_->now)) return record;
  return ipam::after_lease(record, pools_.contains(record.key.address), record.expires);
}

bool Search::is_wanted(const AddressRecord& record) const {
  if (!is_lease(record)) return false;
  if (!wanted_->state.empty() && text(record.state) != wanted_->state) return false;
  if (wanted_->mac && hardware(record) != wanted_->mac) return false;
  if (wanted_->client && !is_known_by(record, *wanted_->client)) return false;
  return wanted_->hostname.empty() || is_named(record, lower(wanted_->hostname));
}

bool Search::look_at(const AddressRecord& record) {
  auto lease = now(record);
  if (lease && is_wanted(*lease)) {
    if (page_.leases.size() == limit_) {
      page_.next = page_.leases.back().key;
      return false;
    }
    page_.leases.push_back(std::move(*lease));
  }
  return spend(record.key);
}

bool Search::look_at(const AddressKey& key) {
  const auto record = view_->address(key);
  return !record || look_at(*record);
}

bool Search::look_into(const Block& block, const std::optional<net::Address>& after) {
  pools_ = net::RangeSet(block.dynamic);
  const auto is_behind = [&](const net::Address& address) { return !after || *after < address; };
  const Identity client = indexed_in(block);
  if (wanted_->address) {
    if (is_behind(*wanted_->address) && !look_at(AddressKey{block.id, *wanted_->address})) {
      return false;
    }
  } else if (!client.empty()) {
    for (const AddressKey& key : view_->addresses_of(block.network, client)) {
      if (key.block == block.id && is_behind(key.address) && !look_at(key)) return false;
    }
  } else {
    bool more = true;
    view_->scan(block.id, after.value_or(block.cidr.network()), [&](const AddressRecord& record) {
      more = !is_behind(record.key.address) || look_at(record);
      return more;
    });
    if (!more) return false;
  }
  return spend({block.id, block.cidr.last()});
}

template <class T>
std::optional<Fault> read(const Call& call, std::string_view name, std::optional<T>& into,
                          std::optional<T> (*parse)(std::string_view), std::string_view expects) {
  if (!call.query.has(name)) return std::nullopt;
  into = parse(call.query.get(name));
  if (into) return std::nullopt;
  return Fault{std::string(name), std::string(expects)};
}

std::optional<Identity> parse_client(IdentityKind kind, std::string_view text) {
  const auto octets = base::parse_hex(text);
  return octets ? Identity::make(kind, *octets) : std::nullopt;
}
std::optional<Identity> parse_client_id(std::string_view text) {
  return parse_client(IdentityKind::kClientId, text);
}
std::optional<Identity> parse_duid(std::string_view text) {
  return parse_client(IdentityKind::kDuid, text);
}

}  // namespace

bool is_lease(const AddressRecord& record) {
  using enum AddressState;
  return record.state == kLeased || record.state == kBound || record.state == kHeld ||
         record.state == kDeclined;
}

std::expected<WantedLeases, Problem> read_wanted_leases(const Call& call) {
  WantedLeases wanted;
  wanted.now = call.now();
  const std::array read_all{
      read(call, "address", wanted.address, net::Address::parse, "expects an IP address"),
      read(call, "mac", wanted.mac, net::Mac::parse, "expects a MAC such as 52:54:00:12:34:56"),
      read(call, "client_id", wanted.client, parse_client_id, "expects 2 to 255 octets in hex"),
      read(call, "duid", wanted.client, parse_duid, "expects 3 to 130 octets in hex"),
  };
  Faults faults;
  for (const auto& fault : read_all) {
    if (fault) faults.push_back(*fault);
  }
  if (call.query.has("client_id") && call.query.has("duid")) {
    faults.push_back({"duid", "give a client_id or a duid"});
  }
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  wanted.hostname = call.query.get("hostname");
  wanted.state = call.query.get("state");
  return wanted;
}

LeasePage find_leases(const View& view, const store::Listing& blocks, const WantedLeases& wanted,
                      const std::optional<AddressKey>& after, std::size_t limit) {
  Search search(view, wanted, limit);
  // The block that `after` is in is looked into once more.
  std::uint64_t seen = after ? after->block.value - std::uint64_t{1} : 0;
  for (bool more = true; more;) {
    const auto numbers = view.list(blocks, seen, kBlocksAtOnce);
    more = numbers.size() == kBlocksAtOnce;
    for (const std::uint64_t number : numbers) {
      seen = number;
      const auto block = view.block(BlockId{static_cast<std::uint32_t>(number)});
      if (!block) continue;
      const bool begun = after && after->block == block->id;
      if (!search.look_into(*block, begun ? std::optional(after->address) : std::nullopt)) {
        return search.take();
      }
    }
  }
  return search.take();
}

}  // namespace melange::admin
