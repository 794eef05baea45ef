// SPDX-License-Identifier: Apache-2.0
#include "said.h"

#include <stdexcept>

#include "gifts.h"
#include "melange/base/text.h"
#include "melange/wire/client_system.h"
#include "melange/wire/host_name.h"
#include "melange/wire/options4.h"

namespace melange::test {
namespace {

namespace code = wire::option4;
using base::split;

void append(Octets& out, const Octets& more) { out.insert(out.end(), more.begin(), more.end()); }

// Behind its length, as in many options.
void append_sized(Octets& out, const Octets& part) {
  out.push_back(static_cast<std::uint8_t>(part.size()));
  append(out, part);
}

// "efi-x64" or "7"; several in the order of the client's preference.
Octets archs_of(const std::string& list) {
  Octets octets;
  for (const std::string_view name : split(list, ',')) {
    const auto codes = wire::arch_codes(name);
    if (codes.empty()) throw std::invalid_argument(base::cat("not an architecture: ", name));
    append(octets, option_u16(code::kClientSystem, codes[0]).value);
  }
  return octets;
}

std::uint8_t flags_of(std::string_view letters) {
  std::uint8_t flags = 0;
  for (const char letter : letters) {
    switch (letter) {
      case 'S':
        flags |= wire::fqdn_flag::kS;
        break;
      case 'O':
        flags |= wire::fqdn_flag::kO;
        break;
      case 'E':
        flags |= wire::fqdn_flag::kE;
        break;
      case 'N':
        flags |= wire::fqdn_flag::kN;
        break;
      default:
        throw std::invalid_argument("not a flag of option 81");
    }
  }
  return flags;
}

// RFC 4702 section 2: "ES/web1.lab.example."; with E in DNS wire form, where the last dot is the
// root label.
Octets fqdn_of(const std::string& text) {
  const auto slash = text.find('/');
  const std::string letters = text.substr(0, slash);
  std::string name = slash == std::string::npos ? "" : text.substr(slash + 1);
  Octets octets{flags_of(letters), 0, 0};
  if ((octets[0] & wire::fqdn_flag::kE) == 0) {
    append(octets, text_or_hex(name));
    return octets;
  }
  const bool complete = name.ends_with('.');
  if (complete) name.pop_back();
  if (!name.empty()) {
    for (const std::string_view label : split(name, '.')) append_sized(octets, text_or_hex(label));
  }
  if (complete) octets.push_back(0);
  return octets;
}

// RFC 3004 section 4
Octets user_classes_of(const std::string& list) {
  Octets octets;
  for (const std::string_view text : split(list, ',')) append_sized(octets, text_or_hex(text));
  return octets;
}

// RFC 3925 section 3: "4491/docsis"
Octets vendor_of(const std::string& text) {
  const auto parts = split(text, '/');
  Octets octets = option_u32(code::kVendorClasses, number_of(std::string(parts.at(0)))).value;
  Octets data;
  append_sized(data, text_or_hex(parts.at(1)));
  append_sized(octets, data);
  return octets;
}

}  // namespace

void read_client(Words& words, std::vector<TestOption>& options) {
  const auto add = [&](std::string_view key, std::uint8_t option, auto&& octets_of) {
    if (const auto octets = words.take_as(key, octets_of)) options.push_back({option, *octets});
  };
  add("hostname", code::kHostName, text_or_hex);
  add("vendor_class", code::kVendorClass, text_or_hex);
  add("user_class", code::kUserClass, text_or_hex);
  add("user_classes", code::kUserClass, user_classes_of);
  add("arch", code::kClientSystem, archs_of);
  add("fqdn", code::kFqdn, fqdn_of);
  add("vendor", code::kVendorClasses, vendor_of);
  if (words.take_word("rapid_commit")) options.push_back({code::kRapidCommit, {}});
}

void read_relay(Words& words, net::Ipv4 near, std::vector<TestOption>& options) {
  Octets octets;
  const auto add = [&](std::string_view key, std::uint8_t sub_option, auto&& octets_of) {
    const auto value = words.take_as(key, octets_of);
    if (!value) return;
    octets.push_back(sub_option);
    append_sized(octets, *value);
  };
  const auto address = [&](const std::string& text) {
    return option_u32(0, short_address(text, near).value()).value;
  };
  add("circuit", 1, text_or_hex);
  add("remote", 2, text_or_hex);
  add("link_selection", 5, address);
  add("subscriber", 6, text_or_hex);
  add("override", 11, address);
  add("relay_id", 12, text_or_hex);
  if (words.take_word("source_port")) append(octets, {19, 0});
  if (!octets.empty()) options.push_back({code::kRelayAgentInformation, octets});
}

}  // namespace melange::test
