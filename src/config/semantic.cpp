// SPDX-License-Identifier: Apache-2.0
#include "semantic.h"

#include <algorithm>
#include <map>
#include <set>

#include "block_rules.h"
#include "class_rules.h"
#include "http_rules.h"
#include "melange/base/text.h"
#include "message.h"
#include "once.h"
#include "reservation_rules.h"

namespace melange::config {
namespace {

using base::cat;

bool have_cidrs(const Network& network) {
  const auto has_cidr = [](const Block& block) { return block.cidr.value.has_value(); };
  return !network.blocks.empty() && std::ranges::all_of(network.blocks, has_cidr);
}

bool blocks_are_apart(const Network& network, Mistakes& mistakes) {
  std::vector<NamedRange> ranges;
  for (const auto& block : network.blocks) {
    if (!block.cidr.value) continue;
    const net::Prefix& cidr = *block.cidr.value;
    ranges.push_back({cidr.range(), cat("block ", text(cidr)), block.cidr.line});
  }
  return are_apart(std::move(ranges), mistakes);
}

void check_network(const Network& network, const std::set<unsigned>& mistaken_lines,
                   Mistakes& mistakes) {
  const bool cidrs_known = have_cidrs(network);
  if (network.blocks.empty()) {
    mistakes.push_back({network.line, cat("network ", quoted(network.id.value),
                                          " has no block; add [[network.block]] with its cidr")});
  }
  for (const Block& block : network.blocks) {
    check_block(block, !mistaken_lines.contains(block.lease_time.line), mistakes);
  }
  const bool apart = blocks_are_apart(network, mistakes);
  check_reservations(network, cidrs_known && apart, mistakes);
}

// Two networks may have the same addresses, but each packet must have one network: by its link, or
// by its relay, or because its block is nobody else's (design.md section 4).
void check_ambiguity(const Config& config, Mistakes& mistakes) {
  std::map<net::Prefix, std::vector<const Network*>> by_address;
  for (const Network& network : config.networks) {
    if (!network.interfaces.empty()) continue;
    for (const Block& block : network.blocks) {
      if (!block.cidr.value) continue;
      auto& others = by_address[*block.cidr.value];
      const auto rival = std::ranges::find_if(others, [&](const Network* other) {
        return other != &network && (other->relays.empty() || network.relays.empty());
      });
      if (rival != others.end()) {
        mistakes.push_back(
            {block.cidr.line, cat("block ", text(*block.cidr.value), " is also in network ",
                                  quoted((*rival)->id.value), " of line ", (*rival)->line,
                                  ", and neither names its interfaces; name them")});
      }
      if (others.empty() || others.back() != &network) others.push_back(&network);
    }
  }
}

// A value twice in one network is harmless; in two, the packet could belong to either.
template <class Value>
void check_owner(std::map<Value, const Network*>& owners, const Value& value,
                 const Network& network, std::string_view name, Mistakes& mistakes) {
  const Network& owner = *owners.emplace(value, &network).first->second;
  if (&owner == &network) return;
  mistakes.push_back({network.line, cat(name, " is also in network ", quoted(owner.id.value),
                                        " of line ", owner.line, "; leave it in one")});
}

}  // namespace

void check_meaning(const Config& config, Mistakes& mistakes) {
  std::set<unsigned> mistaken_lines;
  for (const Mistake& mistake : mistakes) mistaken_lines.insert(mistake.line);
  mistaken_lines.erase(0);  // the line of defaults
  Once<std::string> ids(mistakes);
  std::map<std::string, const Network*> interfaces;
  std::map<net::Ipv4, const Network*> relays;
  for (const Network& network : config.networks) {
    const auto& [id, line] = network.id;
    if (!id.empty()) ids.add(id, line, cat("network id ", quoted(id)), "; each needs its own");
    check_network(network, mistaken_lines, mistakes);
    for (const std::string& name : network.interfaces) {
      check_owner(interfaces, name, network, cat("interface ", quoted(name)), mistakes);
    }
    for (const net::Ipv4 relay : network.relays) {
      check_owner(relays, relay, network, cat("relay ", text(relay)), mistakes);
    }
  }
  check_ambiguity(config, mistakes);
  check_classes(config, mistakes);
  check_http(config.http, mistakes);
}

}  // namespace melange::config
