// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "melange/base/text.h"
#include "melange/wire/options4.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using base::split;

// "1450" is a number, "a,b" a list, anything else a text.
wire::Datum datum_of(const std::string& text) {
  if (text.find(',') != std::string::npos) {
    wire::DatumList list;
    for (const std::string_view part : split(text, ','))
      list.push_back(datum_of(std::string(part)));
    return {list};
  }
  const bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return {static_cast<std::int64_t>(number_of(text))};
  return {text};
}

// ".10/02::1/web1"
config::Reservation reservation_of(const std::string& text, net::Ipv4 near) {
  const auto parts = split(text, '/');
  config::Reservation reservation;
  reservation.addresses.push_back({short_address(parts.at(0), near), 0});
  reservation.mac.value = short_mac(parts.at(1));
  if (parts.size() > 2) reservation.hostname = parts.at(2);
  return reservation;
}

// ".100/02::1/1h"
SeededLease lease_of(const std::string& text, net::Ipv4 near) {
  const auto parts = split(text, '/');
  return {short_address(parts.at(0), near), short_mac(parts.at(1)),
          duration_of(std::string(parts.at(2)))};
}

void read_leases(Words& words, net::Ipv4 near, config::Block& block, Beside& beside) {
  while (const auto value = words.take("lease")) {
    if (value->find('/') == std::string::npos) {
      block.lease_time.value = duration_of(*value);
    } else {
      beside.leases.push_back(lease_of(*value, near));
    }
  }
}

void read_times(Words& words, config::Block& block) {
  block.min_lease_time.value = words.take_as("min_lease", duration_of);
  block.max_lease_time.value = words.take_as("max_lease", duration_of);
  block.renew_time.value = words.take_as("renew", duration_of);
  block.rebind_time.value = words.take_as("rebind", duration_of);
}

void read_ranges(Words& words, std::string_view key, net::Ipv4 near,
                 std::vector<config::At<net::Range>>& ranges) {
  while (const auto value = words.take(key)) {
    for (const std::string_view part : split(*value, ',')) {
      ranges.push_back({short_range(part, near), 0});
    }
  }
}

// "10.0.0.0/8>.254"
void read_routes(Words& words, net::Ipv4 near, config::Block& block) {
  while (const auto value = words.take("route")) {
    const auto arrow = value->find('>');
    const auto destination = net::Prefix::parse(value->substr(0, arrow));
    if (arrow == std::string::npos || !destination) words.fail("not a route");
    block.routes.push_back({*destination, short_address(value->substr(arrow + 1), near)});
  }
}

// ".7,.9"
void read_denied(Words& words, net::Prefix cidr, Beside& beside) {
  const auto value = words.take("deny");
  if (!value) return;
  net::OctetMask octets;
  for (const std::string_view part : split(*value, ',')) {
    const auto address = short_address(part, cidr.network().v4());
    octets.add(static_cast<std::uint8_t>(address.value()));
  }
  beside.denied.push_back({cidr, octets});
}

bool yes_or_no(const std::string& text) { return text != "no"; }

void read_network_keys(Words& words, net::Ipv4 near, config::Network& network) {
  network.id.value = words.take("id").value_or("");
  network.authoritative = words.take_as("authoritative", yes_or_no).value_or(true);
  network.decline_time = words.take_as("decline", duration_of).value_or(network.decline_time);
  network.hold_time = words.take_as("hold", duration_of).value_or(network.hold_time);
  if (words.take("identity") == "client-id") {
    network.identity = config::IdentityPolicy::kClientId;
  }
  while (const auto link = words.take("interface")) network.interfaces.push_back(*link);
  while (const auto relay = words.take("relay")) {
    network.relays.push_back(short_address(*relay, near));
  }
  while (const auto text = words.take("reserve")) {
    network.reservations.push_back(reservation_of(*text, near));
  }
}

}  // namespace

config::Options4 read_options(Words& words) {
  config::Options4 options;
  for (const auto& [key, value] : words.take_pairs()) {
    const auto code = wire::option4_code(key);
    if (!code) words.fail(base::cat("unknown option '", key, "'"));
    const auto octets = wire::encode_option4(*code, datum_of(value));
    if (!octets) words.fail(base::cat(key, ' ', octets.error()));
    options[*code] = *octets;
  }
  return options;
}

config::Block read_block(Words& words, net::Prefix cidr, Beside& beside) {
  const net::Ipv4 near = cidr.network().v4();
  const auto address = [&](const std::string& text) { return short_address(text, near); };
  config::Block block;
  block.cidr.value = cidr;
  block.gateway.value = words.take_as("gateway", address);
  while (const auto server = words.take("dns")) block.dns.push_back(address(*server));
  read_ranges(words, "pool", near, block.pools);
  read_ranges(words, "exclude", near, block.exclude);
  read_leases(words, near, block, beside);
  read_denied(words, cidr, beside);
  read_times(words, block);
  read_routes(words, near, block);
  if (const auto mtu = words.take_as("mtu", number_of)) {
    block.mtu = static_cast<std::uint16_t>(*mtu);
  }
  block.options = read_options(words);
  return block;
}

config::Network read_network(Words& words, Beside& beside) {
  const auto cidr = net::Prefix::parse(words.next());
  if (!cidr || cidr->family() != net::Family::kV4) words.fail("not a block");
  config::Network network;
  read_network_keys(words, cidr->network().v4(), network);
  network.blocks.push_back(read_block(words, *cidr, beside));
  return network;
}

}  // namespace melange::test
