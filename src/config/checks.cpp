// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "endpoint.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/wire/host_name.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::string_view kAlphanumeric =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t kInterfaceName = 15;  // IFNAMSIZ without the NUL
constexpr std::size_t kPlainName = 64;
constexpr std::size_t kDomainName = 253;  // RFC 1035 section 2.3.4: 255 octets on the wire
constexpr std::uint16_t kLeastMtu = 68;   // RFC 791: what every link must carry

bool consists_of(std::string_view text, std::string_view first, std::string_view second) {
  return std::ranges::all_of(text, [&](char c) {
    return first.find(c) != std::string_view::npos || second.find(c) != std::string_view::npos;
  });
}

Complaint octets_within(std::string_view text, std::size_t most) {
  if (text.empty()) return "is empty; leave it out";
  if (text.size() > most) return cat(quoted(text), " is longer than ", most, " octets");
  return std::nullopt;
}

bool is_in(net::Ipv4 first, unsigned length, const net::Prefix& block) {
  return net::Prefix::make(first, length)->overlaps(block);
}

}  // namespace

Complaint absolute_path(const std::string& path) {
  if (path.starts_with('/')) return std::nullopt;
  return cat(quoted(path), " is not an absolute path; begin it with /");
}

Complaint interface_pattern(const std::string& pattern) {
  if (pattern.empty()) return "an interface has an empty name";
  if (pattern.size() > kInterfaceName) {
    return cat(quoted(pattern), " is longer than the ", kInterfaceName,
               " characters of an interface name");
  }
  const bool odd = std::ranges::any_of(
      pattern, [](char c) { return c == '/' || c == ':' || c == ' ' || c == '\t'; });
  if (odd || pattern == "." || pattern == "..") {
    return cat(quoted(pattern), " is no interface name");
  }
  return std::nullopt;
}

Complaint plain_name(const std::string& name) {
  if (name.empty()) return "is empty";
  if (name.size() > kPlainName)
    return cat(quoted(name), " is longer than ", kPlainName, " characters");
  if (consists_of(name, kAlphanumeric, "._-")) return std::nullopt;
  return cat(quoted(name), " has a character that is no letter, digit, '.', '_' or '-'");
}

Complaint host_name(const std::string& name) {
  if (name.size() <= kDomainName &&
      std::ranges::all_of(base::split(name, '.'), wire::is_host_label)) {
    return std::nullopt;
  }
  return cat(quoted(name), " is no host name; use letters, digits and inner hyphens (RFC 1123)");
}

Complaint server_name(const std::string& name) {
  return octets_within(name, base::limits::kServerNameSize);
}

Complaint boot_file(const std::string& file) {
  return octets_within(file, base::limits::kBootFileSize);
}

Complaint endpoint(const std::string& text) {
  const auto parsed = parse_endpoint(text);
  return parsed ? std::nullopt : std::optional(parsed.error());
}

Complaint number_within(std::uint64_t least, std::uint64_t most, std::uint64_t number) {
  if (number >= least && number <= most) return std::nullopt;
  return cat(number, " is not within ", least, " and ", most);
}

Complaint finite(const base::Seconds& duration) {
  if (duration != base::kInfinite) return std::nullopt;
  return "\"infinite\" is for lease times only; write a duration such as \"1h\"";
}

Complaint host_address(const net::Ipv4& address) {
  if (address.is_unspecified()) return "0.0.0.0 is no host's address";
  return next_hop(address);
}

Complaint next_hop(const net::Ipv4& address) {
  if (address.is_multicast()) return cat(text(address), " is a multicast address");
  if (address.is_loopback()) return cat(text(address), " is a loopback address");
  if (address.is_broadcast()) return cat(text(address), " is the broadcast address");
  return std::nullopt;
}

Complaint servable_block(const net::Prefix& block) {
  if (block.length() == 0) return "0.0.0.0/0 is the whole Internet; write a smaller block";
  if (is_in(net::Ipv4(0), 8, block)) return cat(text(block), " has addresses of 0.0.0.0/8");
  if (is_in(net::Ipv4(0x7f000000), 8, block)) {
    return cat(text(block), " has loopback addresses (127.0.0.0/8)");
  }
  if (is_in(net::Ipv4(0xe0000000), 4, block)) {
    return cat(text(block), " has multicast addresses (224.0.0.0/4)");
  }
  if (block.contains(net::kBroadcast)) return cat(text(block), " has 255.255.255.255");
  return std::nullopt;
}

Complaint unicast_mac(const net::Mac& mac) {
  if (!mac.is_multicast()) return std::nullopt;
  return cat(text(mac), " is a multicast address; no interface has it");
}

Complaint interface_mtu(const std::uint16_t& mtu) {
  if (mtu >= kLeastMtu) return std::nullopt;
  return cat(mtu, " is below ", kLeastMtu, ", the least of IPv4");
}

}  // namespace melange::config
