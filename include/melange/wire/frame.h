// SPDX-License-Identifier: Apache-2.0
//
// Ethernet II, IPv4 and UDP headers around a DHCP message: taking them off what a link received and
// putting them in front of what it sends. Read RFC 791 section 3.1 and RFC 768 first. Fragments and
// VLAN tags are refused here; whom a datagram is for is decided later (dhcp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "melange/base/bytes.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"

namespace melange::wire {

inline constexpr std::uint16_t kServerPort4 = 67;
inline constexpr std::uint16_t kClientPort4 = 68;

// One UDP datagram, whichever path it took into the program.
struct Datagram {
  int ifindex = 0;                     // the link that it came in on
  std::optional<net::Mac> source_mac;  // its sender on that link; none if it came by a UDP socket
  net::Ipv4 source;
  net::Ipv4 destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  base::Bytes payload;  // valid as long as the buffer that it was received into
};

enum class FrameError : std::uint8_t {
  kTruncated,    // ends inside a header, or before the length that IP promises
  kNotIpv4,      // another EtherType
  kVlan,         // tagged with a VLAN other than 0
  kBadIpHeader,  // version, header length or total length impossible
  kFragment,     // more fragments, or an offset
  kBadIpChecksum,
  kNotUdp,
  kBadUdpLength,  // shorter than its header, longer than the IP payload
  kBadUdpChecksum,
};
inline constexpr std::size_t kFrameErrors = 9;
std::string_view text(FrameError error);

// Whether the UDP checksum was computed by the sender, or left for hardware that never saw it
// (virtio and veth: TP_STATUS_CSUMNOTREADY).
enum class Checksum : std::uint8_t { kComplete, kPartial };

// `frame` starts at the destination MAC. `ifindex` is copied into the result. Octets after the IP
// total length are padding and are not in the payload. hostile.md W1-W7.
std::expected<Datagram, FrameError> parse_frame(base::Bytes frame, Checksum checksum, int ifindex);

struct FrameAddresses {
  net::Mac source_mac;
  net::Mac destination_mac;
  net::Ipv4 source;
  net::Ipv4 destination;
  std::uint16_t source_port = kServerPort4;
  std::uint16_t destination_port = kClientPort4;
};

// Octets before the payload: Ethernet 14, IPv4 20 (no options), UDP 8.
inline constexpr std::size_t kFrameOverhead = 42;

// Writes the headers, with both checksums, into the first kFrameOverhead octets of `frame`, whose
// remaining octets are the payload. `frame` must be longer than kFrameOverhead.
void put_frame_headers(base::MutableBytes frame, const FrameAddresses& addresses);

}  // namespace melange::wire
