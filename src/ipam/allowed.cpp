// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/allowed.h"

#include <algorithm>

#include "melange/base/text.h"
#include "melange/ipam/allocate.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::AllowedAddress;
using store::Interface;

std::vector<AllowedAddress> own_addresses(const Draft& draft, const Interface& interface) {
  std::vector<AllowedAddress> own;
  for (const store::AddressKey& key : draft.addresses_on(interface.id)) {
    const auto record = draft.address(key);
    if (record && is_allocated(*record)) own.push_back({record->network, key.address});
  }
  return own;
}

bool is_plugged_into(std::span<const AllowedAddress> own, store::NetworkId network) {
  return std::ranges::find(own, network, &AllowedAddress::network) != own.end();
}

}  // namespace

Verdict<Interface> allow(Draft& draft, Interface interface, const store::Network& network,
                         const net::Address& address) {
  if (!is_plugged_into(own_addresses(draft, interface), network.id)) {
    return refuse(Why::kImpossible, "network_id",
                  cat("the interface is not plugged into network ", network.name));
  }
  if (!block_around(draft, network.id, address)) {
    return refuse(Why::kImpossible, "ip_address",
                  cat(text(address), " lies in no block of network ", network.name));
  }
  const AllowedAddress wanted{network.id, address};
  if (std::ranges::find(interface.allowed, wanted) != interface.allowed.end()) return interface;
  if (interface.allowed.size() >= kAllowedAddresses) {
    return refuse(Why::kImpossible, "ip_address",
                  cat("an interface is allowed at most ", kAllowedAddresses, " addresses"));
  }
  interface.allowed.push_back(wanted);
  return draft.put(std::move(interface));
}

Verdict<Interface> disallow(Draft& draft, Interface interface, const net::Address& address) {
  const auto is_it = [&](const AllowedAddress& allowed) { return allowed.address == address; };
  if (std::erase_if(interface.allowed, is_it) == 0) {
    return refuse(Why::kNotFound, "", cat(text(address), " is not allowed explicitly"));
  }
  return draft.put(std::move(interface));
}

std::vector<AllowedAddress> allowed_addresses(const Draft& draft, const Interface& interface) {
  std::vector<AllowedAddress> all = own_addresses(draft, interface);
  const std::size_t own = all.size();
  for (const AllowedAddress& allowed : interface.allowed) {
    const std::span known(all);
    const bool is_own = std::ranges::find(known, allowed) != known.end();
    if (!is_own && is_plugged_into(known.first(own), allowed.network)) all.push_back(allowed);
  }
  return all;
}

}  // namespace melange::ipam
