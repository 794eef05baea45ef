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
#include "identities.h"
#include "options.h"
#include "patterns.h"

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
struct Fields<Boot> {
  static constexpr std::tuple kAll{
      Field{.key = "server", .member = &Boot::server, .help = "", .check = host_address},
      Field{.key = "server_name", .member = &Boot::server_name, .help = "", .check = server_name},
      Field{.key = "file", .member = &Boot::file, .help = "", .check = boot_file},
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
      Field{"conflict_wait_ms", &Dhcp::conflict_wait,
            "Milliseconds that an ARP probe of an address waits for an answer, 100 to 5000.",
            within<std::uint32_t, 100, 5000>},
      Field{"options", &Dhcp::options, "As those of a block, for all networks.", nullptr,
            R"({ time-servers = ["192.0.2.123"] })", false, read_options},
      Field{"force", &Dhcp::force, "Options that are sent to clients which do not ask for them.",
            nullptr, R"(["domain-name"])", false, read_settable_codes},
      Field{"boot", &Dhcp::boot, "Where clients boot from; file by TFTP, or a URL.", nullptr,
            R"({ server = "192.0.2.2", server_name = "boot", file = "pxelinux.0" })"},
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
            nullptr, R"({ domain-name = "lab.example", "224" = "hex:0102" })", false, read_options},
      Field{"force", &Block::force, "Options that are sent to clients which do not ask for them.",
            nullptr, R"(["domain-name", 224])", false, read_settable_codes},
      Field{"boot", &Block::boot, "Where its clients boot from; each key wins over the network's.",
            nullptr, R"({ server = "192.168.50.2", file = "pxelinux.0" })"},
      Field{"classes", &Block::classes, "Only members of one of these classes lease from it.",
            nullptr, R"(["ipxe"])"},
      Field{"pool", &Block::pool, "A pool of the block above with something of its own."},
  };
};

template <>
struct Fields<Pool> {
  static constexpr std::tuple kAll{
      Field{"range", &Pool::range, "A range or CIDR, which need not be in pools as well.", nullptr,
            R"("192.168.50.200-192.168.50.219")", true},
      Field{"classes", &Pool::classes, "Only members of one of these classes lease from it.",
            nullptr, R"(["ipxe"])"},
      Field{"options", &Pool::options, "As those of the block; they win over these.", nullptr,
            R"({ domain-name = "boot.lab.example" })", false, read_options},
      Field{"force", &Pool::force, "Options that are sent to clients which do not ask for them.",
            nullptr, R"(["domain-name"])", false, read_settable_codes},
  };
};

template <>
struct Fields<Reservation> {
  static constexpr std::tuple kAll{
      Field{"mac", &Reservation::mac,
            "The client, here and below: one or several in a list, and at least one of all.",
            nullptr, R"("52:54:00:12:34:56")", false, read_macs},
      Field{"client_id", &Reservation::client_id, "Its option 61 whole, in hex.", nullptr,
            R"("ff:00:12:34:56:00:03:00:01:52:54:00:12:34:56")", false, read_client_ids},
      Field{"duid", &Reservation::duid, "Its DUID, in hex; RFC 4361 has it in option 61 too.",
            nullptr, R"("00:03:00:01:52:54:00:12:34:56")", false, read_duids},
      Field{"circuit_id", &Reservation::circuit_id,
            R"(Its circuit (option 82, sub-option 1): text, or "hex:0a1b".)", nullptr,
            R"("ge-0/0/7:100")", false, read_circuit_ids},
      Field{"remote_id", &Reservation::remote_id, "The same of sub-option 2.", nullptr,
            R"("hex:525400aabbcc")", false, read_remote_ids},
      Field{"addresses", &Reservation::addresses, "What it gets, inside or outside of the pools.",
            nullptr, R"(["192.168.50.10"])", true},
      Field{"hostname", &Reservation::hostname, "The name that it is told; omitted: none.",
            host_name, R"("web1")"},
      Field{"options", &Reservation::options, "As those of a block; they win over all others.",
            nullptr, R"({ root-path = "/srv/web1" })", false, read_options},
      Field{"force", &Reservation::force,
            "Options that it is sent even if it does not ask for them.", nullptr,
            R"(["root-path"])", false, read_settable_codes},
      Field{"boot", &Reservation::boot, "Where it boots from; each key wins over all others.",
            nullptr, R"({ file = "web1.efi" })"},
      Field{"classes", &Reservation::classes,
            "Classes that it belongs to, whatever their conditions.", nullptr, R"(["ipxe"])"},
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
            "What a client is known by: mac, client-id (option 61) or circuit-id (option 82)."},
      Field{"authoritative", &Network::authoritative,
            "No other server serves these blocks: clients that reboot unknown are answered too."},
      Field{"decline_time", &Network::decline_time,
            "How long an address that a client found in use is not given out.", finite},
      Field{"hold_time", &Network::hold_time,
            "How long an address waits for its former client after a lease has ended.", finite},
      Field{"seen_time", &Network::seen_time,
            "How long an address that is used without a lease (INFORM) is remembered.", finite},
      Field{"server_id", &Network::server_id,
            "The address that its clients know this server by; omitted: one of the link.",
            host_address, R"("192.168.50.3")"},
      Field{"rapid_commit", &Network::rapid_commit,
            "Answer with a lease at once (RFC 4039); omitted: where there are no pools.", nullptr,
            "true"},
      Field{"bootp", &Network::bootp, "Answer BOOTP clients that have a reservation."},
      Field{"trust_relay_information", &Network::trust_relay_information,
            "Trust option 82 without a relay's address: a switch of ours adds it on the link."},
      Field{"conflict_check", &Network::conflict_check,
            "Probe an address by ARP before it is first offered; omitted: where there are pools.",
            nullptr, "true"},
      Field{"options", &Network::options, "As those of a block, for all of its blocks.", nullptr,
            R"({ ntp-servers = ["192.0.2.123"] })", false, read_options},
      Field{"force", &Network::force, "Options that are sent to clients which do not ask for them.",
            nullptr, R"(["ntp-servers"])", false, read_settable_codes},
      Field{"boot", &Network::boot, "Where its clients boot from; each key wins over [dhcp]'s.",
            nullptr, R"({ server = "192.168.50.2" })"},
      Field{"block", &Network::blocks, "A block of addresses of the network above; at least one."},
      Field{"reservation", &Network::reservations,
            "A client of the network above that always gets the same addresses."},
  };
};

