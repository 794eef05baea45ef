// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/query4.h"

#include <gtest/gtest.h>

#include <memory>

#include "melange/base/text.h"
#include "packets.h"

namespace melange::dhcp {
namespace {

using test::option;
using test::option_address;
using test::option_filled;
using test::option_u32;
using test::TestMessage;
using wire::MessageType4;

wire::Datagram direct() {
  wire::Datagram datagram;
  datagram.ifindex = 1;
  datagram.source_mac = test::mac_of(1);
  datagram.destination = net::kBroadcast;
  datagram.source_port = wire::kClientPort4;
  datagram.destination_port = wire::kServerPort4;
  return datagram;
}

wire::Datagram unicast(std::uint16_t port = wire::kClientPort4) {
  wire::Datagram datagram = direct();
  datagram.source_mac.reset();
  datagram.source = *net::Ipv4::parse("192.0.2.100");
  datagram.destination = *net::Ipv4::parse("192.0.2.1");
  datagram.source_port = port;
  return datagram;
}

// What a packet means, or why it has no meaning.
std::string meaning(std::optional<MessageType4> type, const TestMessage& fields,
                    const wire::Datagram& datagram = direct()) {
  const test::Octets octets = test::make_message(type, fields);
  const auto message = std::make_unique<wire::Message4>();
  if (const auto error = message->read(octets)) return std::string(wire::text(*error));
  const auto query = read_query(*message, datagram);
  return std::string(query ? text(query->intent) : text(query.error()));
}

std::string discover_with(std::vector<test::TestOption> options) {
  return meaning(MessageType4::kDiscover, {.options = std::move(options)});
}

TEST(ReadQuery, TellsTheStatesOfARequestApart) {
  const auto us = option_address(54, "192.0.2.1");
  const auto wish = option_address(50, "192.0.2.100");
  const auto request = [](std::vector<test::TestOption> options, const char* ciaddr,
                          const wire::Datagram& datagram) {
    return meaning(MessageType4::kRequest,
                   {.ciaddr = *net::Ipv4::parse(ciaddr), .options = std::move(options)}, datagram);
  };
  EXPECT_EQ(request({us, wish}, "0.0.0.0", direct()), "REQUEST(selecting)");
  EXPECT_EQ(request({wish}, "0.0.0.0", direct()), "REQUEST(init-reboot)");
  EXPECT_EQ(request({}, "192.0.2.100", unicast()), "REQUEST(renewing)");
  EXPECT_EQ(request({}, "192.0.2.100", direct()), "REQUEST(rebinding)");
  EXPECT_EQ(request({}, "0.0.0.0", direct()), "malformed");
  EXPECT_EQ(request({us}, "0.0.0.0", direct()), "malformed");
  EXPECT_EQ(request({us, wish}, "192.0.2.100", direct()), "malformed");
  EXPECT_EQ(request({wish}, "192.0.2.100", direct()), "malformed");
  EXPECT_EQ(request({us}, "192.0.2.100", unicast()), "malformed");
}

TEST(ReadQuery, TakesWhatARelayForwardsForABroadcast) {
  const TestMessage fields{.hops = 1,
                           .ciaddr = *net::Ipv4::parse("192.0.2.100"),
                           .giaddr = *net::Ipv4::parse("192.0.2.2")};
  EXPECT_EQ(meaning(MessageType4::kRequest, fields, unicast(67)), "REQUEST(rebinding)");
}

TEST(ReadQuery, NeedsTheAddressThatTheMessageIsAbout) {
  EXPECT_EQ(meaning(MessageType4::kDecline, {}), "malformed");
  EXPECT_EQ(meaning(MessageType4::kRelease, {}, unicast()), "malformed");
  EXPECT_EQ(meaning(MessageType4::kDecline, {.options = {option_address(50, "192.0.2.7")}}),
            "DECLINE");
  EXPECT_EQ(meaning(MessageType4::kInform, {}), "INFORM");
}

TEST(ReadQuery, W8_TakesNoServerForAClient) {
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.op = 2}), "rogue_server");
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.op = 0}), "malformed");
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.op = 255}), "malformed");
  wire::Datagram from_server_port = direct();
  from_server_port.source_port = wire::kServerPort4;
  EXPECT_EQ(meaning(MessageType4::kDiscover, {}, from_server_port), "rogue_server");
  EXPECT_EQ(meaning(MessageType4::kOffer, {}), "rogue_server");
  EXPECT_EQ(meaning(MessageType4::kAck, {}), "rogue_server");
  EXPECT_EQ(meaning(MessageType4::kNak, {}), "rogue_server");
}

TEST(ReadQuery, W9_TakesEthernetAddressesOnly) {
  for (const int hlen : {0, 5, 7, 16, 17, 255}) {
    const auto octet = static_cast<std::uint8_t>(hlen);
    EXPECT_EQ(meaning(MessageType4::kDiscover, {.hlen = octet}), "bad_hardware_address") << hlen;
  }
  for (const int htype : {0, 6, 32, 255}) {
    const auto octet = static_cast<std::uint8_t>(htype);
    EXPECT_EQ(meaning(MessageType4::kDiscover, {.htype = octet}), "bad_hardware_address") << htype;
  }
}

TEST(ReadQuery, W10_TakesAnySixOctetsForAMac) {
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.chaddr = net::Mac()}), "DISCOVER");
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.chaddr = net::kBroadcastMac}), "DISCOVER");
}

TEST(ReadQuery, W11_TakesWhatHasNoMessageTypeForBootp) {
  EXPECT_EQ(meaning(std::nullopt, {}), "BOOTP");
}

