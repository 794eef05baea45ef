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
#include <vector>

#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"

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

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kText, kJson };
enum class IdentityPolicy : std::uint8_t { kMac, kClientId };

struct Store {
  std::string path = "/var/lib/melange";
};

struct Log {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

struct Dhcp {
  std::vector<std::string> interfaces;  // names or globs
  base::Seconds offer_time{10};
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
};

struct Reservation {
  unsigned line = 0;                // of its [[network.reservation]]
  At<std::optional<net::Mac>> mac;  // never empty once loaded
  std::vector<At<net::Ipv4>> addresses;
  std::string hostname;
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
  Options4 options;
  std::vector<Block> blocks;
  std::vector<Reservation> reservations;
};

struct Config {
  Store store;
  Log log;
  Dhcp dhcp;
  Http http;
  Ipam ipam;
  Changes changes;
  std::vector<Network> networks;
};

}  // namespace melange::config
