// SPDX-License-Identifier: Apache-2.0
//
// Frames as tenants send them. Each W number is a row of the list of hostile inputs.
#include "melange/wire/frame.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "checksum.h"
#include "packets.h"

namespace melange::wire {
namespace {

using test::frame_of;
using test::make_message;
using test::Octets;

constexpr std::size_t kIpAt = 14;
constexpr std::size_t kUdpAt = 34;

Octets discover_frame() { return frame_of(make_message(MessageType4::kDiscover)); }

// The outcome in a word: "ok" or the error.
std::string outcome(base::Bytes frame, Checksum checksum = Checksum::kComplete) {
  // An exact copy on the heap, so that a sanitizer sees a read behind it.
  const Octets exact(frame.begin(), frame.end());
  const auto parsed = parse_frame(exact, checksum, 3);
  return std::string(parsed ? "ok" : text(parsed.error()));
}

void put_u16(Octets& frame, std::size_t at, std::size_t value) {
  frame.at(at) = static_cast<std::uint8_t>(value >> 8);
  frame.at(at + 1) = static_cast<std::uint8_t>(value);
}

// Makes the IP header's checksum right again, so that a test fails for the reason that it is about.
void fix_ip_checksum(Octets& frame) {
  const std::size_t header = 4 * std::size_t{frame.at(kIpAt) & 15u};
  put_u16(frame, kIpAt + 10, 0);
  ChecksumSum sum;
  sum.add(base::Bytes(frame).subspan(kIpAt, std::min(header, frame.size() - kIpAt)));
  put_u16(frame, kIpAt + 10, sum.checksum());
}

Octets changed(const std::function<void(Octets&)>& change) {
  Octets frame = discover_frame();
  change(frame);
  fix_ip_checksum(frame);
  return frame;
}

Octets with_tag(std::uint16_t type, std::uint16_t tci, Octets frame = discover_frame()) {
  Octets tag(4);
  put_u16(tag, 0, type);
  put_u16(tag, 2, tci);
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}

Octets with_ip_options(std::size_t words) {
  Octets frame = discover_frame();
  frame.insert(frame.begin() + kUdpAt, 4 * words, 1);  // RFC 791: type 1, no operation
  frame.at(kIpAt) = static_cast<std::uint8_t>(0x45 + words);
  put_u16(frame, kIpAt + 2, frame.size() - kIpAt);
  fix_ip_checksum(frame);
  return frame;
}

TEST(ParseFrame, GivesAddressesPortsAndPayload) {
  const Octets payload = make_message(MessageType4::kDiscover);
  const Octets frame = frame_of(payload, {.source_mac = test::mac_of(7),
                                          .destination_mac = net::kBroadcastMac,
                                          .source = net::Ipv4(0x01020304),
                                          .destination = net::Ipv4(0x05060708),
                                          .source_port = 1000,
                                          .destination_port = 2000});
  const auto datagram = parse_frame(frame, Checksum::kComplete, 3);
  ASSERT_TRUE(datagram.has_value());
  EXPECT_EQ(datagram->ifindex, 3);
  EXPECT_EQ(datagram->source_mac, test::mac_of(7));
  EXPECT_EQ(text(datagram->source), "1.2.3.4");
  EXPECT_EQ(text(datagram->destination), "5.6.7.8");
  EXPECT_EQ(datagram->source_port, 1000);
  EXPECT_EQ(datagram->destination_port, 2000);
  EXPECT_TRUE(base::equal(datagram->payload, payload));
}

TEST(ParseFrame, W1_RefusesEveryFrameThatIsCutOff) {
  const Octets frame = discover_frame();
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_EQ(outcome(base::Bytes(frame).first(size)), "truncated") << size;
  }
}

TEST(ParseFrame, W1_RefusesImpossibleHeaderLengths) {
  const auto with_first = [](std::uint8_t octet) {
    return outcome(changed([&](Octets& frame) { frame[kIpAt] = octet; }));
  };
  EXPECT_EQ(with_first(0x44), "bad_ip_header");
  EXPECT_EQ(with_first(0x40), "bad_ip_header");
  EXPECT_EQ(with_first(0x65), "bad_ip_header");
  Octets short_packet = discover_frame();
  short_packet.resize(kIpAt + 20);
  short_packet[kIpAt] = 0x4f;
  put_u16(short_packet, kIpAt + 2, 20);
  EXPECT_EQ(outcome(short_packet), "bad_ip_header");
  put_u16(short_packet, kIpAt + 2, 60);
  EXPECT_EQ(outcome(short_packet), "truncated");
}

TEST(ParseFrame, W2_RefusesATotalLengthBeyondTheFrame) {
  EXPECT_EQ(
      outcome(changed([](Octets& frame) { put_u16(frame, kIpAt + 2, frame.size() - kIpAt + 1); })),
      "truncated");
  EXPECT_EQ(outcome(changed([](Octets& frame) { put_u16(frame, kIpAt + 2, 19); })),
            "bad_ip_header");
}

TEST(ParseFrame, W2_TrimsEthernetPadding) {
  const Octets payload{1, 2, 3};
  Octets frame = frame_of(payload);
  frame.resize(60, 0xa5);
  const auto datagram = parse_frame(frame, Checksum::kComplete, 1);
  ASSERT_TRUE(datagram.has_value());
  EXPECT_TRUE(base::equal(datagram->payload, payload));
}

TEST(ParseFrame, W3_RefusesUdpLengthsThatCannotBe) {
  const auto with_length = [](std::size_t length) {
    return changed([&](Octets& frame) { put_u16(frame, kUdpAt + 4, length); });
  };
  const std::size_t right = discover_frame().size() - kUdpAt;
  for (const std::size_t wrong : {std::size_t{0}, std::size_t{7}, right + 1, std::size_t{65535}}) {
    EXPECT_EQ(outcome(with_length(wrong), Checksum::kPartial), "bad_udp_length") << wrong;
  }
  EXPECT_EQ(outcome(with_length(8), Checksum::kPartial), "ok");
}

TEST(ParseFrame, W3_RefusesAnIpPayloadWithoutRoomForUdp) {
  for (std::size_t payload = 0; payload < 8; ++payload) {
    const Octets frame =
        changed([&](Octets& changing) { put_u16(changing, kIpAt + 2, 20 + payload); });
    EXPECT_EQ(outcome(frame), "bad_udp_length") << payload;
  }
}

TEST(ParseFrame, W3_GivesNoOctetBehindTheUdpLength) {
  const Octets payload = make_message(MessageType4::kDiscover);
  Octets frame = frame_of(payload);
  frame.insert(frame.end(), 9, 0xa5);
  put_u16(frame, kIpAt + 2, frame.size() - kIpAt);
  fix_ip_checksum(frame);
  const auto datagram = parse_frame(frame, Checksum::kComplete, 1);
  ASSERT_TRUE(datagram.has_value());
  EXPECT_TRUE(base::equal(datagram->payload, payload));
}

TEST(ParseFrame, W4_RefusesFragments) {
  const auto with_fragment = [](std::size_t field) {
    return outcome(changed([&](Octets& frame) { put_u16(frame, kIpAt + 6, field); }));
  };
  EXPECT_EQ(with_fragment(0x2000), "fragment");
  EXPECT_EQ(with_fragment(0x0001), "fragment");
  EXPECT_EQ(with_fragment(0x1fff), "fragment");
  EXPECT_EQ(with_fragment(0x4000), "ok") << "don't fragment is no fragment";
  EXPECT_EQ(with_fragment(0x0000), "ok");
}

TEST(ParseFrame, W5_FindsThePayloadBehindIpOptions) {
  for (std::size_t words = 1; words <= 10; ++words) {
    const Octets frame = with_ip_options(words);
    const auto datagram = parse_frame(frame, Checksum::kComplete, 1);
    ASSERT_TRUE(datagram.has_value()) << words;
    EXPECT_TRUE(base::equal(datagram->payload, make_message(MessageType4::kDiscover))) << words;
  }
}

TEST(ParseFrame, W6_RefusesEveryWrongBitOfTheIpHeader) {
  for (std::size_t bit = 0; bit < 20 * 8; ++bit) {
    Octets frame = discover_frame();
    frame[kIpAt + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_NE(outcome(frame), "ok") << bit;
  }
}

TEST(ParseFrame, W6_RefusesAWrongUdpChecksumUnlessItIsPartial) {
  Octets frame = discover_frame();
  frame.back() ^= 1;
  EXPECT_EQ(outcome(frame), "bad_udp_checksum");
  EXPECT_EQ(outcome(frame, Checksum::kPartial), "ok");
  put_u16(frame, kUdpAt + 6, 0);
  EXPECT_EQ(outcome(frame), "ok") << "RFC 768: zero says that there is none";
}

TEST(ParseFrame, W6_ChecksThePseudoHeaderToo) {
  EXPECT_EQ(outcome(changed([](Octets& frame) { frame[kIpAt + 15] = 1; })), "bad_udp_checksum");
}

TEST(ParseFrame, W7_RefusesTaggedFramesButForVlanZero) {
  EXPECT_EQ(outcome(with_tag(0x8100, 100)), "vlan");
  EXPECT_EQ(outcome(with_tag(0x8100, 0xefff)), "vlan");
  EXPECT_EQ(outcome(with_tag(0x88a8, 100)), "vlan");
  EXPECT_EQ(outcome(with_tag(0x88a8, 0)), "vlan");
  EXPECT_EQ(outcome(with_tag(0x8100, 0)), "ok");
  EXPECT_EQ(outcome(with_tag(0x8100, 0xe000)), "ok") << "a priority is no VLAN";
  EXPECT_EQ(outcome(with_tag(0x8100, 0, with_tag(0x8100, 100))), "vlan");
  EXPECT_EQ(outcome(with_tag(0x8100, 0, with_tag(0x8100, 0))), "vlan");
}

TEST(ParseFrame, RefusesWhatIsNotUdpOverIpv4) {
  EXPECT_EQ(outcome(changed([](Octets& frame) { put_u16(frame, 12, 0x86dd); })), "not_ipv4");
  EXPECT_EQ(outcome(changed([](Octets& frame) { put_u16(frame, 12, 0x0100); })), "not_ipv4");
  EXPECT_EQ(outcome(changed([](Octets& frame) { frame[kIpAt + 9] = 6; })), "not_udp");
}

TEST(FrameErrors, HaveANameEach) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kFrameErrors; ++i) names.insert(text(static_cast<FrameError>(i)));
  EXPECT_EQ(names.size(), kFrameErrors);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(PutFrameHeaders, WritesTheKnownOctets) {
  Octets frame(kFrameOverhead, 0xa5);
  frame.insert(frame.end(), {'a', 'b', 'c'});
  put_frame_headers(frame, {.source_mac = *net::Mac::parse("02:00:00:00:00:01"),
                            .destination_mac = *net::Mac::parse("02:00:00:00:00:02"),
                            .source = *net::Ipv4::parse("192.0.2.1"),
                            .destination = *net::Ipv4::parse("192.0.2.100")});
  // The checksums were computed by another program from RFC 1071.
  const Octets expected{
      0x02, 0,    0,  0,  0,   0x02, 0x02, 0,   0,  0,  0,    0x01, 0x08, 0x00,              //
      0x45, 0x10, 0,  31, 0,   0,    0x40, 0,   64, 17, 0xb6, 0x58,                          //
      192,  0,    2,  1,  192, 0,    2,    100, 0,  67, 0,    68,   0,    11,   0xb6, 0x88,  //
      'a',  'b',  'c'};
  EXPECT_EQ(frame, expected);
}

TEST(PutFrameHeaders, WritesFramesThatAreReadBackWhateverTheLength) {
  for (std::size_t size = 1; size < 700; ++size) {
    Octets payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 37 + size);
    const Octets frame = frame_of(payload);
    const auto datagram = parse_frame(frame, Checksum::kComplete, 1);
    ASSERT_TRUE(datagram.has_value()) << size;
    ASSERT_TRUE(base::equal(datagram->payload, payload)) << size;
  }
}

