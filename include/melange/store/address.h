// SPDX-License-Identifier: Apache-2.0
//
// One AddressRecord per (block, address) is both what IPAM allocated and what DHCP leased: there is
// nothing to keep in step with it. An address without a record is free.
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
#include "melange/store/ids.h"
#include "melange/wire/identity.h"

namespace melange::store {

// An option's octets as they go on the wire.
struct OptionValue {
  std::uint8_t code = 0;
  std::vector<std::uint8_t> octets;
  bool operator==(const OptionValue&) const = default;
};

// Where a client boots from: the fixed fields siaddr, sname and file, and what options 66 and 67
// say where no option is set.
struct Boot {
  std::optional<net::Address> server;  // IPv4
  std::string server_name;             // at most 63 octets
  std::string file;                    // at most 255 octets; over 127 it goes as option 67 only
  bool empty() const { return !server && server_name.empty() && file.empty(); }
  bool operator==(const Boot&) const = default;
};

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
  InterfaceId interface;               // that IPAM allocated it to; none for a dynamic lease
  std::vector<OptionValue> options;    // that the operator gave to it; ascending by code
  std::vector<std::uint8_t> forced;    // likewise: codes that are sent unasked, ascending
  Boot boot;                           // likewise
  std::vector<std::string> classes;    // likewise: what its owner belongs to
  std::vector<wire::Identity> also;    // of the owner (now or to be) beside its first identity
  base::InlineBytes<253> client_name;  // that the holder gave itself; valid (RFC 1123) or empty
  base::InlineBytes<255> relay_info;   // option 82 of the holder's last REQUEST through a relay

  bool operator==(const AddressRecord&) const = default;
};

template <class A, class Visitor>
  requires std::same_as<std::remove_const_t<A>, AddressRecord>
void visit_fields(A& a, Visitor& v) {
  v(1, a.network), v(2, a.state), v(3, a.identity), v(4, a.reserved_for), v(5, a.mac);
  v(6, a.hostname), v(7, a.since), v(8, a.expires), v(9, a.revision), v(10, a.interface);
  v(11, a.options), v(12, a.forced), v(13, a.boot), v(14, a.classes), v(15, a.also);
  v(16, a.client_name), v(17, a.relay_info);
}

// Takes from the record what an operator gave to the address.
void forget_operator(AddressRecord& record);
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
  net::Uint128 free = 0;        // addresses of the block's `dynamic` ranges without a record
  net::Uint128 free_fixed = 0;  // the same of its `fixed` ranges

  std::uint64_t of(AddressState state) const { return records[static_cast<std::size_t>(state)]; }
  std::uint64_t total() const;  // of all records
  bool operator==(const Usage&) const = default;
};

}  // namespace melange::store
