// SPDX-License-Identifier: Apache-2.0
//
// What the operator wrote, as values. Each struct lists its fields once, in src/config/fields.h,
// with key, help and check; the parser, the validator and the printed default file all come from
// that list. Values that a later check may complain about know the line that they were written on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"
#include "melange/wire/identity.h"

namespace melange::config {

// A value and the line of the file that it came from; 0 for a default.
template <class T>
struct At {
  T value;
  unsigned line = 0;

  bool operator==(const At& other) const { return value == other.value; }
};

// DHCPv4 options by code, already in wire form: a value that does not fit its form was refused.
using Options4 = std::map<std::uint8_t, std::vector<std::uint8_t>>;

// Codes of options, given by name or number; ascending.
struct OptionCodes {
  std::vector<std::uint8_t> codes;
  bool operator==(const OptionCodes&) const = default;
};

// What octets of a client or a relay must be: text, or "hex:0a1b"; with "*" behind it, their
// beginning.
struct OctetPattern {
  std::vector<std::uint8_t> octets;
  bool prefix = false;
  bool operator==(const OctetPattern&) const = default;
};

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kText, kJson };
enum class IdentityPolicy : std::uint8_t { kMac, kClientId, kCircuitId };

struct Store {
  std::string path = "/var/lib/melange";
};

struct Log {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

// Netboot: the fixed fields siaddr, sname and file, and options 66 and 67 where none is set.
struct Boot {
  std::optional<net::Ipv4> server;
  std::string server_name;
  std::string file;
  bool operator==(const Boot&) const = default;
};

struct Dhcp {
  std::vector<std::string> interfaces;  // names or globs
  base::Seconds offer_time{10};
  std::uint32_t conflict_wait = 500;  // milliseconds that an ARP probe waits for an answer
  Options4 options;                   // for all networks
  OptionCodes force;
  Boot boot;
};

struct Http {
  std::vector<At<std::string>> listen{{"127.0.0.1:9898"}, {"unix:/run/melange/admin.sock"}};
  At<std::optional<std::string>> tokens;           // a file (tokens.h); omitted: none are known
  At<std::optional<std::string>> tls_certificate;  // both or none
  At<std::optional<std::string>> tls_key;
  std::vector<std::string> host_names;
  std::uint16_t connections = 64;
  base::Seconds timeout{10};
};

struct Ipam {
  std::optional<net::Prefix> default_cidr;
  std::vector<net::Ipv4> dns;
  base::Seconds quarantine_time{2 * 86400};
};

struct Changes {
  std::uint32_t max_events = 1000000;
  base::Seconds max_age{90 * 86400};
};

struct Route {
  net::Prefix destination = *net::Prefix::make(net::Ipv4{}, 0);
  net::Ipv4 gateway;

  bool operator==(const Route&) const = default;
};

// A part of a block's pools with something of its own.
struct Pool {
  unsigned line = 0;  // of its [[network.block.pool]]
  At<std::optional<net::Range>> range;
  std::vector<At<std::string>> classes;
  Options4 options;
  OptionCodes force;
};

struct Block {
  unsigned line = 0;                    // of its [[network.block]]
  At<std::optional<net::Prefix>> cidr;  // never empty once loaded
  At<std::optional<net::Ipv4>> gateway;
  std::vector<net::Ipv4> dns;
  std::vector<At<net::Range>> pools;
  std::vector<At<net::Range>> exclude;
  At<base::Seconds> lease_time{base::Seconds{3600}};
  At<std::optional<base::Seconds>> min_lease_time;  // omitted: lease_time
  At<std::optional<base::Seconds>> max_lease_time;  // omitted: lease_time
  At<std::optional<base::Seconds>> renew_time;      // omitted: half of the lease
  At<std::optional<base::Seconds>> rebind_time;     // omitted: seven eighths of the lease
  std::optional<std::uint16_t> mtu;
  std::vector<Route> routes;
  Options4 options;
  OptionCodes force;
  Boot boot;
  std::vector<At<std::string>> classes;  // only their members lease from it
  std::vector<Pool> pool;
};

// What one key says that a client is; a MAC is a list of one.
struct Identities {
  Identities() = default;
  Identities(const net::Mac& mac) : all{wire::Identity::of(mac)} {}
  explicit Identities(std::vector<wire::Identity> some) : all(std::move(some)) {}
  std::vector<wire::Identity> all;
  bool operator==(const Identities&) const = default;
};

struct Reservation {
  unsigned line = 0;  // of its [[network.reservation]]
  At<Identities> mac;
  At<Identities> client_id;
  At<Identities> duid;
  At<Identities> circuit_id;
  At<Identities> remote_id;
  std::vector<At<net::Ipv4>> addresses;
  std::string hostname;
  Options4 options;
  OptionCodes force;
  Boot boot;
  std::vector<At<std::string>> classes;

  // All that the client is, in the order of the keys above; never none once loaded. It is known by
  // the first.
  std::vector<wire::Identity> identities() const;
};

struct Network {
  unsigned line = 0;  // of its [[network]]
  At<std::string> id;
  std::string tenant = "default";
  std::vector<std::string> interfaces;
  std::vector<net::Ipv4> relays;
  IdentityPolicy identity = IdentityPolicy::kMac;
  bool authoritative = true;
  base::Seconds decline_time{600};
  base::Seconds hold_time{86400};
  base::Seconds seen_time{604800};
  std::optional<net::Ipv4> server_id;  // omitted: an address of the link
  std::optional<bool> rapid_commit;    // omitted: where there are no pools
  bool bootp = false;
  bool trust_relay_information = false;
  std::optional<bool> conflict_check;  // omitted: where there are pools
  Options4 options;
  OptionCodes force;
  Boot boot;
  std::vector<Block> blocks;
  std::vector<Reservation> reservations;
};

// What a client must have in common with a class: all that is given; one of each list.
struct Match {
  std::vector<OctetPattern> vendor_class;        // option 60, its beginning
  std::vector<std::uint32_t> vendor_enterprise;  // options 124 and 125
  std::vector<OctetPattern> user_class;          // option 77, one of its texts
  std::vector<std::uint16_t> arch;               // option 93, by number or name
  std::vector<OctetPattern> uuid;                // option 97 behind its type octet
  std::vector<OctetPattern> mac;                 // "52:54:00:*"
  std::vector<net::Prefix> relay;                // giaddr
  std::vector<OctetPattern> circuit_id;
  std::vector<OctetPattern> remote_id;
  std::vector<OctetPattern> subscriber_id;
  std::vector<OctetPattern> relay_id;
  OptionCodes has_option;     // all of them
  std::optional<bool> known;  // whether it has a reservation in its network
  bool operator==(const Match&) const = default;
};

// Clients with something in common. Of several that give the same, the first in the file does.
struct Class {
  unsigned line = 0;  // of its [[class]]
  At<std::string> name;
  Match match;
  bool ignore = false;  // its members are not answered
  std::optional<base::Seconds> lease_time;
  std::optional<base::Seconds> min_lease_time;
  std::optional<base::Seconds> max_lease_time;
  Options4 options;
  OptionCodes force;
  Boot boot;
};

// An option that the table does not have.
struct OptionDefinition {
  unsigned line = 0;  // of its [[option]]
  At<std::uint16_t> code;
  At<std::string> name;
  std::string form;  // as in wire/options4.h
};

struct Config {
  Store store;
  Log log;
  Dhcp dhcp;
  Http http;
  Ipam ipam;
  Changes changes;
  std::vector<OptionDefinition> options;
  std::vector<Class> classes;
  std::vector<Network> networks;
};

}  // namespace melange::config
