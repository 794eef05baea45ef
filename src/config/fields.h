// SPDX-License-Identifier: Apache-2.0
//
// Every key of the configuration, once: key, member, help, check, example. The parser, the check,
// the printed default file and conf/melange.toml come from these tuples. Plain keys stand before
// sections, as TOML needs them in the printed file. Rules between several values are in
// semantic.cpp.
//
// A field with an example is printed as a comment that shows it; any other with its default.
#pragma once

#include "checks.h"
#include "field.h"

namespace melange::config {

template <>
struct Fields<Store> {
  static constexpr std::tuple kAll{
      Field{"path", &Store::path, "The store's folder. One server uses it at a time.",
            absolute_path},
  };
};

template <>
struct Fields<Log> {
  static constexpr std::tuple kAll{
      Field{"level", &Log::level, "The least that is logged: trace, debug, info, warn or error."},
      Field{"format", &Log::format, "text, or json for one object a line."},
  };
};

template <>
struct Fields<Dhcp> {
  static constexpr std::tuple kAll{
      Field{
          "interfaces", &Dhcp::interfaces,
          R"(Links to serve: names or globs, ["br0", "tap*"]. One that is missing is waited for.)",
          interface_pattern},
      Field{"offer_time", &Dhcp::offer_time, "How long an offered address waits for its client.",
            finite},
  };
};

template <>
struct Fields<Http> {
  static constexpr std::tuple kAll{
      Field{"listen", &Http::listen,
            R"("IPv4:port", "[IPv6]:port" or "unix:/path"; [] switches the API off.)", endpoint},
      Field{"tokens", &Http::tokens,
            "The file of bearer tokens that `melange token new` writes; omitted: none are known.",
            absolute_path, R"("/etc/melange/tokens.toml")"},
      Field{"tls_certificate", &Http::tls_certificate,
            "PEM file of the certificate and its chain; with it all of TCP is TLS.", absolute_path,
            R"("/etc/melange/tls/certificate.pem")"},
      Field{"tls_key", &Http::tls_key, "PEM file of the certificate's private key.", absolute_path,
            R"("/etc/melange/tls/key.pem")"},
      Field{"host_names", &Http::host_names,
            "Names that requests may call this server by, beside the addresses above.", host_name},
      Field{"connections", &Http::connections, "Connections at one time, 1 to 1024.",
            within<std::uint16_t, 1, 1024>},
      Field{"timeout", &Http::timeout,
            "How long a request may take to arrive, and its answer to go.", finite},
  };
};

template <>
struct Fields<Ipam> {
  static constexpr std::tuple kAll{
      Field{"default_cidr", &Ipam::default_cidr,
            "The private block made for a network that does not exist; omitted: none is made.",
            servable_block, R"("10.64.0.0/16")"},
      Field{"dns", &Ipam::dns, "Name servers of blocks that the API makes without any.",
            host_address},
      Field{"quarantine_time", &Ipam::quarantine_time,
            "How long an address that was deallocated is kept from others.", finite},
  };
};

template <>
struct Fields<Changes> {
  static constexpr std::tuple kAll{
      Field{"max_events", &Changes::max_events, "Events kept, 1000 to 100000000; the oldest go.",
            within<std::uint32_t, 1000, 100000000>},
      Field{"max_age", &Changes::max_age, "How long an event is kept.", finite},
  };
};

template <>
struct Fields<Route> {
  static constexpr std::tuple kAll{
      Field{.key = "destination", .member = &Route::destination, .help = "", .required = true},
      Field{.key = "gateway",
            .member = &Route::gateway,
            .help = "",
            .check = next_hop,
            .required = true},
  };
};

template <>
struct Fields<Block> {
  static constexpr std::tuple kAll{
      Field{"cidr", &Block::cidr, "The block's addresses.", servable_block, R"("192.168.50.0/24")",
            true},
      Field{"gateway", &Block::gateway, "The clients' default router; omitted: they get none.",
            host_address, R"("192.168.50.1")"},
      Field{"dns", &Block::dns, "The clients' name servers.", host_address,
            R"(["192.168.50.1", "1.1.1.1"])"},
      Field{"pools", &Block::pools,
            "Addresses for anyone: ranges or CIDRs; omitted: only reservations are served.",
            nullptr, R"(["192.168.50.100-192.168.50.199"])"},
      Field{"exclude", &Block::exclude, "Ranges or CIDRs that the pools leave out.", nullptr,
            R"(["192.168.50.110-192.168.50.119"])"},
      Field{"lease_time", &Block::lease_time,
            R"(Lifetime of a lease whose client wishes none; "infinite" is allowed.)"},
      Field{"min_lease_time", &Block::min_lease_time,
            "The shortest lease that a client may wish for; omitted: lease_time.", nullptr,
            R"("30m")"},
      Field{"max_lease_time", &Block::max_lease_time,
            "The longest lease that a client may wish for; omitted: lease_time.", nullptr,
            R"("12h")"},
      Field{"renew_time", &Block::renew_time,
            "When a client renews (T1); omitted: at half of its lease.", finite, R"("15m")"},
      Field{"rebind_time", &Block::rebind_time,
            "When a client asks any server (T2); omitted: at seven eighths of its lease.", finite,
            R"("25m")"},
      Field{"mtu", &Block::mtu, "The clients' interface MTU; omitted: they get none.",
            interface_mtu, "1450"},
      Field{"routes", &Block::routes, "More routes for the clients (RFC 3442).", nullptr,
            R"([{ destination = "169.254.169.254/32", gateway = "192.168.50.1" }])"},
      Field{"options", &Block::options,
            "DHCP options by name, or by number with octets in hex; they win over the network's.",
            nullptr, R"({ domain-name = "lab.example", "224" = "hex:0102" })"},
  };
};

template <>
struct Fields<Reservation> {
  static constexpr std::tuple kAll{
      Field{"mac", &Reservation::mac, "The client.", unicast_mac, R"("52:54:00:12:34:56")", true},
      Field{"addresses", &Reservation::addresses, "What it gets, inside or outside of the pools.",
            nullptr, R"(["192.168.50.10"])", true},
      Field{"hostname", &Reservation::hostname, "The name that it is told; omitted: none.",
            host_name, R"("web1")"},
  };
};

template <>
struct Fields<Network> {
  static constexpr std::tuple kAll{
      Field{"id", &Network::id, "Its name: letters, digits, '.', '_' and '-'.", plain_name,
            R"("lab")", true},
      Field{"tenant", &Network::tenant, "Whose it is.", plain_name},
      Field{
          "interfaces", &Network::interfaces,
          "Its links, names or globs; omitted: those whose own address lies in one of its blocks.",
          interface_pattern, R"(["br0"])"},
      Field{"relays", &Network::relays,
            "Its relays; omitted: any whose giaddr lies in one of its blocks.", host_address,
            R"(["10.1.0.1"])"},
      Field{"identity", &Network::identity,
            "What a client is known by: mac, or client-id (its option 61)."},
      Field{"authoritative", &Network::authoritative,
            "No other server serves these blocks: clients that reboot unknown are answered too."},
      Field{"decline_time", &Network::decline_time,
            "How long an address that a client found in use is not given out.", finite},
      Field{"hold_time", &Network::hold_time,
            "How long an address waits for its former client after a lease has ended.", finite},
      Field{"options", &Network::options, "As those of a block, for all of its blocks.", nullptr,
            R"({ ntp-servers = ["192.0.2.123"] })"},
      Field{"block", &Network::blocks, "A block of addresses of the network above; at least one."},
      Field{"reservation", &Network::reservations,
            "A client of the network above that always gets the same addresses."},
  };
};

template <>
struct Fields<Config> {
  static constexpr std::tuple kAll{
      Field{"store", &Config::store, "Where networks, addresses and leases are kept."},
      Field{"log", &Config::log, "What is written to standard error."},
      Field{"dhcp", &Config::dhcp, "The service on the wire."},
      Field{"http", &Config::http, "The API for operators and programs."},
      Field{"ipam", &Config::ipam, "Blocks and addresses that the API manages."},
      Field{"changes", &Config::changes, "The log of changes, for events and history."},
      Field{"network", &Config::networks, "A network (an L2 segment) that this server provides."},
  };
};

static_assert(has_unique_keys<Store>() && has_unique_keys<Log>() && has_unique_keys<Dhcp>());
static_assert(has_unique_keys<Http>() && has_unique_keys<Ipam>() && has_unique_keys<Changes>());
static_assert(has_unique_keys<Route>() && has_unique_keys<Block>());
static_assert(has_unique_keys<Reservation>() && has_unique_keys<Network>());
static_assert(has_unique_keys<Config>());

}  // namespace melange::config