TEST(PutFrameHeaders, NeverSendsAZeroUdpChecksum) {
  // One of all payloads of two octets makes the sum come out as zero.
  bool all_ones_seen = false;
  for (unsigned value = 0; value <= 0xffff; ++value) {
    Octets payload(2);
    put_u16(payload, 0, value);
    const Octets frame = frame_of(payload);
    const unsigned checksum = static_cast<unsigned>(frame[kUdpAt + 6] << 8 | frame[kUdpAt + 7]);
    ASSERT_NE(checksum, 0u);
    all_ones_seen = all_ones_seen || checksum == 0xffff;
    ASSERT_EQ(outcome(frame), "ok");
  }
  EXPECT_TRUE(all_ones_seen);
}

TEST(ChecksumSum, AgreesWithTheExampleOfRfc1071) {
  const Octets octets{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  ChecksumSum sum;
  sum.add(octets);
  EXPECT_EQ(sum.folded(), 0xddf2);
}

TEST(ChecksumSum, AgreesWithASumOfSingleWords) {
  for (std::size_t size = 0; size < 100; ++size) {
    Octets octets(size);
    std::uint32_t words = 0;
    for (std::size_t i = 0; i < size; ++i) {
      octets[i] = static_cast<std::uint8_t>(255 - i * 11);
      words += i % 2 == 0 ? octets[i] * 256u : octets[i];
    }
    while (words > 0xffff) words = (words >> 16) + (words & 0xffff);
    ChecksumSum sum;
    sum.add(octets);
    EXPECT_EQ(sum.folded(), words) << size;
  }
}

}  // namespace
}  // namespace melange::wire
