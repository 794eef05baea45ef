// SPDX-License-Identifier: Apache-2.0
//
// Checks of one value alone, for fields.h: what is wrong with it, and what to write instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"

namespace melange::config {

using Complaint = std::optional<std::string>;

Complaint absolute_path(const std::string& path);
// Linux: 1 to 15 octets, without '/', ':' and blanks, not "." or ".."; '*' and '?' make it a glob.
Complaint interface_pattern(const std::string& pattern);
// An identifier that needs no quoting in paths, logs and URLs.
Complaint plain_name(const std::string& name);
// RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
Complaint host_name(const std::string& name);
// Of `sname`: at most 63 octets, RFC 2131 section 2, with a NUL behind them.
Complaint server_name(const std::string& name);
// Of one option, RFC 2132 section 9.5.
Complaint boot_file(const std::string& file);
// What `http` can listen on: see endpoint.h.
Complaint endpoint(const std::string& text);
Complaint number_within(std::uint64_t least, std::uint64_t most, std::uint64_t number);
template <class Number, Number kLeast, Number kMost>
Complaint within(const Number& number) {
  return number_within(kLeast, kMost, number);
}
// Of a time that something waits for.
Complaint finite(const base::Seconds& duration);
// One that a single host can have.
Complaint host_address(const net::Ipv4& address);
// The same, or 0.0.0.0: RFC 3442 has it mean "on this link".
Complaint next_hop(const net::Ipv4& address);
// One whose addresses hosts can have.
Complaint servable_block(const net::Prefix& block);
Complaint unicast_mac(const net::Mac& mac);
// RFC 2132 section 5.1: at least 68.
Complaint interface_mtu(const std::uint16_t& mtu);

}  // namespace melange::config
