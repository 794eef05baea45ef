// SPDX-License-Identifier: Apache-2.0
//
// The rows of the command table. Paths and members are those of ipam.md section 2. A list that the
// server gives in pages is asked for in its largest ones.
#include <algorithm>
#include <array>

#include "command.h"

namespace melange::cli {
namespace {

using enum Place;
using enum Kind;
using enum Need;
using Name = std::string_view;

template <std::size_t... Sizes>
constexpr auto joined(const std::array<Argument, Sizes>&... parts) {
  std::array<Argument, (Sizes + ...)> out{};
  auto end = out.begin();
  ((end = std::ranges::copy(parts, end).out), ...);
  return out;
}

// Of networks, blocks and reservations. The boot fields are one object, which is set as a whole.
constexpr std::array kServing{
    Argument{"--option", "options", kBody, kPairs, kOptional, "DHCP options: name=value."},
    Argument{"--force", "force", kBody, kTexts, kOptional, "Options to send unasked."},
    Argument{"--next-server", "boot.server", kBody, kText, kOptional, "Where to boot from."},
    Argument{"--boot-server-name", "boot.server_name", kBody, kText, kOptional, "Its name."},
    Argument{"--boot-file", "boot.file", kBody, kText, kOptional, "What to ask it for."}};

constexpr std::array kBlockId{Argument{"ID", "id", kPath, kText, kRequired, "The block's id."}};
constexpr std::array kOfBlock{
    Argument{"--block", "block", kPath, kText, kRequired, "The block's id."}};
constexpr std::array kBlockFilter{
    Argument{"--type", "type", kQuery, kText, kOptional, "Only these: public or private."},
    Argument{"--network", "network_id", kQuery, kText, kOptional, "Only this network's."},
    Argument{"--cidr", "cidr", kQuery, kText, kOptional, "Only the block with this CIDR."}};
constexpr std::array kBlockOwnFields{
    Argument{"--gateway", "gateway", kBody, kText, kOptional, "The clients' router."},
    Argument{"--dns", "dns", kBody, kTexts, kOptional, "The clients' name servers."},
    Argument{"--pool", "pools", kBody, kTexts, kOptional, "Ranges or CIDRs for anyone."},
    Argument{"--policy", "policy_id", kBody, kText, kOptional, "The id of its policy."},
    Argument{"--lease-time", "lease_time", kBody, kDuration, kOptional, "As in 1h30m."},
    Argument{"--mtu", "mtu", kBody, kNumber, kOptional, "The links' MTU."},
    Argument{"--name", "name", kBody, kText, kOptional, "A name for people."},
    Argument{"--class", "classes", kBody, kTexts, kOptional, "For members of these alone."},
    Argument{"--tag", "tags", kBody, kPairs, kOptional, "Tags: key=value."}};
constexpr auto kBlockFields = joined(kBlockOwnFields, kServing);
constexpr std::array kNewBlock{
    Argument{"CIDR", "cidr", kBody, kText, kRequired, "Its addresses."},
    Argument{"--network", "network_id", kBody, kText, kOptional, "Its network; made if new."},
    Argument{"--type", "type", kBody, kText, kOptional, "private (default) or public.", "private"}};
constexpr auto kBlockCreate = joined(kNewBlock, kBlockFields);
constexpr auto kBlockUpdate =
    joined(kBlockId,
           std::array{Argument{"--network", "network_id", kBody, kText, kOptional, "Its network."}},
           kBlockFields);
constexpr auto kBlockDelete =
    joined(kBlockId, std::array{Argument{"--force", "force", kQuery, kFlag, kOptional,
                                         "With all that is in it, live leases too.", "true"}});
constexpr auto kBlockSubnet =
    joined(kBlockId,
           std::array{Argument{"--cidr", "cidr", kBody, kText, kOneOf, "Its addresses."},
                      Argument{"--prefix-length", "prefix_length", kBody, kNumber, kOneOf,
                               "The next free one of this length."},
                      Argument{"--network", "network_id", kBody, kText, kOptional, "Its network."}},
           kBlockFields);
constexpr std::array<Name, 8> kBlockColumns{"id",        "cidr",    "type",      "network_id",
                                            "parent_id", "gateway", "policy_id", "name"};

constexpr std::array kNetworkName{
    Argument{"NAME", "network", kPath, kText, kRequired, "The network's name."}};
constexpr std::array kOfNetwork{
    Argument{"--network", "network", kPath, kText, kRequired, "The network's name."}};
constexpr auto kNetworkSet = joined(
    kNetworkName,
    std::array{
        Argument{"--interface", "interfaces", kBody, kTexts, kOptional, "Links: names or globs."},
        Argument{"--relay", "relays", kBody, kTexts, kOptional, "Addresses of its relays."},
        Argument{"--identity", "identity", kBody, kText, kOptional,
                 "What a client is known by: mac, client-id or circuit-id."},
        Argument{"--server-id", "server_id", kBody, kText, kOptional, "Our address to clients."},
        Argument{"--seen-time", "seen_time", kBody, kDuration, kOptional,
                 "How long addresses in use without a lease are remembered."}},
    kServing);
constexpr std::array<Name, 4> kNetworkColumns{"id", "identity", "interfaces", "relays"};

constexpr auto kReservationId = joined(
    std::array{Argument{"ID", "id", kPath, kText, kRequired, "The reservation's id."}}, kOfNetwork);
constexpr auto kReservationCreate = joined(
    kOfNetwork,
    std::array{
        Argument{"--mac", "mac", kBody, kTexts, kOptional, "The client's MAC, or several."},
        Argument{"--client-id", "client_id", kBody, kText, kOptional, "Its client identifier."},
        Argument{"--duid", "duid", kBody, kText, kOptional, "Its DUID."},
        Argument{"--circuit-id", "circuit_id", kBody, kText, kOptional, "Its relay's circuit id."},
        Argument{"--remote-id", "remote_id", kBody, kText, kOptional, "Its relay's remote id."},
        Argument{"--address", "addresses", kBody, kTexts, kOneOfOthers, "The addresses."},
        Argument{"--any", "addresses", kBody, kFlag, kOneOfOthers, "The next free ones.", "any"},
        Argument{"--hostname", "hostname", kBody, kText, kOptional, "The name it is told."},
        Argument{"--class", "classes", kBody, kTexts, kOptional, "What the client belongs to."}},
    kServing);
constexpr std::array<Name, 8> kReservationColumns{"id",   "addresses",  "mac",       "client_id",
                                                  "duid", "circuit_id", "remote_id", "hostname"};

constexpr std::array kAddress{
    Argument{"ADDRESS", "address", kPath, kText, kRequired, "The address."}};
constexpr auto kAddressOfBlock = joined(kAddress, kOfBlock);
constexpr auto kAddressOfNetwork = joined(kAddress, kOfNetwork);
constexpr auto kAddressAllocate = joined(
    kOfBlock,
    std::array{
        Argument{"--address", "address", kBody, kText, kAtMostOneOf, "This one, not the next."},
        Argument{"--count", "count", kBody, kNumber, kAtMostOneOf, "So many in a row."},
        Argument{"--interface", "interface_id", kBody, kText, kOptional, "Whose; made if new."},
        Argument{"--mac", "mac_address", kBody, kText, kOptional, "The interface's MAC."},
        Argument{"--hostname", "hostname", kBody, kText, kOptional, "The name it is told."},
        Argument{"--device", "used_by_device", kBody, kText, kOptional, "The instance's id."}});
constexpr auto kHistory =
    joined(kAddress, std::array{Argument{"--at", "at", kQuery, kText, kOptional,
                                         "Who had it then: 2026-11-23T08:15:30Z."}});
constexpr std::array<Name, 6> kAddressColumns{"address",     "state",    "interface_id",
                                              "mac_address", "hostname", "used_by_device"};
constexpr std::array<Name, 7> kHistoryColumns{"time",         "event",     "address", "mac_address",
                                              "interface_id", "tenant_id", "actor"};

constexpr std::array kLeaseFilter{
    Argument{"--network", "network", kPath, kText, kOptional, "Of this network."},
    Argument{"--address", "address", kQuery, kText, kOptional, "Only this address."},
    Argument{"--mac", "mac", kQuery, kText, kOptional, "Only this client's."},
    Argument{"--client-id", "client_id", kQuery, kText, kOptional, "Only this client's."},
    Argument{"--duid", "duid", kQuery, kText, kOptional, "Only this client's."},
    Argument{"--hostname", "hostname", kQuery, kText, kOptional, "Only of clients so named."},
    Argument{"--state", "state", kQuery, kText, kOptional, "Only those: leased, bound, held..."}};
constexpr std::array<Name, 7> kLeaseColumns{"address",  "state",    "network_id", "mac_address",
                                            "identity", "hostname", "expires_at"};

constexpr std::array kPolicyId{Argument{"ID", "id", kPath, kText, kRequired, "The policy's id."}};
constexpr std::array kPolicyCreate{
    Argument{"NAME", "name", kBody, kText, kRequired, "Its name."},
    Argument{"--description", "description", kBody, kText, kOptional, "What it is for."}};
constexpr auto kRangeAdd = joined(
    kPolicyId,
    std::array{Argument{"OFFSET", "offset", kBody, kNumber, kRequired,
                        "Of its first address; -3: the third from the block's end."},
               Argument{"LENGTH", "length", kBody, kNumber, kRequired, "How many addresses."}});
constexpr auto kOctetAdd =
    joined(kPolicyId, std::array{Argument{"OCTET", "octet", kBody, kNumber, kRequired,
                                          "What an address must not end with."}});
constexpr auto kRule =
    joined(kPolicyId, std::array{Argument{"RULE", "rule", kPath, kText, kRequired,
                                          "The rule's id, as listed by ranges or octets."}});
constexpr std::array<Name, 3> kPolicyColumns{"id", "name", "description"};
constexpr std::array<Name, 3> kRangeColumns{"id", "offset", "length"};
constexpr std::array<Name, 2> kOctetColumns{"id", "octet"};

constexpr std::array kInterfaceId{
    Argument{"VIF", "id", kPath, kText, kRequired, "The interface's id."}};
constexpr std::array kInterfaceCreate{
    Argument{"VIF", "id", kBody, kText, kRequired, "The id that the orchestrator uses."},
    Argument{"--device", "device_id", kBody, kText, kOptional, "The instance's id."},
    Argument{"--mac", "mac_address", kBody, kText, kOptional, "Omitted: of the MAC ranges."},
    Argument{"--network", "network.id", kBody, kText, kOptional, "Plug it into this network."},
    Argument{"--address", "network.addresses", kBody, kTexts, kOptional,
             "With these addresses of the network; omitted: the next free ones."}};
constexpr std::array<Name, 4> kInterfaceColumns{"id", "device_id", "mac_address", "tenant_id"};

constexpr std::array kMacRangeId{Argument{"ID", "id", kPath, kText, kRequired, "The range's id."}};
constexpr std::array kMacRangeCreate{
    Argument{"CIDR", "cidr", kBody, kText, kRequired, "The MACs, as in BC:76:4E:20:00:00/27."}};
constexpr std::array<Name, 2> kMacRangeColumns{"id", "cidr"};

constexpr std::array kPacket{
    Argument{"--mac", "mac", kBody, kText, kRequired, "The client's MAC."},
    Argument{"--type", "type", kBody, kText, kOptional,
             "What it sends: discover (omitted), request, renew, rebind, reboot, inform, release, "
             "decline or bootp."},
    Argument{"--interface", "interface", kBody, kText, kAtMostOneOf,
             "The server's link that it is on; omitted: the only one."},
    Argument{"--relay", "relay", kBody, kText, kAtMostOneOf, "The relay that it is behind."},
    Argument{"--address", "address", kBody, kText, kOptional,
             "That it asks for, or has; omitted: what it would be offered."},
    Argument{"--server-id", "server_id", kBody, kText, kOptional,
             "The server that it means; omitted: this one."},
    Argument{"--client-id", "client_id", kBody, kText, kOptional, "Its client identifier, in hex."},
    Argument{"--circuit-id", "circuit_id", kBody, kText, kOptional, "Its relay's, in hex."},
    Argument{"--remote-id", "remote_id", kBody, kText, kOptional, "Its relay's, in hex."},
    Argument{"--vendor-class", "vendor_class", kBody, kText, kOptional, "Option 60."},
    Argument{"--user-class", "user_class", kBody, kText, kOptional, "Option 77."},
    Argument{"--arch", "arch", kBody, kText, kOptional, "Option 93: efi-x64, or a number."},
    Argument{"--hostname", "hostname", kBody, kText, kOptional, "The name it gives itself."},
    Argument{"--parameter", "parameters", kBody, kTexts, kOptional,
             "Options that it asks for; omitted: none, and it gets all there is."},
    Argument{"--option", "options", kBody, kPairs, kOptional, "What it sends beside: name=value."}};

constexpr std::array kChanges{
    Argument{"--after", "after", kQuery, kNumber, kOptional, "Only those after this number."},
    Argument{"--follow", "", kStream, kFlag, kOptional, "Go on as they happen, until Ctrl-C."}};
constexpr std::array<Name, 6> kChangeColumns{"number",  "time",      "event",
                                             "address", "tenant_id", "actor"};
constexpr std::array<Name, 2> kUtilizationColumns{"id", "cidr"};

// {group, verb, help, method, path, wrap, arguments, columns, wide path, tenant's member, offline,
//  layout}
constexpr auto kCommands = std::to_array<Command>({
    {"block", "list", "List blocks.", "GET", "ip_blocks?limit=1000", "", kBlockFilter,
     kBlockColumns},
    {"block", "show", "Show a block.", "GET", "ip_blocks/{id}", "", kBlockId},
    {"block", "create", "Make a block.", "POST", "ip_blocks", "ip_block", kBlockCreate},
    {"block", "update", "Change a block.", "PATCH", "ip_blocks/{id}", "ip_block", kBlockUpdate},
    {"block", "delete", "Delete a block.", "DELETE", "ip_blocks/{id}", "", kBlockDelete},
    {"block", "utilization", "Count its addresses by state.", "GET", "ip_blocks/{id}/utilization",
     "", kBlockId},
    {"block", "subnet", "Make a block in a block.", "POST", "ip_blocks/{id}/subnets", "subnet",
     kBlockSubnet},
    {"block", "subnets", "List the blocks in a block.", "GET", "ip_blocks/{id}/subnets", "",
     kBlockId, kBlockColumns},

    {"network", "list", "List networks.", "GET", "networks", "", {}, kNetworkColumns},
    {"network", "show", "Show a network.", "GET", "networks/{network}", "", kNetworkName},
    {"network", "set", "Make or change a network.", "PUT", "networks/{network}", "network",
     kNetworkSet},
    {"network", "delete", "Delete a network.", "DELETE", "networks/{network}", "", kNetworkName},

    {"reservation", "list", "List a network's reservations.", "GET",
     "networks/{network}/reservations", "", kOfNetwork, kReservationColumns},
    {"reservation", "show", "Show a reservation.", "GET", "networks/{network}/reservations/{id}",
     "", kReservationId},
    {"reservation", "create", "Reserve addresses for a client.", "POST",
     "networks/{network}/reservations", "reservation", kReservationCreate},
    {"reservation", "delete", "Delete a reservation.", "DELETE",
     "networks/{network}/reservations/{id}", "", kReservationId},

    {"address", "list", "List a block's addresses, in any state.", "GET",
     "ip_blocks/{block}/ip_addresses?limit=1000", "", kOfBlock, kAddressColumns},
    {"address", "show", "Show an address.", "GET", "ip_blocks/{block}/ip_addresses/{address}", "",
     kAddressOfBlock},
    {"address", "allocate", "Allocate addresses of a block.", "POST",
     "ip_blocks/{block}/ip_addresses", "ip_address", kAddressAllocate, kAddressColumns},
    {"address", "release", "Deallocate an address; it is quarantined first.", "DELETE",
     "ip_blocks/{block}/ip_addresses/{address}", "", kAddressOfBlock},
    {"address", "restore", "Give a quarantined address back to its owner.", "PUT",
     "ip_blocks/{block}/ip_addresses/{address}/restore", "", kAddressOfBlock},
    {"address", "history", "Who had an address, and when.", "GET",
     "/v1/addresses/{address}/history", "", kHistory, kHistoryColumns},

    {"lease", "list", "List leases. Without a server or a filter: the store's address records.",
     "GET", "networks/{network}/leases?limit=1000", "", kLeaseFilter, kLeaseColumns,
     "/v1/leases?limit=1000", "", true},
    {"lease", "release", "End a lease.", "DELETE", "networks/{network}/leases/{address}", "",
     kAddressOfNetwork},
    {"lease", "reserve", "Make a lease a reservation.", "POST",
     "networks/{network}/leases/{address}/reserve", "", kAddressOfNetwork},

    {"policy", "list", "List policies.", "GET", "policies", "", {}, kPolicyColumns},
    {"policy", "show", "Show a policy.", "GET", "policies/{id}", "", kPolicyId},
    {"policy", "create", "Make a policy.", "POST", "policies", "policy", kPolicyCreate},
    {"policy", "delete", "Delete a policy; its blocks stay.", "DELETE", "policies/{id}", "",
     kPolicyId},
    {"policy", "ranges", "List a policy's ranges.", "GET", "policies/{id}/unusable_ip_ranges", "",
     kPolicyId, kRangeColumns},
    {"policy", "add-range", "Never give out a part of each block.", "POST",
     "policies/{id}/unusable_ip_ranges", "ip_range", kRangeAdd},
    {"policy", "remove-range", "Delete a range of a policy.", "DELETE",
     "policies/{id}/unusable_ip_ranges/{rule}", "", kRule},
    {"policy", "octets", "List a policy's octets.", "GET", "policies/{id}/unusable_ip_octets", "",
     kPolicyId, kOctetColumns},
    {"policy", "add-octet", "Never give out addresses that end with an octet.", "POST",
     "policies/{id}/unusable_ip_octets", "ip_octet", kOctetAdd},
    {"policy", "remove-octet", "Delete an octet of a policy.", "DELETE",
     "policies/{id}/unusable_ip_octets/{rule}", "", kRule},

    {"interface", "list", "List interfaces.", "GET", "interfaces", "", {}, kInterfaceColumns},
    {"interface", "show", "Show an interface.", "GET", "interfaces/{id}", "", kInterfaceId},
    {"interface",
     "create",
     "Make an interface.",
     "POST",
     "/v1/interfaces",
     "interface",
     kInterfaceCreate,
     {},
     "",
     "tenant_id"},
    {"interface", "delete", "Delete an interface; its addresses are deallocated.", "DELETE",
     "/v1/interfaces/{id}", "", kInterfaceId},

    {"mac-range",
     "list",
     "List MAC ranges.",
     "GET",
     "/v1/mac_address_ranges",
     "",
     {},
     kMacRangeColumns},
    {"mac-range", "create", "Make a MAC range.", "POST", "/v1/mac_address_ranges",
     "mac_address_range", kMacRangeCreate},
    {"mac-range", "delete", "Delete a MAC range.", "DELETE", "/v1/mac_address_ranges/{id}", "",
     kMacRangeId},

    {"explain",
     "",
     "Say what a DHCP client would be answered, and why; nothing is done.",
     "POST",
     "/v1/explain",
     "packet",
     kPacket,
     {},
     "",
     "",
     false,
     Layout::kExplanation},
    {"changes", "", "List what was changed, when, and by whom.", "GET", "/v1/changes", "", kChanges,
     kChangeColumns},
    {"utilization", "", "Count the tenant's addresses by state.", "GET", "utilization", "", {}},
});

constexpr bool has_variable(std::string_view path, std::string_view key) {
  for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    if (path.substr(at + 1).starts_with(key) && path.substr(at + 1 + key.size()).starts_with('}')) {
      return true;
    }
  }
  return false;
}

// Each variable of the path has an argument and the reverse; only with a body are there members.
constexpr bool well_formed(const Command& command) {
  const auto fits = [&](const Argument& argument) {
    if (argument.place == kPath) return has_variable(command.path, argument.key);
    return argument.place != kBody || !command.wrap.empty();
  };
  return std::ranges::all_of(command.arguments, fits) &&
         std::ranges::count(command.path, '{') ==
             std::ranges::count(command.arguments, kPath, &Argument::place);
}

constexpr bool is_unique(const Command& command) {
  return std::ranges::count_if(kCommands, [&](const Command& other) {
           return other.group == command.group && other.verb == command.verb;
         }) == 1;
}

static_assert(std::ranges::all_of(kCommands, well_formed));
static_assert(std::ranges::all_of(kCommands, is_unique));

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace melange::cli
