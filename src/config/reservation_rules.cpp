// SPDX-License-Identifier: Apache-2.0
#include "reservation_rules.h"

#include <iterator>
#include <map>

#include "block_rules.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "message.h"
#include "once.h"

namespace melange::config {
namespace {

using base::cat;
namespace limits = base::limits;

// The network's disjoint blocks by their first address.
using BlockIndex = std::map<net::Address, const Block*>;

const Block* block_of(net::Ipv4 address, const BlockIndex& blocks) {
  const auto after = blocks.upper_bound(address);
  if (after == blocks.begin()) return nullptr;
  const Block* candidate = std::prev(after)->second;
  return candidate->cidr.value->contains(address) ? candidate : nullptr;
}

void check_place(const At<net::Ipv4>& reserved, const BlockIndex& blocks, const Network& network,
                 Mistakes& mistakes) {
  const auto& [address, line] = reserved;
  const Block* block = block_of(address, blocks);
  if (block == nullptr) {
    mistakes.push_back(
        {line, cat("reserved address ", text(address), " lies outside every block of network ",
                   quoted(network.id.value))});
    return;
  }
  if (const std::string_view role = role_of(address, *block->cidr.value, block->gateway.value);
      !role.empty()) {
    mistakes.push_back({line, cat("reserved address ", text(address), " is the ", role,
                                  " address of block ", text(*block->cidr.value))});
  }
}

void check_client(const Reservation& reservation, Once<wire::Identity>& clients,
                  Mistakes& mistakes) {
  std::size_t count = 0;
  bool is_named = false;
  for (const auto* key : {&reservation.mac, &reservation.client_id, &reservation.duid,
                          &reservation.circuit_id, &reservation.remote_id}) {
    is_named = is_named || key->line != 0;
    count += key->value.all.size();
    for (const wire::Identity& identity : key->value.all) {
      clients.add(identity, key->line, cat("reservation for ", text(identity)),
                  "; give one reservation all of its addresses");
    }
  }
  if (!is_named) {
    mistakes.push_back({reservation.line,
                        "reservation lacks its client: give it mac, client_id, "
                        "duid, circuit_id or remote_id"});
  }
  if (count > limits::kIdentities) {
    mistakes.push_back(
        {reservation.line, cat("reservation: its client has ", count, " identities; at most ",
                               limits::kIdentities, " are kept")});
  }
}

// What a record of the store takes.
void check_size(const Reservation& reservation, Mistakes& mistakes) {
  std::size_t octets = 0;
  for (const auto& [code, value] : reservation.options) {
    octets += limits::kOptionOverhead + value.size();
  }
  if (octets > limits::kAddressOptions) {
    mistakes.push_back({reservation.line, cat("reservation: its options are longer than ",
                                              limits::kAddressOptions, " octets")});
  }
  if (reservation.classes.size() > limits::kClassesOfOne) {
    mistakes.push_back({reservation.classes.at(limits::kClassesOfOne).line,
                        cat("classes: are more than ", limits::kClassesOfOne)});
  }
}

}  // namespace

void check_reservations(const Network& network, bool blocks_known, Mistakes& mistakes) {
  BlockIndex blocks;
  for (const Block& block : network.blocks) {
    if (block.cidr.value) blocks.emplace(block.cidr.value->network(), &block);
  }
  Once<wire::Identity> clients(mistakes);
  Once<net::Ipv4> addresses(mistakes);
  for (const Reservation& reservation : network.reservations) {
    check_client(reservation, clients, mistakes);
    check_size(reservation, mistakes);
    for (const auto& reserved : reservation.addresses) {
      addresses.add(reserved.value, reserved.line, cat("reserved address ", text(reserved.value)));
      if (blocks_known) check_place(reserved, blocks, network, mistakes);
    }
  }
}

}  // namespace melange::config
