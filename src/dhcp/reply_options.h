// SPDX-License-Identifier: Apache-2.0
//
// What a reply says of itself where several have a word: the address's reservation, the client's
// classes, the pool, the block, the network, the server, in this order. For each option and each
// boot field the first that has one.
#pragma once

#include "melange/dhcp/decide4.h"

namespace melange::dhcp {

// Empty if nobody has the option. 249 is 121 under Microsoft's number. `reply.block` is not null.
base::Bytes value_of(const Reply4& reply, std::uint8_t option);

// Calls `visit` with each OptionSet4 that the reply draws from, but not with what the reservation
// has, the most specific first, until it returns true.
template <class Visit>
void for_each_set(const Reply4& reply, const Visit& visit) {
  for (const ServedClass* const each : reply.classes) {
    if (visit(each->options)) return;
  }
  if (reply.pool != nullptr && visit(reply.pool->options)) return;
  if (visit(reply.block->options) || visit(reply.network->options)) return;
  visit(reply.globals->options);
}

inline constexpr std::string_view kHttpClient = "HTTPClient";

// Where the client boots from (RFC 2131 table 3); what is not said is zero or empty.
struct Boot4 {
  net::Ipv4 server;
  base::Bytes server_name;
  base::Bytes file;
  bool by_http = false;  // the client asked as UEFI's HTTP boot does
};
Boot4 boot_of(const Query4& query, const Reply4& reply);

}  // namespace melange::dhcp
