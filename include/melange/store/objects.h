// SPDX-License-Identifier: Apache-2.0
//
// What the store holds beside address records (address.h), as values. Each struct names its fields
// once, with the tag under which the field is stored (src/store/codec.h): a tag is never given to
// another field.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/octet_mask.h"
#include "melange/net/range.h"
#include "melange/store/address.h"
#include "melange/store/ids.h"
#include "melange/wire/identity.h"

namespace melange::store {

enum class ManagedBy : std::uint8_t { kApi = 0, kConfig = 1 };
enum class IdentityPolicy : std::uint8_t { kMac = 0, kClientId = 1, kCircuitId = 2 };
enum class BlockType : std::uint8_t { kPrivate = 0, kPublic = 1 };
// How an IPv6 address is made for an interface with a MAC (ipam.md section 3, "Allocation").
enum class Generator : std::uint8_t { kNext = 0, kEui64 = 1, kTenant = 2 };

// An L2 segment (design.md section 4).
struct Network {
  NetworkId id;
  std::string name;  // unique within its tenant
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
  // Only links and relays that it names: a tenant's network takes over no link of the host by
  // having a block around its address.
  bool named_links_only = false;
  base::Instant created;
  std::vector<std::uint8_t> forced;  // codes that are sent unasked, ascending
  Boot boot;
  std::optional<net::Address> server_id;  // that clients know us by; none: an address of the link
  std::optional<bool> rapid_commit;       // RFC 4039; none: where there are no pools
  bool bootp = false;                     // reservations are given to BOOTP clients too
  // Option 82 on a link's own wire, without a relay's address, is a trusted switch's.
  bool trust_relay_information = false;
  std::optional<bool> conflict_check;  // by ARP, before a fresh address is offered; none: where
                                       // there are pools
  base::Seconds seen_time{604800};     // how long an address in use without a lease is remembered

  bool operator==(const Network&) const = default;
};

template <class N, class Visitor>
  requires std::same_as<std::remove_const_t<N>, Network>
void visit_fields(N& n, Visitor& v) {
  v(1, n.name), v(2, n.tenant), v(3, n.managed_by), v(4, n.identity), v(5, n.authoritative);
  v(6, n.interfaces), v(7, n.relays), v(8, n.decline_time), v(9, n.hold_time), v(10, n.options);
  v(11, n.revision), v(12, n.named_links_only), v(13, n.created), v(14, n.forced), v(15, n.boot);
  v(16, n.server_id), v(17, n.rapid_commit), v(18, n.bootp), v(19, n.trust_relay_information);
  v(20, n.conflict_check), v(21, n.seen_time);
}

struct Route {
  net::Prefix destination = *net::Prefix::make(net::Ipv4{}, 0);
  net::Address gateway;
  std::uint32_t number = 0;  // within the block: its id
  bool operator==(const Route&) const = default;
};

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// What a part of a block's pools has of its own.
struct PoolRule {
  net::Range range = *net::Range::make(net::Ipv4{}, net::Ipv4{});
  std::vector<std::string> classes;  // only their members are served from it; none: everybody
  std::vector<OptionValue> options;  // ascending by code
  std::vector<std::uint8_t> forced;
  bool operator==(const PoolRule&) const = default;
};

struct Block {
  BlockId id;
  NetworkId network;  // 0: none; its addresses are kept, but nothing is served on the wire
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
  std::string tenant;
  BlockType type = BlockType::kPrivate;
  BlockId parent;   // 0: none
  PolicyId policy;  // 0: none
  std::string name;
  std::vector<Tag> tags;           // ascending by key
  std::vector<net::Range> fixed;   // what is allocated automatically: all that is usable and in no
                                   // pool (ipam); disjoint, ascending
  net::OctetMask denied_octets;    // of its policy; left out of `dynamic` and `fixed` alike
  std::vector<net::Range> denied;  // of its policy, as addresses
  Generator generator = Generator::kNext;
  base::Seconds quarantine_time{172800};  // how long a deallocated address is kept
  base::Instant created;
  std::uint32_t next_route = 1;      // number of the next route
  bool tops_network = false;         // a child whose parent has no network: first of its own
  std::vector<std::uint8_t> forced;  // codes that are sent unasked, ascending
  Boot boot;
  std::vector<std::string> classes;  // only their members lease from it; none: everybody
  std::vector<PoolRule> pool_rules;  // within the pools; disjoint, ascending

  bool operator==(const Block&) const = default;
};

template <class B, class Visitor>
  requires std::same_as<std::remove_const_t<B>, Block>
void visit_fields(B& b, Visitor& v) {
  v(1, b.network), v(2, b.cidr), v(3, b.managed_by), v(4, b.gateway), v(5, b.dns), v(6, b.pools);
  v(7, b.exclude), v(8, b.dynamic), v(9, b.lease_time), v(10, b.min_lease_time);
  v(11, b.max_lease_time), v(12, b.renew_time), v(13, b.rebind_time), v(14, b.mtu);
  v(15, b.routes), v(16, b.options), v(17, b.retired), v(18, b.revision), v(19, b.tenant);
  v(20, b.type), v(21, b.parent), v(22, b.policy), v(23, b.name), v(24, b.tags), v(25, b.fixed);
  v(26, b.denied_octets), v(27, b.denied), v(28, b.generator), v(29, b.quarantine_time);
  v(30, b.created), v(31, b.next_route), v(32, b.tops_network), v(33, b.forced), v(34, b.boot);
  v(35, b.classes), v(36, b.pool_rules);
}

// Addresses that belong to a client, in one network. Its key is (network, identity).
struct Reservation {
  NetworkId network;
  wire::Identity identity;
  ManagedBy managed_by = ManagedBy::kConfig;
  std::vector<net::Address> addresses;
  std::string hostname;
  std::uint64_t revision = 0;
  ReservationId id;
  InterfaceId interface;             // 0 in the configuration's
  std::vector<OptionValue> options;  // ascending by code
  base::Instant created;
  std::vector<std::uint8_t> forced;  // codes that are sent unasked, ascending
  Boot boot;
  std::vector<std::string> classes;  // what the client belongs to
  std::vector<wire::Identity> also;  // other identities of the same client

