// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/arp.h"

#include "melange/base/check.h"
#include "melange/base/text.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;

constexpr std::uint16_t kEtherTypeArp = 0x0806;
constexpr std::uint16_t kEtherTypeVlan = 0x8100;     // IEEE 802.1Q
constexpr std::uint16_t kEtherTypeService = 0x88a8;  // IEEE 802.1ad, QinQ

// RFC 826: ar$hrd, ar$pro, ar$hln and ar$pln of IPv4 on Ethernet.
constexpr std::uint16_t kEthernetHardware = 1;
constexpr std::uint16_t kIpv4Protocol = 0x0800;
constexpr std::uint8_t kMacSize = 6;
constexpr std::uint8_t kAddressSize = 4;

static_assert(kArpFrame == 14 + 8 + 2 * (kMacSize + kAddressSize));

net::Mac read_mac(ByteReader& reader) {
  return net::Mac::from_bytes(reader.take(kMacSize)).value_or(net::Mac());
}

// RFC 826 "Packet Reception": the kinds of addresses first, and their lengths; only then is it
// known where the addresses stand.
bool is_ethernet_ipv4(ByteReader& reader) {
  const std::uint16_t hardware = reader.u16();
  const std::uint16_t protocol = reader.u16();
  const std::uint8_t hardware_size = reader.u8();
  const std::uint8_t protocol_size = reader.u8();
  return hardware == kEthernetHardware && protocol == kIpv4Protocol && hardware_size == kMacSize &&
         protocol_size == kAddressSize;
}

std::expected<ArpPacket, ArpError> read_packet(ByteReader& reader) {
  const bool right_kind = is_ethernet_ipv4(reader);
  const std::uint16_t operation = reader.u16();
  if (!reader.ok()) return std::unexpected(ArpError::kTruncated);
  if (!right_kind) return std::unexpected(ArpError::kNotEthernetIpv4);
  ArpPacket packet;
  packet.sender_mac = read_mac(reader);
  packet.sender_address = net::Ipv4(reader.u32());
  packet.target_mac = read_mac(reader);
  packet.target_address = net::Ipv4(reader.u32());
  if (!reader.ok()) return std::unexpected(ArpError::kTruncated);
  if (operation != 1 && operation != 2) return std::unexpected(ArpError::kBadOperation);
  packet.operation = static_cast<ArpOperation>(operation);
  return packet;
}

}  // namespace

std::string_view text(ArpOperation operation) {
  return operation == ArpOperation::kRequest ? "request" : "reply";
}

std::string text(const ArpPacket& packet) {
  return base::cat(text(packet.operation), " sender=", text(packet.sender_mac), '/',
                   text(packet.sender_address), " target=", text(packet.target_mac), '/',
                   text(packet.target_address));
}

std::string_view text(ArpError error) {
  switch (error) {
    case ArpError::kTruncated:
      return "truncated";
    case ArpError::kNotArp:
      return "not_arp";
    case ArpError::kVlan:
      return "vlan";
    case ArpError::kNotEthernetIpv4:
      return "not_ethernet_ipv4";
    case ArpError::kBadOperation:
      return "bad_operation";
  }
  return "unknown";
}

std::expected<ArpPacket, ArpError> parse_arp(Bytes frame) {
  ByteReader reader(frame);
  reader.skip(2 * std::size_t{kMacSize});
  const std::uint16_t type = reader.u16();
  if (!reader.ok()) return std::unexpected(ArpError::kTruncated);
  if (type == kEtherTypeVlan || type == kEtherTypeService) return std::unexpected(ArpError::kVlan);
  if (type != kEtherTypeArp) return std::unexpected(ArpError::kNotArp);
  return read_packet(reader);
}

void put_arp_probe(base::MutableBytes frame, const net::Mac& sender, net::Ipv4 address) {
  base::check(frame.size() >= kArpFrame);
  ByteWriter out(frame.first(kArpFrame));
  out.put(net::kBroadcastMac.bytes());
  out.put(sender.bytes());
  out.u16(kEtherTypeArp);
  out.u16(kEthernetHardware);
  out.u16(kIpv4Protocol);
  out.u8(kMacSize);
  out.u8(kAddressSize);
  out.u16(static_cast<std::uint16_t>(ArpOperation::kRequest));
  out.put(sender.bytes());
  // RFC 5227 2.1.1: the sender address MUST be all zeroes, so that no ARP cache is polluted if the
  // address is in use; the target hardware address is ignored and SHOULD be all zeroes.
  out.u32(0);
  out.fill(kMacSize, 0);
  out.u32(address.value());
  base::check(out.room() == 0);
}

}  // namespace melange::wire
