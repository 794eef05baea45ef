// SPDX-License-Identifier: Apache-2.0
//
// Client packets for tests, benchmarks and fuzz targets. The message is written octet by octet from
// RFC 2131 section 2, not by the encoder under test, so that a wrong encoder and a wrong decoder
// cannot agree with each other; it writes what it is told, malformed things too.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/frame.h"

namespace melange::test {

using Octets = std::vector<std::uint8_t>;

struct TestOption {
  std::uint8_t code = 0;
  Octets value;  // at most 255 octets
};

TestOption option(std::uint8_t code, std::initializer_list<std::uint8_t> octets = {});
TestOption option_u16(std::uint8_t code, std::uint16_t value);
TestOption option_u32(std::uint8_t code, std::uint32_t value);
TestOption option_address(std::uint8_t code, std::string_view address);
TestOption option_text(std::uint8_t code, std::string_view text);
TestOption option_filled(std::uint8_t code, std::size_t count, std::uint8_t octet);

// "02:00:00:00:00:01": the MAC whose last octets are `number`.
net::Mac mac_of(std::uint32_t number);

struct TestMessage {
  std::uint8_t op = wire::kBootRequest;
  std::uint8_t htype = wire::kEthernet;
  std::uint8_t hlen = 6;
  std::uint8_t hops = 0;
  std::uint32_t xid = 1;
  std::uint16_t secs = 0;
  std::uint16_t flags = 0;
  net::Ipv4 ciaddr{};
  net::Ipv4 yiaddr{};
  net::Ipv4 siaddr{};
  net::Ipv4 giaddr{};
  net::Mac chaddr = mac_of(1);
  Octets sname{};  // at most 64 octets, and 128 for file; the rest is zeros
  Octets file{};
  std::vector<TestOption> options{};  // behind option 53, in this order
  Octets tail{255};                   // what stands behind the last option
  std::size_t pad_to = wire::kBootpSize;
};

// The UDP payload; without option 53 (BOOTP) if `type` is nothing.
Octets make_message(std::optional<wire::MessageType4> type, const TestMessage& fields = {});

// The octets of options alone, as they stand in an area, without End.
Octets option_octets(const std::vector<TestOption>& options);

// What a client that has no address sends from: 0.0.0.0:68 to everybody:67.
wire::FrameAddresses client_addresses(const net::Mac& source = mac_of(1));
// The payload behind Ethernet, IPv4 and UDP headers with right checksums.
Octets frame_of(base::Bytes payload, const wire::FrameAddresses& addresses = client_addresses());

}  // namespace melange::test
