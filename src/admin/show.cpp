// SPDX-License-Identifier: Apache-2.0
#include "show.h"

#include <algorithm>

#include "melange/base/text.h"
#include "melange/wire/relay_info.h"
#include "pools.h"
#include "schemas.h"

namespace melange::admin {
namespace {

using base::cat;
using store::ObjectKind;
using store::View;

json::value or_null(const std::optional<bool>& flag) {
  return flag ? json::value(*flag) : json::value();
}

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(text(*value)) : json::value();
}

json::value seconds(base::Seconds duration) { return duration.count(); }

json::value seconds(const std::optional<base::Seconds>& duration) {
  return duration ? json::value(duration->count()) : json::value();
}

template <class List>
json::array texts(const List& list) {
  json::array out;
  for (const auto& element : list) out.emplace_back(text(element));
  return out;
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& element : list) out.emplace_back(element);
  return out;
}

template <class Id>
json::value id_of(const View& view, ObjectKind kind, Id id) {
  return id.value == 0 ? json::value() : json::value(uuid(view.store_id(), kind, id.value));
}

json::value name_of(const View& view, store::NetworkId id) {
  const auto network = id.value != 0 ? view.network(id) : std::nullopt;
  return network ? json::value(network->name) : json::value();
}

std::string_view name_of(store::ManagedBy by) { return kManagers.at(static_cast<std::size_t>(by)); }

std::string netmask_of(const net::Prefix& cidr) {
  return cidr.family() == net::Family::kV4 ? text(cidr.netmask()) : std::to_string(cidr.length());
}

int version_of(net::Family family) { return family == net::Family::kV4 ? 4 : 6; }

json::value nth(const std::vector<net::Address>& addresses, std::size_t at) {
  return at < addresses.size() ? json::value(text(addresses[at])) : json::value();
}

bool is_allocated(store::AddressState state) {
  using enum store::AddressState;
  return state == kReserved || state == kBound || state == kLeased;
}

std::string inner_uuid(const View& view, ObjectKind kind, std::uint64_t outer,
                       std::uint64_t number) {
  return uuid(view.store_id(), kind, outer << kInnerBits | number);
}

json::value hex_or_null(base::Bytes octets) {
  return octets.empty() ? json::value() : json::value(base::hex(octets));
}

json::value hex_of(const store::Reservation& reservation, wire::IdentityKind kind) {
  const auto all = identities_of(reservation, kind);
  return all.empty() ? json::value() : json::value(base::hex(all.front().bytes()));
}

// As they may be given: one, or a list of several.
json::value macs_of(const store::Reservation& reservation) {
  json::array macs;
  for (const wire::Identity& one : identities_of(reservation, wire::IdentityKind::kMac)) {
    macs.push_back(or_null(net::Mac::from_bytes(one.bytes())));
  }
  if (macs.empty()) return nullptr;
  return macs.size() == 1 ? macs.front() : json::value(std::move(macs));
}

std::string option_name(const wire::OptionTable4& table, std::uint8_t code) {
  const wire::OptionSpec4* spec = table.find(code);
  return spec != nullptr ? std::string(spec->name) : std::to_string(code);
}

json::object tags_of(const std::vector<store::Tag>& tags) {
  json::object out;
  for (const store::Tag& tag : tags) out.emplace(tag.key, tag.value);
  return out;
}

json::array routes_of(const Sight& sight, const store::Block& block) {
  json::array out;
  for (const store::Route& route : block.routes) out.push_back(show(sight, block.id, route));
  return out;
}

}  // namespace

json::value or_null(std::string text) {
  return text.empty() ? json::value() : json::value(std::move(text));
}

std::vector<wire::Identity> identities_of(const store::Reservation& reservation,
                                          wire::IdentityKind kind) {
  if (reservation.identity.empty()) return {};
  std::vector<wire::Identity> all = reservation.also;
  all.insert(all.begin(), reservation.identity);
  std::erase_if(all, [&](const wire::Identity& identity) { return identity.kind() != kind; });
  return all;
}

json::object show(const store::Boot& boot) {
  return {{"server", or_null(boot.server)},
          {"server_name", or_null(boot.server_name)},
          {"file", or_null(boot.file)}};
}

json::value show(base::Instant instant) {
  if (instant == base::Instant{} || instant == base::Instant::max()) return nullptr;
  return json::value(base::text(instant));
}

json::object show(const wire::OptionTable4& table, const std::vector<store::OptionValue>& options) {
  json::object out;
  for (const store::OptionValue& option : options) {
    // Texts in an option may be any octets: their JSON is valid all the same.
    out.emplace(option_name(table, option.code),
                json::parse(wire::json(table.decode(option.code, option.octets))));
  }
  return out;
}

json::array show(const wire::OptionTable4& table, const std::vector<std::uint8_t>& codes) {
  json::array out;
  for (const std::uint8_t code : codes) out.emplace_back(option_name(table, code));
  return out;
}