// What stands in an inline table, and is explained in docs/configuration.md.
template <>
struct Fields<Match> {
  static constexpr std::tuple kAll{
      Field{.key = "vendor_class",
            .member = &Match::vendor_class,
            .help = "",
            .read = read_beginnings},
      Field{.key = "vendor_enterprise",
            .member = &Match::vendor_enterprise,
            .help = "",
            .read = read_enterprises},
      Field{.key = "user_class", .member = &Match::user_class, .help = "", .read = read_texts},
      Field{.key = "arch", .member = &Match::arch, .help = "", .read = read_archs},
      Field{.key = "uuid", .member = &Match::uuid, .help = "", .read = read_uuids},
      Field{.key = "mac", .member = &Match::mac, .help = "", .read = read_mac_patterns},
      Field{.key = "relay", .member = &Match::relay, .help = "", .read = read_relays},
      Field{.key = "circuit_id", .member = &Match::circuit_id, .help = "", .read = read_texts},
      Field{.key = "remote_id", .member = &Match::remote_id, .help = "", .read = read_texts},
      Field{
          .key = "subscriber_id", .member = &Match::subscriber_id, .help = "", .read = read_texts},
      Field{.key = "relay_id", .member = &Match::relay_id, .help = "", .read = read_texts},
      Field{.key = "has_option", .member = &Match::has_option, .help = "", .read = read_codes},
      Field{.key = "known", .member = &Match::known, .help = ""},
  };
};

template <>
struct Fields<Class> {
  static constexpr std::tuple kAll{
      Field{"name", &Class::name, "Its name: letters, digits, '.', '_' and '-'.", plain_name,
            R"("ipxe")", true},
      Field{"match", &Class::match,
            "What its members have in common; omitted: only reservations name it.", nullptr,
            R"({ user_class = "iPXE", arch = ["efi-x64", 11] })"},
      Field{"ignore", &Class::ignore, "Its members are not answered."},
      Field{"lease_time", &Class::lease_time, "Of its members, in the place of the block's.",
            nullptr, R"("10m")"},
      Field{"min_lease_time", &Class::min_lease_time,
            "The shortest that a member may wish for; omitted: lease_time.", nullptr, R"("5m")"},
      Field{"max_lease_time", &Class::max_lease_time,
            "The longest that a member may wish for; omitted: lease_time.", nullptr, R"("1h")"},
      Field{"options", &Class::options, "As those of a block; they win over a pool's.", nullptr,
            R"({ root-path = "/srv/boot" })", false, read_options},
      Field{"force", &Class::force, "Options that are sent to members which do not ask for them.",
            nullptr, R"(["root-path"])", false, read_settable_codes},
      Field{"boot", &Class::boot, "Where its members boot from.", nullptr,
            R"({ server = "192.168.50.2", file = "http://boot.lab/script.ipxe" })"},
  };
};

template <>
struct Fields<OptionDefinition> {
  static constexpr std::tuple kAll{
      Field{"code", &OptionDefinition::code, "Its code, best from 224 to 254: those are for sites.",
            within<std::uint16_t, 1, 254>, "230", true},
      Field{"name", &OptionDefinition::name, "Small letters, digits and hyphens.", nullptr,
            R"("site-id")", true},
      Field{"form", &OptionDefinition::form,
            "Of its value: u32, text, address-list ...; all are in docs/configuration.md.", nullptr,
            R"("u32")", true, read_form},
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
      Field{"option", &Config::options,
            "A DHCP option that has no name here: with one, it can be set like all others."},
      Field{"class", &Config::classes,
            "Clients with something in common. Of several, the first in the file wins."},
      Field{"network", &Config::networks, "A network (an L2 segment) that this server provides."},
  };
};

static_assert(has_unique_keys<Store>() && has_unique_keys<Log>() && has_unique_keys<Dhcp>());
static_assert(has_unique_keys<Http>() && has_unique_keys<Ipam>() && has_unique_keys<Changes>());
static_assert(has_unique_keys<Route>() && has_unique_keys<Block>());
static_assert(has_unique_keys<Reservation>() && has_unique_keys<Network>());
static_assert(has_unique_keys<Pool>() && has_unique_keys<Boot>() && has_unique_keys<Match>());
static_assert(has_unique_keys<Class>() && has_unique_keys<OptionDefinition>());
static_assert(has_unique_keys<Config>());

}  // namespace melange::config
