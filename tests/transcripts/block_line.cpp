// SPDX-License-Identifier: Apache-2.0
//
// The keys of a block: "pool=.100-.199 gateway=.1 lease=1h domain-name=lab.example".
#include <algorithm>
#include <stdexcept>

#include "gifts.h"
#include "melange/base/text.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using base::split;

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

// ".120-.129/CLASS,CLASS/domain-name=lab.example;force=15"; no class, no options: "//"
config::Pool pool_of(const std::string& text, net::Ipv4 near) {
  const auto first = text.find('/');
  const auto second = text.find('/', first + 1);
  if (second == std::string::npos) throw std::invalid_argument("not a subpool: " + text);
  config::Pool pool;
  pool.range.value = short_range(text.substr(0, first), near);
  const std::string classes = text.substr(first + 1, second - first - 1);
  if (!classes.empty()) pool.classes = names_of(classes);
  std::string options = text.substr(second + 1);
  std::ranges::replace(options, ';', ' ');
  Words words(options, 0);
  pool.force = words.take_as("force", codes_of).value_or(config::OptionCodes{});
  pool.options = read_options(words);
  words.finish();
  return pool;
}

}  // namespace

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
  if (const auto classes = words.take("class")) block.classes = names_of(*classes);
  while (const auto pool = words.take("subpool")) block.pool.push_back(pool_of(*pool, near));
  read_gifts(words, block);
  return block;
}

}  // namespace melange::test
