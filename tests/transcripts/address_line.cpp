// SPDX-License-Identifier: Apache-2.0
//
// The line "address .10 reserved mac=02::1 hostname=web1 domain-name=lab.example": an address as an
// operator's request leaves it in the store.
#include "gifts.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

store::AddressState state_of(Words& words) {
  const std::string name = words.next();
  for (std::size_t i = 1; i < store::kAddressStates; ++i) {
    const auto state = static_cast<store::AddressState>(i);
    if (name == text(state)) return state;
  }
  words.fail("not a state");
}

wire::Identity identity_of(const std::string& mac) { return wire::Identity::of(short_mac(mac)); }

}  // namespace

WriteAddress read_address(Words& words, const Setup& setup) {
  WriteAddress written;
  written.address = short_address(words.next(), setup.near());
  written.state = state_of(words);
  written.identity = words.take_as("mac", identity_of).value_or(wire::Identity{});
  written.reserved_for = words.take_as("owner", identity_of).value_or(wire::Identity{});
  written.hostname = words.take("hostname").value_or("");
  written.until = words.take_as("until", duration_of);
  for (auto& [code, octets] : read_options(words)) written.options.push_back({code, octets});
  return written;
}

}  // namespace melange::test