  bool operator==(const Reservation&) const = default;
};

template <class R, class Visitor>
  requires std::same_as<std::remove_const_t<R>, Reservation>
void visit_fields(R& r, Visitor& v) {
  v(1, r.managed_by), v(2, r.addresses), v(3, r.hostname), v(4, r.revision), v(5, r.id);
  v(6, r.interface), v(7, r.options), v(8, r.created), v(9, r.forced), v(10, r.boot);
  v(11, r.classes), v(12, r.also);
}

// A range of a policy: like a slice of the block's addresses [offset : offset+length]; a negative
// offset counts from the end.
struct PolicyRange {
  std::uint64_t number = 0;  // within the policy
  std::int64_t offset = 0;
  std::uint64_t length = 1;
  bool operator==(const PolicyRange&) const = default;
};
struct PolicyOctet {
  std::uint64_t number = 0;  // within the policy
  std::uint8_t octet = 0;
  bool operator==(const PolicyOctet&) const = default;
};

// Which addresses of the blocks that name it are never given out.
struct Policy {
  PolicyId id;
  std::string tenant;
  std::string name;
  std::string description;
  std::vector<PolicyRange> ranges;
  std::vector<PolicyOctet> octets;
  std::uint64_t next_rule = 1;  // number of the next range or octet
  base::Instant created;
  std::uint64_t revision = 0;

  bool operator==(const Policy&) const = default;
};

template <class P, class Visitor>
  requires std::same_as<std::remove_const_t<P>, Policy>
void visit_fields(P& p, Visitor& v) {
  v(1, p.tenant), v(2, p.name), v(3, p.description), v(4, p.ranges), v(5, p.octets);
  v(6, p.next_rule), v(7, p.created), v(8, p.revision);
}

// An address that an interface may use beside its own.
struct AllowedAddress {
  NetworkId network;
  net::Address address;
  bool operator==(const AllowedAddress&) const = default;
};

// A virtual interface: what addresses are allocated to. Which ones is told by the records.
struct Interface {
  InterfaceId id;
  std::string vif;     // what the orchestrator calls it; unique
  std::string device;  // the instance that it belongs to; empty: none
  std::string tenant;
  std::optional<net::Mac> mac;  // unique
  std::vector<AllowedAddress> allowed;
  base::Instant created;
  std::uint64_t revision = 0;

  bool operator==(const Interface&) const = default;
};

template <class I, class Visitor>
  requires std::same_as<std::remove_const_t<I>, Interface>
void visit_fields(I& i, Visitor& v) {
  v(1, i.vif), v(2, i.device), v(3, i.tenant), v(4, i.mac), v(5, i.allowed), v(6, i.created);
  v(7, i.revision);
}

// MACs that are given to interfaces which bring none: all that begin with the first `length` bits
// of `first`.
struct MacRange {
  MacRangeId id;
  net::Mac first;
  std::uint8_t length = 48;
  base::Instant created;
  std::uint64_t revision = 0;

  bool operator==(const MacRange&) const = default;
};

template <class M, class Visitor>
  requires std::same_as<std::remove_const_t<M>, MacRange>
void visit_fields(M& m, Visitor& v) {
  v(1, m.first), v(2, m.length), v(3, m.created), v(4, m.revision);
}

// Addresses that were asked for under a name of the caller's choice: asking again gives the same.
struct Allocation {
  AllocationId id;
  std::string tenant;
  std::string handle;  // unique within the tenant
  NetworkId network;   // asked of a network, or
  BlockId block;       // of a block
  std::uint32_t count = 1;
  bool v4 = true;  // families asked for
  bool v6 = true;
  InterfaceId interface;
  std::vector<AddressKey> addresses;
  base::Instant created;
  std::uint64_t revision = 0;

  bool operator==(const Allocation&) const = default;
};

template <class A, class Visitor>
  requires std::same_as<std::remove_const_t<A>, Allocation>
void visit_fields(A& a, Visitor& v) {
  v(1, a.tenant), v(2, a.handle), v(3, a.network), v(4, a.block), v(5, a.count), v(6, a.v4);
  v(7, a.v6), v(8, a.interface), v(9, a.addresses), v(10, a.created), v(11, a.revision);
}

// Network address translation between two allocated addresses; bookkeeping, many to many.
struct Nat {
  AddressKey local;
  AddressKey global;
  bool operator==(const Nat&) const = default;
};

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

// What a request with an Idempotency-Key was answered: a repetition gets the same octets.
struct Answer {
  Digest key{};      // of who asked, for what, and the key
  Digest request{};  // of the body
  std::uint16_t status = 201;
  std::vector<Tag> fields;  // of the response
  std::string body;
  base::Instant at;

  bool operator==(const Answer&) const = default;
};

template <class A, class Visitor>
  requires std::same_as<std::remove_const_t<A>, Answer>
void visit_fields(A& a, Visitor& v) {
  v(1, a.request), v(2, a.status), v(3, a.fields), v(4, a.body), v(5, a.at), v(6, a.key);
}

}  // namespace melange::store
