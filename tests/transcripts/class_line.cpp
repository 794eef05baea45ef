// SPDX-License-Identifier: Apache-2.0
//
// The line "class ipxe user_class=iPXE arch=efi-x64 boot_file=http://192.0.2.2/boot.ipxe": what a
// client must be, and what it gets.
#include <algorithm>

#include "gifts.h"
#include "melange/base/text.h"
#include "melange/wire/client_system.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using config::OctetPattern;

// Calls `add` with each part of each "key=a,b".
void each_of(Words& words, std::string_view key, auto&& add) {
  while (const auto list = words.take(key)) {
    for (const std::string_view part : base::split(*list, ',')) add(part);
  }
}

// "iPXE", "PXEClient:*", "hex:0a*"
OctetPattern pattern_of(std::string_view text) {
  const bool prefix = text.ends_with('*');
  if (prefix) text.remove_suffix(1);
  return {text_or_hex(text), prefix};
}

// "02::1", "52:54:00:*"
OctetPattern mac_pattern_of(std::string_view text) {
  if (text.ends_with(":*")) return {octets_of(std::string(text.substr(0, text.size() - 2))), true};
  const net::Mac mac = short_mac(text);
  const base::Bytes octets = mac.bytes();
  return {{octets.begin(), octets.end()}, false};
}

void read_patterns(Words& words, std::string_view key, std::vector<OctetPattern>& patterns) {
  each_of(words, key, [&](std::string_view text) { patterns.push_back(pattern_of(text)); });
}

config::Match read_match(Words& words) {
  config::Match match;
  each_of(words, "vendor_class",
          [&](std::string_view text) { match.vendor_class.push_back({text_or_hex(text), true}); });
  read_patterns(words, "user_class", match.user_class);
  read_patterns(words, "uuid", match.uuid);
  each_of(words, "mac", [&](std::string_view text) { match.mac.push_back(mac_pattern_of(text)); });
  read_patterns(words, "circuit", match.circuit_id);
  read_patterns(words, "remote", match.remote_id);
  read_patterns(words, "subscriber", match.subscriber_id);
  read_patterns(words, "relay_id", match.relay_id);
  each_of(words, "enterprise", [&](std::string_view text) {
    match.vendor_enterprise.push_back(number_of(std::string(text)));
  });
  each_of(words, "arch", [&](std::string_view text) {
    for (const std::uint16_t code : wire::arch_codes(text)) match.arch.push_back(code);
  });
  each_of(words, "relay", [&](std::string_view text) {
    const auto address = net::Ipv4::parse(text);
    const auto prefix = address ? net::Prefix::make(*address, 32) : net::Prefix::parse(text);
    if (!prefix) words.fail("not a relay");
    match.relay.push_back(*prefix);
  });
  match.has_option = words.take_as("has", codes_of).value_or(config::OptionCodes{});
  match.known = words.take_as("known", yes_or_no);
  return match;
}

}  // namespace

config::Class read_class(Words& words) {
  config::Class made;
  made.name.value = words.next();
  made.ignore = words.take_word("ignore");
  made.match = read_match(words);
  made.lease_time = words.take_as("lease", duration_of);
  made.min_lease_time = words.take_as("min_lease", duration_of);
  made.max_lease_time = words.take_as("max_lease", duration_of);
  read_gifts(words, made);
  return made;
}

}  // namespace melange::test
