// SPDX-License-Identifier: Apache-2.0
//
// The API, one line a route. A new resource is a file with its shapes and handlers, and its lines
// here: the router, the authorisation, /openapi.json and docs/api.md follow.
#include <algorithm>
#include <array>

#include "addresses.h"
#include "allocated_addresses.h"
#include "allocations.h"
#include "allowed_ips.h"
#include "block_routes.h"
#include "blocks.h"
#include "events.h"
#include "explain.h"
#include "instances.h"
#include "interfaces.h"
#include "leases.h"
#include "mac_ranges.h"
#include "nat_relations.h"
#include "network_addresses.h"
#include "networks.h"
#include "policies.h"
#include "policy_rules.h"
#include "reservations.h"
#include "router.h"
#include "schemas.h"
#include "service.h"
#include "utilization.h"

namespace melange::admin {
namespace {

using enum http::Method;
using enum Scope;
using enum Result;

#define MELANGE_TENANT "/v1/tenants/{tenant}"
constexpr std::string_view kBlocks = MELANGE_TENANT "/ip_blocks";
constexpr std::string_view kBlock = MELANGE_TENANT "/ip_blocks/{block_id}";
constexpr std::string_view kSubnets = MELANGE_TENANT "/ip_blocks/{block_id}/subnets";
constexpr std::string_view kIpRoutes = MELANGE_TENANT "/ip_blocks/{block_id}/ip_routes";
constexpr std::string_view kIpRoute = MELANGE_TENANT "/ip_blocks/{block_id}/ip_routes/{route_id}";
constexpr std::string_view kAddresses = MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses";
constexpr std::string_view kAddress = MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}";
constexpr std::string_view kGlobals =
    MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}/inside_globals";
constexpr std::string_view kGlobal =
    MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}/inside_globals/{other}";
constexpr std::string_view kLocals =
    MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}/inside_locals";
constexpr std::string_view kLocal =
    MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}/inside_locals/{other}";
constexpr std::string_view kAllocation = "/v1/allocations/{handle}";
constexpr std::string_view kPolicies = MELANGE_TENANT "/policies";
constexpr std::string_view kPolicy = MELANGE_TENANT "/policies/{policy_id}";
constexpr std::string_view kIpRanges = MELANGE_TENANT "/policies/{policy_id}/unusable_ip_ranges";
constexpr std::string_view kIpRange =
    MELANGE_TENANT "/policies/{policy_id}/unusable_ip_ranges/{rule_id}";
constexpr std::string_view kIpOctets = MELANGE_TENANT "/policies/{policy_id}/unusable_ip_octets";
constexpr std::string_view kIpOctet =
    MELANGE_TENANT "/policies/{policy_id}/unusable_ip_octets/{rule_id}";
constexpr std::string_view kNetworks = MELANGE_TENANT "/networks";
constexpr std::string_view kNetwork = MELANGE_TENANT "/networks/{network_id}";
constexpr std::string_view kNetworkAddresses =
    MELANGE_TENANT "/networks/{network_id}/interfaces/{vif}/ip_allocations";
constexpr std::string_view kReservations = MELANGE_TENANT "/networks/{network_id}/reservations";
constexpr std::string_view kReservation =
    MELANGE_TENANT "/networks/{network_id}/reservations/{reservation_id}";
constexpr std::string_view kLeases = MELANGE_TENANT "/networks/{network_id}/leases";
constexpr std::string_view kLease = MELANGE_TENANT "/networks/{network_id}/leases/{address}";
constexpr std::string_view kLeaseReserve =
    MELANGE_TENANT "/networks/{network_id}/leases/{address}/reserve";
constexpr std::string_view kInterfaces = MELANGE_TENANT "/interfaces";
constexpr std::string_view kInterface = MELANGE_TENANT "/interfaces/{vif}";
constexpr std::string_view kAllowedIps = MELANGE_TENANT "/interfaces/{vif}/allowed_ips";
constexpr std::string_view kAllowedIp = MELANGE_TENANT "/interfaces/{vif}/allowed_ips/{address}";
constexpr std::string_view kAnyInterface = "/v1/interfaces/{vif}";
constexpr std::string_view kInstance = "/v1/instances/{device}/interfaces";
constexpr std::string_view kMacRanges = "/v1/mac_address_ranges";
constexpr std::string_view kMacRange = "/v1/mac_address_ranges/{range_id}";