TEST(ReadQuery, W13_NeedsOneMessageTypeThatItKnows) {
  const auto typed = [](std::vector<test::TestOption> options) {
    return meaning(std::nullopt, {.options = std::move(options)});
  };
  EXPECT_EQ(typed({option(53)}), "bad_option_length");
  EXPECT_EQ(typed({option(53, {1, 1})}), "bad_option_length");
  EXPECT_EQ(typed({option(53, {1}), option(53, {3})}), "bad_option_length");
  EXPECT_EQ(typed({option(53, {1}), option(53, {1})}), "bad_option_length");
  EXPECT_EQ(typed({option(53, {0})}), "unexpected_type");
  for (int type = 9; type < 256; ++type) {
    EXPECT_EQ(typed({option(53, {static_cast<std::uint8_t>(type)})}), "unexpected_type") << type;
  }
}

TEST(ReadQuery, W14_TakesClientIdsOfTwoOctetsAndMore) {
  EXPECT_EQ(discover_with({option(61)}), "bad_option_length");
  EXPECT_EQ(discover_with({option(61, {1})}), "bad_option_length");
  EXPECT_EQ(discover_with({option(61, {1, 2})}), "DISCOVER");
  EXPECT_EQ(discover_with({option_filled(61, 255, 0xa5)}), "DISCOVER");
  EXPECT_EQ(discover_with({option_filled(61, 254, 0)}), "DISCOVER");
  // RFC 3396: joined to more than 255 octets it is no client identifier.
  EXPECT_EQ(discover_with({option_filled(61, 200, 1), option_filled(61, 56, 1)}),
            "bad_option_length");
}

TEST(ReadQuery, W21_TakesRelayFieldsFromRelaysOnly) {
  const auto circuit = option(82, {1, 2, 0xca, 0xfe});
  const auto giaddr = *net::Ipv4::parse("192.0.2.2");
  EXPECT_EQ(discover_with({circuit}), "DISCOVER") << "the network tells whom it trusts";
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.giaddr = giaddr}), "relay_on_link");
  EXPECT_EQ(meaning(MessageType4::kDiscover, {.hops = 1}), "relay_on_link");
  const auto relayed = [&](test::TestOption agent) {
    return meaning(MessageType4::kDiscover, {.giaddr = giaddr, .options = {std::move(agent)}},
                   unicast(67));
  };
  EXPECT_EQ(relayed(circuit), "DISCOVER");
  EXPECT_EQ(relayed(option(82)), "malformed");
  EXPECT_EQ(relayed(option(82, {1, 0})), "malformed");
  EXPECT_EQ(relayed(option(82, {1, 5, 1, 2})), "malformed");
  EXPECT_EQ(relayed(option(82, {1})), "malformed");
  EXPECT_EQ(relayed(option(82, {2, 0})), "DISCOVER");
  test::TestOption longest = option_filled(82, 255, 7);
  longest.value[0] = 1;
  longest.value[1] = 253;
  EXPECT_EQ(relayed(longest), "DISCOVER");
}

TEST(ReadQuery, W24_W28_TakesFixedOptionsOfTheirLengthOnly) {
  for (const int code : {50, 51, 54, 57, 116, 118}) {
    for (const std::size_t size : {0u, 3u, 5u, 255u}) {
      const auto wrong = option_filled(static_cast<std::uint8_t>(code), size, 1);
      EXPECT_EQ(discover_with({wrong}), "bad_option_length") << code << ' ' << size;
    }
  }
  EXPECT_EQ(discover_with({option(57, {2, 64}), option(116, {1}), option_u32(118, 1)}), "DISCOVER");
}

TEST(ReadQuery, W29_AnswersNoLeaseQuery) {
  for (const int type : {9, 10, 14}) {
    EXPECT_EQ(meaning(MessageType4{static_cast<std::uint8_t>(type)}, {}), "unexpected_type");
  }
}

TEST(ReadQuery, R11_TakesAtMostSixteenHops) {
  const auto hops = [](std::uint8_t count) {
    return meaning(MessageType4::kDiscover,
                   {.hops = count, .giaddr = *net::Ipv4::parse("192.0.2.2")}, unicast(67));
  };
  EXPECT_EQ(hops(16), "DISCOVER");
  EXPECT_EQ(hops(17), "too_many_hops");
  EXPECT_EQ(hops(255), "too_many_hops");
}

TEST(ReadQuery, W18_CountsALittleMaximumAs576) {
  const auto size = [](std::uint16_t wish) {
    const test::Octets octets =
        test::make_message(MessageType4::kDiscover, {.options = {test::option_u16(57, wish)}});
    const auto message = std::make_unique<wire::Message4>();
    EXPECT_FALSE(message->read(octets).has_value());
    const wire::Datagram datagram = direct();
    return read_query(*message, datagram)->max_message_size;
  };
  EXPECT_EQ(size(0), 576);
  EXPECT_EQ(size(575), 576);
  EXPECT_EQ(size(577), 577);
  EXPECT_EQ(size(65535), 65535);
}

TEST(QueryText, ShowsWhatWasAsked) {
  const test::Octets octets = test::make_message(
      MessageType4::kRequest,
      {.xid = 0xbeef, .options = {option(61, {1, 2}), option_address(50, "192.0.2.7")}});
  const auto message = std::make_unique<wire::Message4>();
  ASSERT_FALSE(message->read(octets).has_value());
  const wire::Datagram datagram = direct();
  EXPECT_EQ(text(*read_query(*message, datagram)),
            "REQUEST(init-reboot) mac=02:00:00:00:00:01 xid=0000beef client-id=0102 "
            "requested=192.0.2.7");
}

}  // namespace
}  // namespace melange::dhcp
