// SPDX-License-Identifier: Apache-2.0
//
// Packets are written octet by octet from RFC 826, not by the writer under test.
#include "melange/wire/arp.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "packets.h"

namespace melange::wire {
namespace {

using test::mac_of;
using test::Octets;

// A reply of 02:00:00:00:00:02, which has 192.0.2.9, to 02:00:00:00:00:01 at 192.0.2.1.
Octets reply_frame() {
  return {0x02, 0,    0,    0,    0, 1, 0x02, 0,    0, 0, 0, 2, 0x08, 0x06,  // Ethernet
          0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x02,                          // kinds, operation
          0x02, 0,    0,    0,    0, 2, 192,  0,    2, 9,                    // sender
          0x02, 0,    0,    0,    0, 1, 192,  0,    2, 1};                   // target
}

std::string outcome(base::Bytes frame) {
  // An exact copy on the heap, so that a sanitizer sees a read behind it.
  const Octets exact(frame.begin(), frame.end());
  const auto parsed = parse_arp(exact);
  return std::string(parsed ? "ok" : text(parsed.error()));
}

std::string with(std::size_t at, unsigned octet) {
  Octets frame = reply_frame();
  frame.at(at) = static_cast<std::uint8_t>(octet);
  return outcome(frame);
}

TEST(ParseArp, GivesOperationAndAddresses) {
  const auto packet = parse_arp(reply_frame());
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(*packet, (ArpPacket{.operation = ArpOperation::kReply,
                                .sender_mac = mac_of(2),
                                .sender_address = net::Ipv4(0xc0000209),
                                .target_mac = mac_of(1),
                                .target_address = net::Ipv4(0xc0000201)}));
}

TEST(ParseArp, PrintsWhatItRead) {
  EXPECT_EQ(text(*parse_arp(reply_frame())),
            "reply sender=02:00:00:00:00:02/192.0.2.9 target=02:00:00:00:00:01/192.0.2.1");
}

TEST(ParseArp, RefusesEveryFrameThatIsCutOff) {
  const Octets frame = reply_frame();
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_EQ(outcome(base::Bytes(frame).first(size)), "truncated") << size;
  }
}

TEST(ParseArp, IgnoresThePaddingOfAShortFrame) {
  Octets frame = reply_frame();
  frame.resize(60, 0xa5);
  EXPECT_EQ(parse_arp(frame), parse_arp(reply_frame()));
}

TEST(ParseArp, ReadsRequestsAndRepliesAndNothingElse) {
  EXPECT_EQ(with(21, 1), "ok");
  EXPECT_EQ(with(21, 2), "ok");
  for (const unsigned other : {0u, 3u, 8u, 255u}) EXPECT_EQ(with(21, other), "bad_operation");
  EXPECT_EQ(with(20, 1), "bad_operation") << "256 and 2";
}

TEST(ParseArp, RefusesOtherKindsOfAddresses) {
  EXPECT_EQ(with(14, 1), "not_ethernet_ipv4");
  EXPECT_EQ(with(15, 6), "not_ethernet_ipv4");
  EXPECT_EQ(with(16, 0x86), "not_ethernet_ipv4");
  EXPECT_EQ(with(17, 6), "not_ethernet_ipv4");
}

TEST(ParseArp, RefusesLengthsThatAreNotTheAddresses) {
  for (const unsigned wrong : {0u, 5u, 7u, 16u, 255u}) {
    EXPECT_EQ(with(18, wrong), "not_ethernet_ipv4") << wrong;
    EXPECT_EQ(with(19, wrong), "not_ethernet_ipv4") << wrong;
  }
}

TEST(ParseArp, RefusesAnotherEtherType) {
  EXPECT_EQ(with(13, 0x00), "not_arp");
  EXPECT_EQ(with(12, 0x80), "not_arp");
}

TEST(ParseArp, W7_RefusesATagOfAnyKind) {
  for (const std::array<std::uint8_t, 4>& tag :
       {std::array<std::uint8_t, 4>{0x81, 0x00, 0x00, 0x64},
        {0x88, 0xa8, 0x00, 0x64},
        {0x81, 0x00, 0xe0, 0x00}}) {
    Octets frame = reply_frame();
    frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    EXPECT_EQ(outcome(frame), "vlan");
  }
}

TEST(ParseArp, NamesEachError) {
  std::set<std::string_view> names;
  for (std::uint8_t i = 0; i < kArpErrors; ++i) names.insert(text(static_cast<ArpError>(i)));
  EXPECT_EQ(names.size(), kArpErrors);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(ArpProbe, IsWhatRfc5227Says) {
  Octets frame(kArpFrame, 0xa5);
  put_arp_probe(frame, mac_of(1), net::Ipv4(0xc0000209));
  EXPECT_EQ(frame, (Octets{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0,    0,
                           1,    0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01,  // request
                           0x02, 0,    0,    0,    0,    1,    0,    0, 0, 0,  // no address
                           0,    0,    0,    0,    0,    0,    192,  0, 2, 9}));
}

TEST(ArpProbe, LeavesTheRestOfTheBufferAlone) {
  Octets buffer(60, 0xa5);
  put_arp_probe(buffer, mac_of(1), net::Ipv4(0xc0000209));
  EXPECT_EQ(Octets(buffer.begin() + kArpFrame, buffer.end()), Octets(60 - kArpFrame, 0xa5));
}

}  // namespace
}  // namespace melange::wire