// {method, pattern, scope, handler, operation, summary, body, success, result, shows, collection,
//  query}
constexpr auto kRoutes = std::to_array<Route>({
    {kGet, kBlocks, kTenant, list_blocks, "list_ip_blocks", "The tenant's blocks.", nullptr, 200,
     kList, &kBlockShown, "ip_blocks", kBlockParameters},
    {kPost, kBlocks, kTenant, create_block, "create_ip_block", "Makes a block.", &kBlockBody, 201,
     kObject, &kBlockShown},
    {kGet, kBlock, kTenant, show_block, "show_ip_block", "A block.", nullptr, 200, kObject,
     &kBlockShown},
    {kPut, kBlock, kTenant, update_block, "update_ip_block", "Changes the fields that are given.",
     &kBlockBody, 200, kObject, &kBlockShown},
    {kPatch, kBlock, kTenant, update_block, "patch_ip_block", "Changes the fields that are given.",
     &kBlockBody, 200, kObject, &kBlockShown},
    {kDelete, kBlock, kTenant, delete_block, "delete_ip_block",
     "Deletes a block that has neither subnets nor addresses in use.", nullptr, 204, kNothing,
     nullptr, "", kBlockDeletion},
    {kGet, kSubnets, kTenant, list_subnets, "list_subnets", "The blocks inside of a block.",
     nullptr, 200, kList, &kSubnetShown, "subnets"},
    {kPost, kSubnets, kTenant, create_subnet, "create_subnet",
     "Makes a block inside of a block: a given one, or the lowest free one of a length.",
     &kSubnetBody, 201, kObject, &kSubnetShown},
    {kGet, kIpRoutes, kTenant, list_ip_routes, "list_ip_routes", "The block's routes.", nullptr,
     200, kList, &kRouteShown, "ip_routes"},
    {kPost, kIpRoutes, kTenant, create_ip_route, "create_ip_route", "Adds a route.", &kIpRouteBody,
     201, kObject, &kRouteShown},
    {kGet, kIpRoute, kTenant, show_ip_route, "show_ip_route", "A route.", nullptr, 200, kObject,
     &kRouteShown},
    {kPut, kIpRoute, kTenant, update_ip_route, "update_ip_route",
     "Changes the fields that are given.", &kIpRouteBody, 200, kObject, &kRouteShown},
    {kDelete, kIpRoute, kTenant, delete_ip_route, "delete_ip_route", "Takes a route out.", nullptr,
     204},
    {kGet, MELANGE_TENANT "/ip_blocks/{block_id}/utilization", kTenant, show_block_utilization,
     "show_block_utilization", "How many of the block's addresses are in each state.", nullptr, 200,
     kObject, &kUtilizationShown},
    {kGet, MELANGE_TENANT "/utilization", kTenant, show_tenant_utilization,
     "show_tenant_utilization", "How many of the tenant's addresses are in each state.", nullptr,
     200, kObject, &kUtilizationShown},
    {kGet, "/v1/utilization", kAdmin, show_utilization, "show_utilization",
     "How many of all addresses are in each state.", nullptr, 200, kObject, &kUtilizationShown},

    {kGet, kAddresses, kTenant, list_addresses, "list_ip_addresses",
     "The block's addresses that are not free, in their order; leases are among them.", nullptr,
     200, kList, &kAddressShown, "ip_addresses", kAddressParameters},
    {kPost,
     kAddresses,
     kTenant,
     create_address,
     "create_ip_address",
     "Allocates an address, the next free one if none is named. With count so many of them: then "
     "the reply is {\"ip_addresses\": [...]}.",
     &kAddressBody,
     201,
     kObject,
     &kAddressShown,
     "",
     {},
     false,
     true},
    {kGet, kAddress, kTenant, show_address, "show_ip_address", "An address that is not free.",
     nullptr, 200, kObject, &kAddressShown},
    {kDelete, kAddress, kTenant, delete_address, "delete_ip_address",
     "Deallocates an address: it is quarantined, then free.", nullptr, 204},
    {kPut, MELANGE_TENANT "/ip_blocks/{block_id}/ip_addresses/{address}/restore", kTenant,
     restore_address, "restore_ip_address", "Gives a deallocated address back to its interface.",
     nullptr, 200, kObject, &kAddressShown},
    {kGet, kGlobals, kTenant, list_inside_globals, "list_inside_globals",
     "The global addresses that the local one is translated to.", nullptr, 200, kList,
     &kAddressShown, "ip_addresses"},
    {kPost, kGlobals, kTenant, add_inside_globals, "add_inside_globals", "Notes such translations.",
     &kOtherEndsBody, 201, kWhole, &kAddressShown, "ip_addresses"},
    {kDelete, kGlobals, kTenant, remove_inside_globals, "remove_inside_globals",
     "Forgets all of them.", nullptr, 204},
    {kDelete, kGlobal, kTenant, remove_inside_global, "remove_inside_global",
     "Forgets the one to that address, or to the address of that id.", nullptr, 204},
    {kGet, kLocals, kTenant, list_inside_locals, "list_inside_locals",
     "The local addresses that are translated to the global one.", nullptr, 200, kList,
     &kAddressShown, "ip_addresses"},
    {kPost, kLocals, kTenant, add_inside_locals, "add_inside_locals", "Notes such translations.",
     &kOtherEndsBody, 201, kWhole, &kAddressShown, "ip_addresses"},
    {kDelete, kLocals, kTenant, remove_inside_locals, "remove_inside_locals",
     "Forgets all of them.", nullptr, 204},
    {kDelete, kLocal, kTenant, remove_inside_local, "remove_inside_local",
     "Forgets the one to that address, or to the address of that id.", nullptr, 204},
    {kGet, MELANGE_TENANT "/allocated_ip_addresses", kTenant, list_allocated_addresses,
     "list_allocated_ip_addresses", "What the tenant's interfaces have, by interface.", nullptr,
     200, kList, &kAddressShown, "ip_addresses", kAllocatedParameters},
    {kGet, "/v1/allocated_ip_addresses", kAdmin, list_all_allocated_addresses,
     "list_all_allocated_ip_addresses", "What all interfaces have, by interface.", nullptr, 200,
     kList, &kAddressShown, "ip_addresses", kAllocatedParameters},

    {kPut, kAllocation, kAnyToken, put_allocation, "put_allocation",
     "Allocates addresses under a name of the caller's (201), or gives those that it has.",
     &kAllocationBody, 200, kObject, &kAllocationShown},
    {kGet, kAllocation, kAnyToken, show_allocation, "show_allocation", "What a handle stands for.",
     nullptr, 200, kObject, &kAllocationShown, "", kAllocationParameters},
    {kDelete, kAllocation, kAnyToken, delete_allocation, "delete_allocation",
     "Deallocates the handle's addresses, and forgets it.", nullptr, 204, kNothing, nullptr, "",
     kAllocationParameters},

    {kGet, kPolicies, kTenant, list_policies, "list_policies", "The tenant's policies.", nullptr,
     200, kList, &kPolicyShown, "policies"},
    {kPost, kPolicies, kTenant, create_policy, "create_policy", "Makes a policy.", &kPolicyBody,
     201, kObject, &kPolicyShown},
    {kGet, kPolicy, kTenant, show_policy, "show_policy", "A policy.", nullptr, 200, kObject,
     &kPolicyShown},
    {kPut, kPolicy, kTenant, update_policy, "update_policy", "Changes the fields that are given.",
     &kPolicyBody, 200, kObject, &kPolicyShown},
    {kPatch, kPolicy, kTenant, update_policy, "patch_policy", "Changes the fields that are given.",
     &kPolicyBody, 200, kObject, &kPolicyShown},
    {kDelete, kPolicy, kTenant, delete_policy, "delete_policy",
     "Deletes a policy; its blocks stay, without one.", nullptr, 204},

    {kGet, kIpRanges, kTenant, list_ranges, "list_ip_ranges", "The policy's ranges.", nullptr, 200,
     kList, &kRangeShown, "ip_ranges"},
    {kPost, kIpRanges, kTenant, create_range, "create_ip_range",
     "Denies a part of each block. Addresses in use that it denies are told, and stay.",
     &kRangeBody, 201, kObject, &kRangeShown},
    {kGet, kIpRange, kTenant, show_range, "show_ip_range", "A range.", nullptr, 200, kObject,
     &kRangeShown},
    {kPut, kIpRange, kTenant, update_range, "update_ip_range", "Changes the fields that are given.",
     &kRangeBody, 200, kObject, &kRangeShown},
    {kPatch, kIpRange, kTenant, update_range, "patch_ip_range",
     "Changes the fields that are given.", &kRangeBody, 200, kObject, &kRangeShown},
    {kDelete, kIpRange, kTenant, delete_range, "delete_ip_range", "Allows the range again.",
     nullptr, 204},

    {kGet, kIpOctets, kTenant, list_octets, "list_ip_octets", "The policy's octets.", nullptr, 200,
     kList, &kOctetShown, "ip_octets"},
    {kPost, kIpOctets, kTenant, create_octet, "create_ip_octet",
     "Denies addresses by their end. Addresses in use that it denies are told, and stay.",
     &kOctetBody, 201, kObject, &kOctetShown},
    {kGet, kIpOctet, kTenant, show_octet, "show_ip_octet", "An octet.", nullptr, 200, kObject,
     &kOctetShown},
    {kPut, kIpOctet, kTenant, update_octet, "update_ip_octet", "Changes the octet.", &kOctetBody,
     200, kObject, &kOctetShown},
    {kPatch, kIpOctet, kTenant, update_octet, "patch_ip_octet", "Changes the octet.", &kOctetBody,
     200, kObject, &kOctetShown},
    {kDelete, kIpOctet, kTenant, delete_octet, "delete_ip_octet", "Allows the octet again.",
     nullptr, 204},

    {kGet, kNetworks, kTenant, list_networks, "list_networks", "The tenant's networks.", nullptr,
     200, kList, &kNetworkShown, "networks"},
    {kGet, kNetwork, kTenant, show_network, "show_network", "A network.", nullptr, 200, kObject,
     &kNetworkShown},
    {kPut, kNetwork, kTenant, put_network, "put_network",
     "Makes a network (201), or changes the fields that are given.", &kNetworkBody, 200, kObject,
     &kNetworkShown},
    {kPatch, kNetwork, kTenant, patch_network, "patch_network",
     "Changes the fields that are given.", &kNetworkBody, 200, kObject, &kNetworkShown},
    {kDelete, kNetwork, kTenant, delete_network, "delete_network",
     "Deletes a network that has no blocks.", nullptr, 204},

    {kGet, kNetworkAddresses, kTenant, list_network_addresses, "list_ip_allocations",
     "The interface's addresses in the network.", nullptr, 200, kWhole, &kAddressShown,
     "ip_addresses"},
    {kPost, kNetworkAddresses, kTenant, allocate_network_addresses, "create_ip_allocations",
     "Allocates one address of each family that the network has; makes the interface if need be.",
     &kNetworkAddressesBody, 201, kWhole, &kAddressShown, "ip_addresses", kPartialParameters, false,
     true},
    {kDelete, kNetworkAddresses, kTenant, delete_network_addresses, "delete_ip_allocations",
     "Deallocates the interface's addresses in the network.", nullptr, 204},

    {kGet, kReservations, kTenant, list_reservations, "list_reservations",
     "The network's reservations, in the order of their clients.", nullptr, 200, kList,
     &kReservationShown, "reservations"},
    {kPost, kReservations, kTenant, create_reservation, "create_reservation",
     "Reserves addresses for a client.", &kReservationBody, 201, kObject, &kReservationShown},
    {kGet, kReservation, kTenant, show_reservation, "show_reservation", "A reservation.", nullptr,
     200, kObject, &kReservationShown},
    {kPut, kReservation, kTenant, update_reservation, "update_reservation",
     "Changes the fields that are given; the client stays.", &kReservationBody, 200, kObject,
     &kReservationShown},
    {kPatch, kReservation, kTenant, update_reservation, "patch_reservation",
     "Changes the fields that are given; the client stays.", &kReservationBody, 200, kObject,
     &kReservationShown},
    {kDelete, kReservation, kTenant, delete_reservation, "delete_reservation",
     "Deletes a reservation and deallocates its addresses.", nullptr, 204},

    {kGet, kLeases, kTenant, list_leases, "list_leases", "What clients of the network have or had.",
     nullptr, 200, kList, &kAddressShown, "leases", kLeaseParameters},
    {kDelete, kLease, kTenant, release_lease, "release_lease",
     "Ends a lease, as if its client had released it.", nullptr, 204},
    {kPost, kLeaseReserve, kTenant, reserve_lease, "reserve_lease",
     "Makes a dynamic lease a reservation of its client.", nullptr, 201, kObject,
     &kReservationShown},
    {kGet, "/v1/leases", kAdmin, list_all_leases, "list_all_leases",
     "What clients of all networks have or had.", nullptr, 200, kList, &kAddressShown, "leases",
     kLeaseParameters},

    {kPost,
     "/v1/explain",
     kAnyToken,
     explain,
     "explain",
     "What a client would be answered on the wire, and why. Nothing is done: no offer is held, no "
     "record is written. A token that may not write may ask, about networks of its tenants.",
     &kPacketBody,
     200,
     kObject,
     &kExplanationShown,
     "",
     {},
     true},

    {kGet, kInterfaces, kTenant, list_interfaces, "list_interfaces", "The tenant's interfaces.",
     nullptr, 200, kList, &kInterfaceShown, "interfaces"},
    {kGet, kInterface, kTenant, show_interface, "show_interface", "An interface of the tenant.",
     nullptr, 200, kObject, &kInterfaceShown},
    {kPost, "/v1/interfaces", kAdmin, create_interface, "create_interface",
     "Makes an interface, and plugs it into a network.", &kInterfaceBody, 201, kObject,
     &kInterfaceShown},
    {kGet, kAnyInterface, kAdmin, show_any_interface, "show_any_interface",
     "An interface of whichever tenant.", nullptr, 200, kObject, &kInterfaceShown},
    {kDelete, kAnyInterface, kAdmin, delete_interface, "delete_interface",
     "Deletes an interface: its MAC is free again, its addresses are deallocated.", nullptr, 204},

    {kGet, kAllowedIps, kTenant, list_allowed_ips, "list_allowed_ips",
     "What the interface may use: its own addresses, and those allowed to it.", nullptr, 200,
     kWhole, &kAllowedShown, "allowed_ips"},
    {kPost, kAllowedIps, kTenant, create_allowed_ip, "create_allowed_ip",
     "Allows an address of a network that the interface is plugged into.", &kAllowedBody, 201,
     kObject, &kAllowedShown},
    {kGet, kAllowedIp, kTenant, show_allowed_ip, "show_allowed_ip",
     "An address that the interface may use.", nullptr, 200, kObject, &kAllowedShown},
    {kDelete, kAllowedIp, kTenant, delete_allowed_ip, "delete_allowed_ip",
     "Takes the permission back.", nullptr, 204},

    {kGet, kInstance, kAdmin, show_instance, "show_instance", "The instance's interfaces.", nullptr,
     200, kObject, &kInstanceShown},
    {kPut, kInstance, kAdmin, put_instance, "put_instance",
     "Gives the instance these interfaces in the place of those that it has: what is wanted of "
     "them "
     "stays, the others go.",
     &kInstanceBody, 200, kObject, &kInstanceShown},
    {kDelete, kInstance, kAdmin, delete_instance, "delete_instance",
     "Deletes the instance's interfaces.", nullptr, 204},

    {kGet, kMacRanges, kAdmin, list_mac_ranges, "list_mac_address_ranges", "The MAC ranges.",
     nullptr, 200, kList, &kMacRangeShown, "mac_address_ranges"},
    {kPost, kMacRanges, kAdmin, create_mac_range, "create_mac_address_range", "Makes a MAC range.",
     &kMacRangeBody, 201, kObject, &kMacRangeShown},
    {kGet, kMacRange, kAdmin, show_mac_range, "show_mac_address_range", "A MAC range.", nullptr,
     200, kObject, &kMacRangeShown},
    {kDelete, kMacRange, kAdmin, delete_mac_range, "delete_mac_address_range",
     "Deletes a MAC range; interfaces keep their MACs.", nullptr, 204},

    {kGet, "/v1/changes", kAnyToken, list_changes, "list_changes",
     "The change log. With Accept: text/event-stream as server-sent events, which begin behind "
     "Last-Event-ID or `after`, and go on.",
     nullptr, 200, kWhole, &kEventShown, "changes", kChangesParameters},
    {kGet, "/v1/addresses/{address}/history", kAnyToken, show_address_history,
     "show_address_history", "Who had the address, and when; the newest first.", nullptr, 200,
     kWhole, &kHistoryShown, "history", kHistoryParameters},

    {kGet, "/", kAnyToken, show_index, "show_index", "Where to begin.", nullptr, 200, kBare},
    {kGet, "/openapi.json", kAnyToken, show_description, "show_openapi",
     "The API as an OpenAPI 3.1 document.", nullptr, 200, kBare},
    {kGet, "/healthz", kPublic, show_health, "show_health", "200 as long as the server runs.",
     nullptr, 200, kBare},
    {kGet, "/readyz", kPublic, show_readiness, "show_readiness",
     "200 if the server can do its work, 503 if it cannot.", nullptr, 200, kBare},
});

#undef MELANGE_TENANT

constexpr bool is_sound(const Route& route) {
  const bool has_tenant = route.pattern.find("{tenant}") != std::string_view::npos;
  const bool lists = route.result == kList || route.result == kWhole;
  return has_tenant == (route.scope == kTenant) && lists == !route.collection.empty() &&
         (route.success == 204) == (route.result == kNothing);
}

constexpr bool is_unique(const Route& route) {
  return std::ranges::count_if(kRoutes, [&](const Route& other) {
           return other.id == route.id ||
                  (other.method == route.method && other.pattern == route.pattern);
         }) == 1;
}

static_assert(std::ranges::all_of(kRoutes, is_sound));
static_assert(std::ranges::all_of(kRoutes, is_unique));

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace melange::admin
