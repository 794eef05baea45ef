// SPDX-License-Identifier: Apache-2.0
//
// ARP for IPv4 on Ethernet: reading what a link received, and writing the probe that asks whether
// an address is in use. Read RFC 826 and RFC 5227 section 1.1 first. Nothing is answered here, and
// what a packet proves is judged elsewhere (dhcp/probes.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "melange/base/bytes.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"

namespace melange::wire {

enum class ArpOperation : std::uint8_t { kRequest = 1, kReply = 2 };
std::string_view text(ArpOperation operation);

struct ArpPacket {
  ArpOperation operation = ArpOperation::kRequest;
  net::Mac sender_mac{};
  net::Ipv4 sender_address{};  // 0.0.0.0 in a probe
  net::Mac target_mac{};       // without a meaning in a request
  net::Ipv4 target_address{};

  bool operator==(const ArpPacket&) const = default;
};
// "request sender=02:00:00:00:00:01/192.0.2.1 target=00:00:00:00:00:00/192.0.2.9"
std::string text(const ArpPacket& packet);

enum class ArpError : std::uint8_t {
  kTruncated,        // ends inside a header or an address
  kNotArp,           // another EtherType
  kVlan,             // has a tag in its octets
  kNotEthernetIpv4,  // other kinds of addresses, or lengths that are not theirs
  kBadOperation,     // neither a request nor a reply
};
inline constexpr std::size_t kArpErrors = 5;
std::string_view text(ArpError error);

// `frame` starts at the destination MAC; who it is for is not looked at. A tag of any kind is
// refused, one of VLAN 0 too: a packet socket's kernel has taken that off. Octets behind the
// addresses are padding.
std::expected<ArpPacket, ArpError> parse_arp(base::Bytes frame);

// Octets of a frame that holds one packet: Ethernet 14, ARP 28. The driver pads it.
inline constexpr std::size_t kArpFrame = 42;

// Writes the probe of RFC 5227 section 2.1.1 for `address` into the first kArpFrame octets of
// `frame`, which must have them. It claims nothing: no ARP cache changes by it.
void put_arp_probe(base::MutableBytes frame, const net::Mac& sender, net::Ipv4 address);

}  // namespace melange::wire