std::string address_id(const View& view, const store::AddressKey& key) {
  return cat(uuid(view.store_id(), ObjectKind::kBlock, key.block.value), ':', text(key.address));
}

json::object show(const Sight& sight, const store::Network& network) {
  return {
      {"id", network.name},
      {"tenant_id", network.tenant},
      {"interfaces", texts(network.interfaces)},
      {"relays", texts(network.relays)},
      {"named_links_only", network.named_links_only},
      {"identity", kIdentities.at(static_cast<std::size_t>(network.identity))},
      {"authoritative", network.authoritative},
      {"decline_time", seconds(network.decline_time)},
      {"hold_time", seconds(network.hold_time)},
      {"seen_time", seconds(network.seen_time)},
      {"server_id", or_null(network.server_id)},
      {"rapid_commit", or_null(network.rapid_commit)},
      {"bootp", network.bootp},
      {"trust_relay_information", network.trust_relay_information},
      {"conflict_check", or_null(network.conflict_check)},
      {"options", show(sight.options, network.options)},
      {"force", show(sight.options, network.forced)},
      {"boot", show(network.boot)},
      {"managed_by", name_of(network.managed_by)},
      {"created_at", show(network.created)},
      {"revision", network.revision},
  };
}

json::object show(const Sight& sight, const store::Block& block) {
  const bool v4 = block.cidr.family() == net::Family::kV4;
  return {
      {"id", id_of(sight.view, ObjectKind::kBlock, block.id)},
      {"tenant_id", block.tenant},
      {"network_id", name_of(sight.view, block.network)},
      {"cidr", text(block.cidr)},
      {"version", version_of(block.cidr.family())},
      {"type", kTypes.at(static_cast<std::size_t>(block.type))},
      {"policy_id", id_of(sight.view, ObjectKind::kPolicy, block.policy)},
      {"parent_id", id_of(sight.view, ObjectKind::kBlock, block.parent)},
      {"gateway", or_null(block.gateway)},
      {"netmask", netmask_of(block.cidr)},
      {"broadcast", v4 ? json::value(text(block.cidr.last())) : json::value()},
      {"prefix_length", block.cidr.length()},
      {"dns1", nth(block.dns, 0)},
      {"dns2", nth(block.dns, 1)},
      {"dns", texts(block.dns)},
      {"pools", show_pools(block, sight.options)},
      {"exclude", texts(block.exclude)},
      {"lease_time", seconds(block.lease_time)},
      {"min_lease_time", seconds(block.min_lease_time)},
      {"max_lease_time", seconds(block.max_lease_time)},
      {"renew_time", seconds(block.renew_time)},
      {"rebind_time", seconds(block.rebind_time)},
      {"mtu", block.mtu ? json::value(*block.mtu) : json::value()},
      {"ip_routes", routes_of(sight, block)},
      {"options", show(sight.options, block.options)},
      {"force", show(sight.options, block.forced)},
      {"boot", show(block.boot)},
      {"classes", texts(block.classes)},
      {"generator", kGenerators.at(static_cast<std::size_t>(block.generator))},
      {"quarantine_time", seconds(block.quarantine_time)},
      {"name", block.name},
      {"tags", tags_of(block.tags)},
      {"retired", block.retired},
      {"managed_by", name_of(block.managed_by)},
      {"created_at", show(block.created)},
      {"revision", block.revision},
  };
}

json::object show(const Sight& sight, const store::AddressRecord& record) {
  const auto interface =
      record.interface.empty() ? std::nullopt : sight.view.interface(record.interface);
  const bool quarantined = record.state == store::AddressState::kQuarantined;
  const std::string given(base::text_of(record.hostname.view()));
  const std::string client(base::text_of(record.client_name.view()));
  const auto relay = wire::read_relay_info(record.relay_info.view());
  return {
      {"id", address_id(sight.view, record.key)},
      {"ip_block_id", id_of(sight.view, ObjectKind::kBlock, record.key.block)},
      {"address", text(record.key.address)},
      {"version", version_of(record.key.address.family())},
      {"state", text(record.state)},
      {"allocated", is_allocated(record.state)},
      {"network_id", name_of(sight.view, record.network)},
      {"interface_id", interface ? json::value(interface->vif) : json::value()},
      {"used_by_tenant", interface ? json::value(interface->tenant) : json::value()},
      {"used_by_device", interface ? or_null(interface->device) : json::value()},
      {"mac_address", or_null(store::hardware(record))},
      {"identity", record.identity.empty() ? json::value() : json::value(text(record.identity))},
      {"also", texts(record.also)},
      {"hostname", or_null(given.empty() ? client : given)},
      {"client_hostname", or_null(client)},
      {"circuit_id", relay ? hex_or_null(relay->circuit_id) : json::value()},
      {"remote_id", relay ? hex_or_null(relay->remote_id) : json::value()},
      {"options", show(sight.options, record.options)},
      {"force", show(sight.options, record.forced)},
      {"boot", show(record.boot)},
      {"classes", texts(record.classes)},
      {"since", show(record.since)},
      {"expires_at", show(record.expires)},
      {"deallocated_at", quarantined ? show(record.since) : json::value()},
      {"revision", record.revision},
  };
}

