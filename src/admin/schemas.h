// SPDX-License-Identifier: Apache-2.0
//
// The objects that responses show, as data; show.h makes them. Every response has all fields of its
// shape: what is not there is null.
#pragma once

#include <array>

#include "shape.h"

namespace melange::admin {

using enum Type;

inline constexpr std::array kTypes{std::string_view("private"), std::string_view("public")};
inline constexpr std::array kIdentities{std::string_view("mac"), std::string_view("client-id"),
                                        std::string_view("circuit-id")};
inline constexpr std::array kManagers{std::string_view("api"), std::string_view("config")};
inline constexpr std::array kStates{std::string_view("reserved"), std::string_view("bound"),
                                    std::string_view("leased"),   std::string_view("held"),
                                    std::string_view("declined"), std::string_view("quarantined")};
inline constexpr std::array kGenerators{std::string_view("next"), std::string_view("eui64"),
                                        std::string_view("tenant")};

inline constexpr Field kIdField{"id", kText, "A UUID."};
inline constexpr Field kTenantField{"tenant_id", kText, "Whose it is."};
inline constexpr Field kRevisionField{"revision", kInteger,
                                      "Of the commit that wrote it; the ETag, too."};
inline constexpr Field kCreatedField =
    or_null({"created_at", kTime, "When it was made; null if nobody noted it."});
inline constexpr Field kManagedField{.name = "managed_by",
                                     .type = kText,
                                     .help =
                                         "config: it comes from the configuration file, and is "
                                         "read-only here.",
                                     .choices = kManagers};

inline constexpr std::string_view kForceHelp =
    "Options that are sent whether they are asked for or not, if they have a value: names or "
    "numbers.";
inline constexpr std::string_view kClassesHelp =
    "Client classes that its client belongs to. Classes are the configuration's: the name of one "
    "that it does not have is kept, and means nothing until it does.";
inline constexpr std::string_view kBlockClassesHelp =
    "Only members of these client classes lease from it; none: everybody. Classes are the "
    "configuration's: the name of one that it does not have has no members.";

inline constexpr std::array kBootFields{
    or_null({"server", kAddress, "Where the file is to be had: siaddr, and option 66."}),
    or_null({"server_name", kText, "The server's name: sname."}),
    or_null({"file", kText, "What the client asks that server for: file, and option 67."}),
};
inline constexpr Shape kBootShown{"boot", "", kBootFields};
inline constexpr Field kShownBoot{
    .name = "boot", .type = kObject, .help = "Where clients boot from.", .inner = &kBootShown};
inline constexpr Field kShownForce{"force", kOptionCodes, "Options that are sent unasked."};

inline constexpr std::array kPoolFields{
    Field{"range", kRange, "First and last address."},
    Field{"classes", kClasses, "Only their members are served from it; none: everybody."},
    Field{"options", kOptions, "DHCP options by name or number."},
    kShownForce,
};
inline constexpr Shape kPoolShown{"pool", "", kPoolFields};

inline constexpr std::array kPolicyFields{
    kIdField,
    kTenantField,
    Field{"name", kText, "For people."},
    Field{"description", kText, "For people."},
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kPolicyShown{"policy", "policy", kPolicyFields};

inline constexpr std::array kRangeFields{
    kIdField,
    Field{"policy_id", kText, "The policy's."},
    Field{"offset", kInteger,
          "Of its first address in each block; a negative one counts from the "
          "block's end."},
    Field{"length", kInteger, "How many addresses."},
};
inline constexpr Shape kRangeShown{"ip_range", "ip_range", kRangeFields};

inline constexpr std::array kOctetFields{
    kIdField,
    Field{"policy_id", kText, "The policy's."},
    Field{"octet", kInteger,
          "What the last octet (IPv4) or the last 16-bit word (IPv6) must not be."},
};
inline constexpr Shape kOctetShown{"ip_octet", "ip_octet", kOctetFields};

inline constexpr std::array kMacRangeFields{
    kIdField,
    Field{"cidr", kText, "The MACs that begin with so many bits."},
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kMacRangeShown{"mac_address_range", "mac_address_range", kMacRangeFields};

inline constexpr std::array kNetworkFields{
    Field{"id", kText, "Its name."},
    kTenantField,
    Field{"interfaces", kTexts, "Links that it serves: names or globs."},
    Field{"relays", kAddresses, "Relays that it serves."},
    Field{
        "named_links_only", kBoolean,
        "False: with no interfaces named, links that have an address in one of its blocks are its "
        "own, and with no relays, those in one of them."},
    Field{.name = "identity",
          .type = kText,
          .help = "What a client is known by.",
          .choices = kIdentities},
    Field{"authoritative", kBoolean, "Whether it refuses what other servers gave out."},
    Field{"decline_time", kSeconds, "How long a declined address is on probation."},
    Field{"hold_time", kSeconds, "How long an address is kept for its last holder."},
    Field{"seen_time", kSeconds, "How long an address in use without a lease is remembered."},
    or_null({"server_id", kAddress, "Of ours, by which clients know us; null: that of the link."}),
    or_null({"rapid_commit", kBoolean,
             "Whether two messages may do for four (RFC 4039); null: where there are no pools."}),
    Field{"bootp", kBoolean, "Whether BOOTP clients are given what is reserved for them."},
    Field{"trust_relay_information", kBoolean,
          "Whether a switch on the clients' own wire may say what only a relay may (option 82)."},
    or_null({"conflict_check", kBoolean,
             "Whether somebody is looked for at an address before it is offered (ARP); null: where "
             "there are pools."}),
    Field{"options", kOptions, "DHCP options by name or number."},
    kShownForce,
    kShownBoot,
    kManagedField,
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kNetworkShown{"network", "network", kNetworkFields};

inline constexpr std::array kRouteFields{
    kIdField,
    Field{"destination", kCidr, "Where to."},
    Field{"netmask", kText, "Of the destination; the length for IPv6."},
    Field{"gateway", kAddress, "By which router."},
};
inline constexpr Shape kRouteShown{"ip_route", "ip_route", kRouteFields};

inline constexpr std::array kBlockFields{
    kIdField,
    kTenantField,
    or_null({"network_id", kText, "The network's name."}),
    Field{"cidr", kCidr, "Its addresses."},
    Field{"version", kInteger, "4 or 6."},
    Field{.name = "type", .type = kText, .help = "Public blocks overlap none.", .choices = kTypes},
    or_null({"policy_id", kText, "The policy's."}),
    or_null({"parent_id", kText, "That of the block around it."}),
    or_null({"gateway", kAddress, "The clients' router."}),
    Field{"netmask", kText, "255.255.255.0; the length for IPv6."},
    or_null({"broadcast", kAddress, "IPv4 only."}),
    Field{"prefix_length", kInteger, "Of the CIDR."},
    or_null({"dns1", kAddress, "The first of dns."}),
    or_null({"dns2", kAddress, "The second of dns."}),
    Field{"dns", kAddresses, "The clients' name servers."},
    Field{.name = "pools",
          .type = kPools,
          .help = "What may be leased to anyone, each in the form in which it was given.",
          .inner = &kPoolShown},
    Field{"exclude", kRanges, "What is left out of them."},
    Field{"lease_time", kSeconds, "Of a lease."},
    Field{"min_lease_time", kSeconds, "The least that a client may ask for."},
    Field{"max_lease_time", kSeconds, "The most that it may ask for."},
    or_null({"renew_time", kSeconds, "T1."}),
    or_null({"rebind_time", kSeconds, "T2."}),
    or_null({"mtu", kInteger, "Of the links."}),
    Field{.name = "ip_routes",
          .type = kObjects,
          .help = "The clients' routes.",
          .inner = &kRouteShown},
    Field{"options", kOptions, "DHCP options by name or number."},
    kShownForce,
    kShownBoot,
    Field{"classes", kClasses, "Only their members lease from it; none: everybody."},
    Field{.name = "generator",
          .type = kText,
          .help = "How an IPv6 address is made of a MAC.",
          .choices = kGenerators},
    Field{"quarantine_time", kSeconds, "How long a deallocated address is kept."},
    Field{"name", kText, "For people."},
    Field{"tags", kTags, "For people and programs."},
    Field{"retired", kBoolean,
          "True: it left the configuration, and is served until its last lease "
          "ends."},
    kManagedField,
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kBlockShown{"ip_block", "ip_block", kBlockFields};
inline constexpr Shape kSubnetShown{"subnet", "subnet", kBlockFields};

inline constexpr std::array kAddressFields{
    Field{"id", kText, "The block's id, a colon, and the address."},
    Field{"ip_block_id", kText, "The block's."},
    Field{"address", kAddress, "The address."},
    Field{"version", kInteger, "4 or 6."},
    Field{.name = "state", .type = kText, .help = "What it is.", .choices = kStates},
    Field{"allocated", kBoolean, "Whether somebody has it: reserved, bound or leased."},
    or_null({"network_id", kText, "The network's name."}),
    or_null({"interface_id", kText, "That of the interface that it is allocated to."}),
    or_null({"used_by_tenant", kText, "The interface's tenant."}),
    or_null({"used_by_device", kText, "The interface's instance."}),
    or_null({"mac_address", kMac, "The holder's."}),
    or_null({"identity", kText, "What the wire knows the holder by."}),
    Field{"also", kTexts, "What else the wire knows its owner by."},
    or_null(
        {"hostname", kText, "That an operator gave to it, or else what its holder calls itself."}),
    or_null({"client_hostname", kText, "What its holder calls itself."}),
    or_null({"circuit_id", kText, "Which circuit the relay had its holder from, in hex."}),
    or_null({"remote_id", kText, "What the relay calls its holder's end of it, in hex."}),
    Field{"options", kOptions, "DHCP options that an operator gave to it."},
    kShownForce,
    kShownBoot,
    Field{"classes", kClasses, "Client classes that its owner belongs to."},
    or_null({"since", kTime, "Of this state, or of the lease's last grant."}),
    or_null({"expires_at", kTime, "When the lease, probation or quarantine ends; null if never."}),
    or_null({"deallocated_at", kTime, "Of a quarantined one."}),
    kRevisionField,
};
inline constexpr Shape kAddressShown{"ip_address", "ip_address", kAddressFields};

inline constexpr std::array kAllowedFields{
    or_null({"network_id", kText, "The network's name."}),
    Field{"ip_address", kAddress, "The address."},
};
inline constexpr Shape kAllowedShown{"allowed_ip", "allowed_ip", kAllowedFields};

inline constexpr std::array kInterfaceFields{
    Field{"id", kText, "What the orchestrator calls it."},
    kTenantField,
    or_null({"device_id", kText, "The instance that it belongs to."}),
    or_null({"mac_address", kMac, "Its MAC."}),
    Field{.name = "allowed_ips",
          .type = kObjects,
          .help = "Addresses that it may use beside its own.",
          .inner = &kAllowedShown},
    kCreatedField,
    kRevisionField,
    Field{.name = "ip_addresses",
          .type = kObjects,
          .help = "Its own, but for those that are quarantined; at most 1024 are shown.",
          .inner = &kAddressShown},
};
inline constexpr Shape kInterfaceShown{"interface", "interface", kInterfaceFields};

inline constexpr std::array kInstanceFields{
    Field{"id", kText, "What the orchestrator calls it."},
    Field{.name = "interfaces",
          .type = kObjects,
          .help = "All that belong to it.",
          .inner = &kInterfaceShown},
};
inline constexpr Shape kInstanceShown{"instance", "instance", kInstanceFields};

inline constexpr std::array kReservationFields{
    kIdField,
    or_null({"network_id", kText, "The network's name."}),
    or_null({"mac", kMacs, "The client's MAC, a list of several, or null."}),
    or_null({"client_id", kText, "Its client identifier (option 61) in hex, or null."}),
    or_null({"duid", kText, "Its DUID in hex, or null."}),
    or_null({"circuit_id", kText, "What its relay calls its circuit, in hex, or null."}),
    or_null({"remote_id", kText, "What its relay calls its end of it, in hex, or null."}),
    Field{"addresses", kAddresses, "What belongs to it."},
    or_null({"interface_id", kText, "The interface that the addresses are allocated to."}),
    or_null({"hostname", kText, "The name that it is told."}),
    Field{"options", kOptions, "DHCP options for it alone."},
    kShownForce,
    kShownBoot,
    Field{"classes", kClasses, "Client classes that it belongs to."},
    kManagedField,
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kReservationShown{"reservation", "reservation", kReservationFields};

inline constexpr std::array kAllocationFields{
    kIdField,
    kTenantField,
    Field{"handle", kText, "The caller's name for it."},
    or_null({"network_id", kText, "The network that it was asked of, or null."}),
    or_null({"ip_block_id", kText, "The block that it was asked of, or null."}),
    Field{"count", kInteger, "How many addresses of each family."},
    Field{"families", kIntegers, "4, 6 or both."},
    or_null({"interface_id", kText, "That of the interface that they are allocated to."}),
    Field{.name = "ip_addresses",
          .type = kObjects,
          .help = "The addresses.",
          .inner = &kAddressShown},
    kCreatedField,
    kRevisionField,
};
inline constexpr Shape kAllocationShown{"allocation", "allocation", kAllocationFields};

inline constexpr std::array kEventFields{
    Field{"number", kInteger, "Counts up by one."},
    Field{"revision", kInteger, "Of the commit that it was part of."},
    Field{"time", kTime, "When it became true."},
    Field{"event", kText, "What happened: address.leased, block.created."},
    Field{"object", kText, "What it happened to: address, network, block."},
    or_null({"object_id", kText, "Its id."}),
    kTenantField,
    Field{"actor", kText,
          "Who did it: dhcp, sweeper, config, local, or token: and the token's id."},
    or_null({"network_id", kText, "The network's name, if it is still there."}),
    or_null({"ip_block_id", kText, "The block's, of an address."}),
    or_null({"address", kAddress, "Of an address."}),
    Field{"before", kAny, "The object as it was; null if it was not there."},
    Field{"after", kAny, "The object as it is; null if it is no more."},
};
inline constexpr Shape kEventShown{"change", "change", kEventFields};

inline constexpr std::array kHistoryFields{
    Field{"time", kTime, "When it became true."},
    Field{"event", kText, "What happened: address.leased."},
    Field{"number", kInteger, "That of the event in the change log."},
    Field{"address", kAddress, "The address."},
    or_null({"ip_block_id", kText, "The block's."}),
    or_null({"network_id", kText, "The network's name, if it is still there."}),
    Field{"tenant_id", kText, "The block's tenant."},
    or_null({"state", kText, "What it became; null: free."}),
    or_null(
        {"mac_address", kMac, "Of who had it from then on; of its last holder once it is free."}),
    or_null({"identity", kText, "What the wire knew him by."}),
    or_null({"interface_id", kText, "That of the interface that it was allocated to."}),
    or_null({"hostname", kText, "That an operator gave to it, or else the client's own."}),
    or_null({"client_hostname", kText, "What the client called itself."}),
    or_null({"expires_at", kTime, "Of the lease as it was then; renewals are not told."}),
    Field{"actor", kText, "Who did it."},
};
inline constexpr Shape kHistoryShown{"history_entry", "history", kHistoryFields};

}  // namespace melange::admin
