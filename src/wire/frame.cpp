// SPDX-License-Identifier: Apache-2.0
//
// Relies on ByteReader to stay inside the frame, and inside each header's own length. Whether the
// datagram is for us, by its MAC, address or port, is not looked at.
#include "melange/wire/frame.h"

#include "checksum.h"
#include "melange/base/check.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeVlan = 0x8100;     // IEEE 802.1Q
constexpr std::uint16_t kEtherTypeService = 0x88a8;  // IEEE 802.1ad, QinQ
constexpr std::uint16_t kVlanIdMask = 0x0fff;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragmentsOrOffset = 0x3fff;
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kUdpHeader = 8;
constexpr std::uint8_t kLowDelay = 0x10;  // type of service: DHCP is interactive traffic
constexpr std::uint8_t kTimeToLive = 64;

static_assert(kEthernetHeader + kIpHeader + kUdpHeader == kFrameOverhead);

struct IpPacket {
  net::Ipv4 source;
  net::Ipv4 destination;
  Bytes payload{};
};

net::Ipv4 read_address(ByteReader& reader) { return net::Ipv4(reader.u32()); }

// Takes the Ethernet header off; what is left in `reader` is the IP packet and perhaps padding.
std::expected<net::Mac, FrameError> read_ethernet(ByteReader& reader) {
  reader.skip(6);
  const auto source = net::Mac::from_bytes(reader.take(6));
  std::uint16_t type = reader.u16();
  if (type == kEtherTypeVlan) {
    // IEEE 802.1Q: VLAN 0 is a priority alone. Any other is a network of somebody else.
    if ((reader.u16() & kVlanIdMask) != 0) return std::unexpected(FrameError::kVlan);
    type = reader.u16();
  }
  if (!reader.ok()) return std::unexpected(FrameError::kTruncated);
  if (type == kEtherTypeVlan || type == kEtherTypeService) {
    return std::unexpected(FrameError::kVlan);
  }
  if (type != kEtherTypeIpv4) return std::unexpected(FrameError::kNotIpv4);
  return *source;
}

std::expected<IpPacket, FrameError> read_ip(ByteReader& reader) {
  const Bytes captured = ByteReader(reader).take_rest();
  const std::uint8_t version_and_length = reader.u8();
  reader.skip(1);
  const std::size_t total = reader.u16();
  reader.skip(2);
  const std::uint16_t fragment = reader.u16();
  reader.skip(1);
  const std::uint8_t protocol = reader.u8();
  reader.skip(2);
  IpPacket packet{.source = read_address(reader), .destination = read_address(reader)};
  if (!reader.ok()) return std::unexpected(FrameError::kTruncated);

  const std::size_t header = 4 * std::size_t{version_and_length & 0x0fu};
  if (version_and_length >> 4 != 4 || header < kIpHeader || total < header) {
    return std::unexpected(FrameError::kBadIpHeader);
  }
  if (total > captured.size()) return std::unexpected(FrameError::kTruncated);
  if ((fragment & kMoreFragmentsOrOffset) != 0) return std::unexpected(FrameError::kFragment);
  ChecksumSum sum;
  sum.add(captured.first(header));
  if (sum.folded() != 0xffff) return std::unexpected(FrameError::kBadIpChecksum);
  if (protocol != kProtocolUdp) return std::unexpected(FrameError::kNotUdp);
  packet.payload = captured.subspan(header, total - header);
  return packet;
}

// RFC 768: the sum also covers the addresses, the protocol and the UDP length.
ChecksumSum pseudo_header(net::Ipv4 source, net::Ipv4 destination, std::uint16_t length) {
  ChecksumSum sum;
  sum.add_u32(source.value());
  sum.add_u32(destination.value());
  sum.add_u16(kProtocolUdp);
  sum.add_u16(length);
  return sum;
}