json::object show(const Sight& sight, const store::Interface& interface) {
  json::array allowed;
  for (const store::AllowedAddress& one : interface.allowed) {
    allowed.push_back(
        {{"network_id", name_of(sight.view, one.network)}, {"ip_address", text(one.address)}});
  }
  return {
      {"id", interface.vif},
      {"tenant_id", interface.tenant},
      {"device_id", or_null(interface.device)},
      {"mac_address", or_null(interface.mac)},
      {"allowed_ips", std::move(allowed)},
      {"created_at", show(interface.created)},
      {"revision", interface.revision},
  };
}

json::object show(const Sight& sight, const store::Reservation& reservation) {
  using enum wire::IdentityKind;
  const auto interface =
      reservation.interface.empty() ? std::nullopt : sight.view.interface(reservation.interface);
  return {
      {"id", id_of(sight.view, ObjectKind::kReservation, reservation.id)},
      {"network_id", name_of(sight.view, reservation.network)},
      {"mac", macs_of(reservation)},
      {"client_id", hex_of(reservation, kClientId)},
      {"duid", hex_of(reservation, kDuid)},
      {"circuit_id", hex_of(reservation, kCircuitId)},
      {"remote_id", hex_of(reservation, kRemoteId)},
      {"addresses", texts(reservation.addresses)},
      {"interface_id", interface ? json::value(interface->vif) : json::value()},
      {"hostname", or_null(reservation.hostname)},
      {"options", show(sight.options, reservation.options)},
      {"force", show(sight.options, reservation.forced)},
      {"boot", show(reservation.boot)},
      {"classes", texts(reservation.classes)},
      {"managed_by", name_of(reservation.managed_by)},
      {"created_at", show(reservation.created)},
      {"revision", reservation.revision},
  };
}

json::object show(const Sight& sight, const store::Policy& policy) {
  return {
      {"id", id_of(sight.view, ObjectKind::kPolicy, policy.id)},
      {"tenant_id", policy.tenant},
      {"name", policy.name},
      {"description", policy.description},
      {"created_at", show(policy.created)},
      {"revision", policy.revision},
  };
}

json::object show(const Sight& sight, store::PolicyId policy, const store::PolicyRange& range) {
  return {
      {"id", inner_uuid(sight.view, ObjectKind::kPolicyRange, policy.value, range.number)},
      {"policy_id", id_of(sight.view, ObjectKind::kPolicy, policy)},
      {"offset", range.offset},
      {"length", range.length},
  };
}

json::object show(const Sight& sight, store::PolicyId policy, const store::PolicyOctet& octet) {
  return {
      {"id", inner_uuid(sight.view, ObjectKind::kPolicyOctet, policy.value, octet.number)},
      {"policy_id", id_of(sight.view, ObjectKind::kPolicy, policy)},
      {"octet", octet.octet},
  };
}

json::object show(const Sight& sight, store::BlockId block, const store::Route& route) {
  return {
      {"id", inner_uuid(sight.view, ObjectKind::kRoute, block.value, route.number)},
      {"destination", text(route.destination)},
      {"netmask", netmask_of(route.destination)},
      {"gateway", text(route.gateway)},
  };
}

json::object show(const Sight& sight, const store::MacRange& range) {
  return {
      {"id", id_of(sight.view, ObjectKind::kMacRange, range.id)},
      {"cidr", cat(text(range.first), '/', range.length)},
      {"created_at", show(range.created)},
      {"revision", range.revision},
  };
}

json::object show(const Sight& sight, const store::Allocation& allocation) {
  json::array families;
  if (allocation.v4) families.emplace_back(4);
  if (allocation.v6) families.emplace_back(6);
  json::array addresses;
  for (const store::AddressKey& key : allocation.addresses) {
    addresses.emplace_back(address_id(sight.view, key));
  }
  const auto interface =
      allocation.interface.empty() ? std::nullopt : sight.view.interface(allocation.interface);
  return {
      {"id", id_of(sight.view, ObjectKind::kAllocation, allocation.id)},
      {"tenant_id", allocation.tenant},
      {"handle", allocation.handle},
      {"network_id", name_of(sight.view, allocation.network)},
      {"ip_block_id", id_of(sight.view, ObjectKind::kBlock, allocation.block)},
      {"count", allocation.count},
      {"families", std::move(families)},
      {"interface_id", interface ? json::value(interface->vif) : json::value()},
      {"ip_addresses", std::move(addresses)},
      {"created_at", show(allocation.created)},
      {"revision", allocation.revision},
  };
}

}  // namespace melange::admin
