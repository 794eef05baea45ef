// SPDX-License-Identifier: Apache-2.0
//
// What the store holds, as values. One AddressRecord per (block, address) is both what IPAM
// allocated and what DHCP leased: there is nothing to keep in step with it. An address without a
// record is free. Each struct names its fields once, with the tag under which the field is stored
// (src/store/codec.h): a tag is never given to another field.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "melange/base/inline.h"
#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"
#include "melange/wire/identity.h"

namespace melange::store {

// Given out in ascending order and never again; 0 is none.
struct NetworkId {
  std::uint32_t value = 0;
  auto operator<=>(const NetworkId&) const = default;
};
struct BlockId {
  std::uint32_t value = 0;
  auto operator<=>(const BlockId&) const = default;
};

enum class ManagedBy : std::uint8_t { kApi = 0, kConfig = 1 };
enum class IdentityPolicy : std::uint8_t { kMac = 0, kClientId = 1 };

// An option's octets as they go on the wire.
struct OptionValue {
  std::uint8_t code = 0;
  std::vector<std::uint8_t> octets;
  bool operator==(const OptionValue&) const = default;
};

struct Route {
  net::Prefix destination = *net::Prefix::make(net::Ipv4{}, 0);
  net::Address gateway;
  bool operator==(const Route&) const = default;
};

// An L2 segment (design.md section 4).
struct Network {
  NetworkId id;
  std::string name;  // unique
  std::string tenant;
  ManagedBy managed_by = ManagedBy::kConfig;
  IdentityPolicy identity = IdentityPolicy::kMac;
  bool authoritative = true;
  std::vector<std::string> interfaces;  // names or globs; none: links with an address in a block
  std::vector<net::Address> relays;     // none: any relay with an address in a block
  base::Seconds decline_time{600};
  base::Seconds hold_time{86400};
  std::vector<OptionValue> options;  // ascending by code
  std::uint64_t revision = 0;        // of the commit that wrote it

  bool operator==(const Network&) const = default;
};

template <class N, class Visitor>
  requires std::same_as<std::remove_const_t<N>, Network>
void visit_fields(N& n, Visitor& v) {
  v(1, n.name), v(2, n.tenant), v(3, n.managed_by), v(4, n.identity), v(5, n.authoritative);
  v(6, n.interfaces), v(7, n.relays), v(8, n.decline_time), v(9, n.hold_time), v(10, n.options);
  v(11, n.revision);
}

struct Block {
  BlockId id;
  NetworkId network;
  net::Prefix cidr = *net::Prefix::make(net::Ipv4{}, 0);
  ManagedBy managed_by = ManagedBy::kConfig;
  std::optional<net::Address> gateway;
  std::vector<net::Address> dns;
  std::vector<net::Range> pools;  // as the operator gave them
  std::vector<net::Range> exclude;
  std::vector<net::Range> dynamic;  // what may be leased: pools less all that is unusable (ipam);
                                    // disjoint, ascending
  base::Seconds lease_time{3600};
  base::Seconds min_lease_time{3600};
  base::Seconds max_lease_time{3600};
  std::optional<base::Seconds> renew_time;
  std::optional<base::Seconds> rebind_time;
  std::optional<std::uint16_t> mtu;
  std::vector<Route> routes;
  std::vector<OptionValue> options;  // ascending by code
  bool retired = false;  // left the configuration with live leases: these are served, no new ones
  std::uint64_t revision = 0;

  bool operator==(const Block&) const = default;
};

template <class B, class Visitor>
  requires std::same_as<std::remove_const_t<B>, Block>
void visit_fields(B& b, Visitor& v) {
  v(1, b.network), v(2, b.cidr), v(3, b.managed_by), v(4, b.gateway), v(5, b.dns), v(6, b.pools);
  v(7, b.exclude), v(8, b.dynamic), v(9, b.lease_time), v(10, b.min_lease_time);
  v(11, b.max_lease_time), v(12, b.renew_time), v(13, b.rebind_time), v(14, b.mtu);
  v(15, b.routes), v(16, b.options), v(17, b.retired), v(18, b.revision);
}

// Addresses that belong to a client. Its key is (network, identity).
struct Reservation {
  NetworkId network;
  wire::Identity identity;
  ManagedBy managed_by = ManagedBy::kConfig;
  std::vector<net::Address> addresses;
  std::string hostname;
  std::uint64_t revision = 0;

  bool operator==(const Reservation&) const = default;
};

template <class R, class Visitor>
  requires std::same_as<std::remove_const_t<R>, Reservation>
void visit_fields(R& r, Visitor& v) {
  v(1, r.managed_by), v(2, r.addresses), v(3, r.hostname), v(4, r.revision);
}

// ipam.md section 3. `free` is the absence of a record, `offered` lives in memory (dhcp/offers.h).
enum class AddressState : std::uint8_t {
  kReserved = 1,     // belongs to `identity`, which has no lease on it now
  kBound = 2,        // belongs to `identity`, which has a lease
  kLeased = 3,       // dynamic lease of `identity`
  kHeld = 4,         // the lease ended: its old owner first, others when nothing else is free
  kDeclined = 5,     // a client found it in use: not offered before `expires`
  kQuarantined = 6,  // deallocated by an operator: not offered before `expires`
};
inline constexpr std::size_t kAddressStates = 7;  // with an unused 0
std::string_view text(AddressState state);        // "leased"

struct AddressKey {
  BlockId block;
  net::Address address;
  auto operator<=>(const AddressKey&) const = default;
};

struct AddressRecord {
  AddressKey key;
  NetworkId network;
  AddressState state = AddressState::kLeased;
  wire::Identity identity;          // owner, holder, last holder, or who declined
  wire::Identity reserved_for;      // the owner to be, while another still has a lease on it
  std::optional<net::Mac> mac;      // of the holder, where the identity is not that MAC itself
  base::InlineBytes<253> hostname;  // that the operator gave to it; valid (RFC 1123) or empty
  base::Instant since;              // of this state; of the last grant where there is a lease
  base::Instant expires;            // of the lease or probation; the epoch where there is none;
                                    // Instant::max() if it never ends
  std::uint64_t revision = 0;

  bool operator==(const AddressRecord&) const = default;
};

template <class A, class Visitor>
  requires std::same_as<std::remove_const_t<A>, AddressRecord>
void visit_fields(A& a, Visitor& v) {
  v(1, a.network), v(2, a.state), v(3, a.identity), v(4, a.reserved_for), v(5, a.mac);
  v(6, a.hostname), v(7, a.since), v(8, a.expires), v(9, a.revision);
}

// True if a client may use the address now: `bound` or `leased`, and not yet expired.
bool is_live(const AddressRecord& record, base::Instant now);
// The Ethernet address of the holder, from the identity or beside it.
std::optional<net::Mac> hardware(const AddressRecord& record);
// "192.0.2.100 leased mac 02:00:00:00:00:01 until 2026-11-23T08:15:30Z"
std::string text(const AddressRecord& record);

// An address that a host uses without a lease (INFORM), as last heard.
struct Seen {
  AddressKey key;
  net::Mac mac;
  base::Instant at;
  bool operator==(const Seen&) const = default;
};

// How many addresses of a block are in each state; kept as they change.
struct Usage {
  std::array<std::uint64_t, kAddressStates> records{};  // by AddressState
  net::Uint128 free = 0;                                // addresses of `dynamic` without a record

  std::uint64_t of(AddressState state) const { return records[static_cast<std::size_t>(state)]; }
  std::uint64_t total() const;  // of all records
  bool operator==(const Usage&) const = default;
};

}  // namespace melange::store