std::expected<void, FrameError> read_udp(const IpPacket& packet, Checksum checksum, Datagram& out) {
  ByteReader reader(packet.payload);
  out.source_port = reader.u16();
  out.destination_port = reader.u16();
  const std::uint16_t length = reader.u16();
  const std::uint16_t sent_checksum = reader.u16();
  if (!reader.ok() || length < kUdpHeader || length > packet.payload.size()) {
    return std::unexpected(FrameError::kBadUdpLength);
  }
  out.payload = reader.take(length - kUdpHeader);
  // RFC 768: zero means that the sender computed none.
  if (sent_checksum == 0 || checksum == Checksum::kPartial) return {};
  ChecksumSum sum = pseudo_header(packet.source, packet.destination, length);
  sum.add(packet.payload.first(length));
  if (sum.folded() != 0xffff) return std::unexpected(FrameError::kBadUdpChecksum);
  return {};
}

void put_ethernet(ByteWriter& out, const FrameAddresses& addresses) {
  out.put(addresses.destination_mac.bytes());
  out.put(addresses.source_mac.bytes());
  out.u16(kEtherTypeIpv4);
}

void put_checksum(ByteWriter& out, std::size_t at, std::uint16_t checksum) {
  const std::array<std::uint8_t, 2> octets{static_cast<std::uint8_t>(checksum >> 8),
                                           static_cast<std::uint8_t>(checksum)};
  out.patch(at, octets);
}

void put_ip(ByteWriter& out, const FrameAddresses& addresses, std::uint16_t total) {
  const std::size_t start = out.size();
  out.u8(4 << 4 | kIpHeader / 4);
  out.u8(kLowDelay);
  out.u16(total);
  out.u16(0);  // RFC 6864: the identification of what is never fragmented means nothing
  out.u16(kDontFragment);
  out.u8(kTimeToLive);
  out.u8(kProtocolUdp);
  out.u16(0);
  out.u32(addresses.source.value());
  out.u32(addresses.destination.value());
  ChecksumSum sum;
  sum.add(out.written().subspan(start));
  put_checksum(out, start + 10, sum.checksum());
}

void put_udp(ByteWriter& out, const FrameAddresses& addresses, Bytes payload) {
  const std::size_t start = out.size();
  const auto length = static_cast<std::uint16_t>(kUdpHeader + payload.size());
  out.u16(addresses.source_port);
  out.u16(addresses.destination_port);
  out.u16(length);
  out.u16(0);
  ChecksumSum sum = pseudo_header(addresses.source, addresses.destination, length);
  sum.add(out.written().subspan(start));
  sum.add(payload);
  // RFC 768: a sum of zero is sent as all ones, for zero says that there is none.
  put_checksum(out, start + 6, sum.checksum() == 0 ? 0xffff : sum.checksum());
}

}  // namespace

std::string_view text(FrameError error) {
  switch (error) {
    case FrameError::kTruncated:
      return "truncated";
    case FrameError::kNotIpv4:
      return "not_ipv4";
    case FrameError::kVlan:
      return "vlan";
    case FrameError::kBadIpHeader:
      return "bad_ip_header";
    case FrameError::kFragment:
      return "fragment";
    case FrameError::kBadIpChecksum:
      return "bad_ip_checksum";
    case FrameError::kNotUdp:
      return "not_udp";
    case FrameError::kBadUdpLength:
      return "bad_udp_length";
    case FrameError::kBadUdpChecksum:
      return "bad_udp_checksum";
  }
  return "unknown";
}

std::expected<Datagram, FrameError> parse_frame(Bytes frame, Checksum checksum, int ifindex) {
  ByteReader reader(frame);
  const auto source_mac = read_ethernet(reader);
  if (!source_mac) return std::unexpected(source_mac.error());
  const auto packet = read_ip(reader);
  if (!packet) return std::unexpected(packet.error());
  Datagram datagram{.ifindex = ifindex,
                    .source_mac = *source_mac,
                    .source = packet->source,
                    .destination = packet->destination,
                    .payload = {}};
  const auto read = read_udp(*packet, checksum, datagram);
  if (!read) return std::unexpected(read.error());
  return datagram;
}

void put_frame_headers(base::MutableBytes frame, const FrameAddresses& addresses) {
  base::check(frame.size() > kFrameOverhead && frame.size() - kEthernetHeader <= 0xffff);
  ByteWriter out(frame.first(kFrameOverhead));
  put_ethernet(out, addresses);
  put_ip(out, addresses, static_cast<std::uint16_t>(frame.size() - kEthernetHeader));
  put_udp(out, addresses, frame.subspan(kFrameOverhead));
  base::check(out.room() == 0);
}

}  // namespace melange::wire
