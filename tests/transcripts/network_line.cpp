// SPDX-License-Identifier: Apache-2.0
//
// The line "network 192.0.2.0/24 authoritative=no reserve=.10/02::1 pool=.100-.199": the keys of a
// network, and those of its first block.
#include <stdexcept>

#include "gifts.h"
#include "melange/base/text.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using base::split;

// ".10/02::1/web1"
config::Reservation short_reservation(const std::string& text, net::Ipv4 near) {
  const auto parts = split(text, '/');
  config::Reservation reservation = reservation_of(parts.at(0), parts.at(1), near);
  if (parts.size() > 2) reservation.hostname = parts.at(2);
  return reservation;
}

config::IdentityPolicy policy_of(const std::string& text) {
  if (text == "client-id") return config::IdentityPolicy::kClientId;
  if (text == "circuit-id") return config::IdentityPolicy::kCircuitId;
  throw std::invalid_argument("not an identity policy: " + text);
}

void read_network_keys(Words& words, net::Ipv4 near, config::Network& network) {
  const auto address = [&](const std::string& text) { return short_address(text, near); };
  network.id.value = words.take("id").value_or("");
  network.authoritative = words.take_as("authoritative", yes_or_no).value_or(true);
  network.decline_time = words.take_as("decline", duration_of).value_or(network.decline_time);
  network.hold_time = words.take_as("hold", duration_of).value_or(network.hold_time);
  network.identity = words.take_as("identity", policy_of).value_or(network.identity);
  network.rapid_commit = words.take_as("rapid_commit", yes_or_no);
  network.bootp = words.take_word("bootp");
  network.trust_relay_information = words.take_word("trust_relay");
  network.server_id = words.take_as("server_id", address);
  while (const auto link = words.take("interface")) network.interfaces.push_back(*link);
  while (const auto relay = words.take("relay")) {
    network.relays.push_back(address(*relay));
  }
  while (const auto text = words.take("reserve")) {
    network.reservations.push_back(short_reservation(*text, near));
  }
  Words gifts = words.take_under("net.");
  read_gifts(gifts, network);
}

}  // namespace

config::Network read_network(Words& words, Beside& beside) {
  const auto cidr = net::Prefix::parse(words.next());
  if (!cidr || cidr->family() != net::Family::kV4) words.fail("not a block");
  config::Network network;
  read_network_keys(words, cidr->network().v4(), network);
  network.blocks.push_back(read_block(words, *cidr, beside));
  return network;
}

}  // namespace melange::test
