// SPDX-License-Identifier: Apache-2.0
//
// Any text as a configuration, and as a file of tokens: it is refused with messages that a terminal
// can show, or it keeps the promises that the rest of the server builds on (hostile.md C1-C7).
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "melange/base/check.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/config/load.h"
#include "melange/config/tokens.h"

namespace {

using melange::base::check;
using namespace melange::config;

void check_mistakes(const Mistakes& mistakes) {
  check(!mistakes.empty());
  check(std::ranges::adjacent_find(mistakes, std::ranges::greater_equal{}) == mistakes.end());
  for (const Mistake& mistake : mistakes) {
    check(!mistake.message.empty());
    check(std::ranges::all_of(mistake.message, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

void check_pools(const Block& block) {
  for (const auto& pool : block.pools) {
    check(block.cidr.value->range().contains(pool.value));
    const auto overlaps = [&](const auto& other) { return pool.value.overlaps(other.value); };
    check(std::ranges::count_if(block.pools, overlaps) == 1);  // itself
  }
}

void check_times(const Block& block) {
  const auto lease = block.lease_time.value;
  const auto shortest = block.min_lease_time.value.value_or(lease);
  check(shortest.count() > 0 && shortest <= lease);
  check(lease <= block.max_lease_time.value.value_or(lease));
  check(lease <= melange::base::kInfinite);
  const auto rebind = block.rebind_time.value.value_or(shortest);
  check(rebind <= shortest);
  check(block.renew_time.value.value_or(rebind / 2) < rebind);
}

void check_client(const Reservation& reservation, std::set<melange::wire::Identity>& clients) {
  const auto identities = reservation.identities();
  check(!identities.empty() && identities.size() <= melange::base::limits::kIdentities);
  for (const auto& identity : identities) check(clients.insert(identity).second);
}

void check_boot(const Boot& boot) {
  check(boot.server_name.size() <= 63 && boot.file.size() <= 255);
}

void check_pools(const Block& block, const Config& config) {
  const auto is_known = [&](const auto& name) {
    const auto is_it = [&](const Class& one) { return one.name.value == name.value; };
    return std::ranges::count_if(config.classes, is_it) == 1;
  };
  check(std::ranges::all_of(block.classes, is_known));
  for (const Pool& pool : block.pool) {
    check(pool.range.value && block.cidr.value->range().contains(*pool.range.value));
    const auto overlaps = [&](const auto& other) {
      return pool.range.value->overlaps(other.value);
    };
    check(std::ranges::none_of(block.pools, overlaps));
    check(std::ranges::all_of(pool.classes, is_known));
  }
}

void check_network(const Network& network, const Config& config) {
  check(!network.id.value.empty() && !network.blocks.empty());
  for (const Block& block : network.blocks) {
    check(block.cidr.value && block.cidr.value->family() == melange::net::Family::kV4);
    check(!block.gateway.value || block.cidr.value->contains(*block.gateway.value));
    check_pools(block);
    check_pools(block, config);
    check_boot(block.boot);
    check_times(block);
  }
  std::set<melange::wire::Identity> clients;
  for (const Reservation& reservation : network.reservations) {
    check_client(reservation, clients);
    check(!reservation.addresses.empty());
    for (const auto& address : reservation.addresses) {
      const auto holds = [&](const Block& block) {
        return block.cidr.value->contains(address.value);
      };
      check(std::ranges::count_if(network.blocks, holds) == 1);
    }
  }
}

void check_http(const Http& http) {
  check(http.tls_certificate.value.has_value() == http.tls_key.value.has_value());
  check(http.connections >= 1 && http.connections <= 1024);
  const bool is_guarded = http.tokens.value && http.tls_key.value;
  for (const auto& [endpoint, line] : http.listen) {
    const bool stays_here =
        endpoint.starts_with("unix:/") || endpoint.starts_with("127.") || endpoint.starts_with("[");
    check(stays_here || is_guarded);
  }
}

void check_tokens(const std::vector<TokenEntry>& tokens) {
  check(!tokens.empty());
  for (const TokenEntry& token : tokens) {
    check(!token.id.empty() && token.id.find('_') == std::string::npos);
    check(token.digest.size() == 32 && !token.scopes.empty());
    check(std::ranges::count(tokens, token.id, &TokenEntry::id) == 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> exact(data, data + size);
  const auto tokens = parse_tokens(melange::base::text_of(exact));
  tokens ? check_tokens(*tokens) : check_mistakes(tokens.error());
  const auto config = parse(melange::base::text_of(exact));
  if (!config) {
    check_mistakes(config.error());
    return 0;
  }
  check_http(config->http);
  for (const Network& network : config->networks) check_network(network, *config);
  for (const Class& one : config->classes) check_boot(one.boot);
  return 0;
}
