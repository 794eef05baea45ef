// SPDX-License-Identifier: Apache-2.0
//
// Input: option 82. What is read lies inside of it, can be shown, and is what a second reader with
// simpler code finds in the same octets.
#include "melange/wire/relay_info.h"

#include "demand.h"

namespace {

using namespace melange;
using fuzz::demand;

// The value of the only sub-option `code`; empty if there is none.
base::Bytes value_of(base::Bytes octets, std::uint8_t code) {
  for (std::size_t at = 0; at + 2 <= octets.size(); at += 2u + octets[at + 1]) {
    if (octets[at] == code) return octets.subspan(at + 2, octets[at + 1]);
  }
  return {};
}

bool same(const std::optional<net::Ipv4>& address, base::Bytes value) {
  return address ? base::equal(address->octets(), value) : value.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = fuzz::exact_copy(data, size);
  const auto info = wire::read_relay_info(octets);
  if (!info) return 0;
  demand(!octets.empty(), "an empty option is malformed");
  demand(fuzz::printable(wire::text(*info)), "the text is printable");
  for (const auto& [code, value] :
       {std::pair{std::uint8_t{1}, info->circuit_id}, std::pair{std::uint8_t{2}, info->remote_id},
        std::pair{std::uint8_t{6}, info->subscriber_id},
        std::pair{std::uint8_t{12}, info->relay_id}}) {
    demand(fuzz::inside(value, octets), "values lie inside of the option");
    demand(base::equal(value, value_of(octets, code)), "values are those of their sub-options");
  }
  demand(same(info->link_selection, value_of(octets, 5)), "link selection");
  demand(same(info->server_id_override, value_of(octets, 11)), "server-id override");
  demand(value_of(octets, 19).empty(), "a source port is empty");
  return 0;
}
