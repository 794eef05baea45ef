// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "melange/io/link.h"
#include "net_namespace.h"
#include "packets.h"
#include "wire_tap.h"

namespace melange::io {
namespace {

using test::Octets;
using test::run;

constexpr net::Ipv4 kServer{0xc0000201};       // 192.0.2.1
constexpr net::Ipv4 kOtherServer{0xc6336401};  // 198.51.100.1
constexpr net::Ipv4 kRelay{0xc0000209};        // 192.0.2.9
constexpr net::Ipv4 kSubnetBroadcast{0xc00002ff};
constexpr net::Ipv4 kAllHosts{0xe0000001};

Octets discover(std::uint32_t xid = 1) {
  return test::make_message(wire::MessageType4::kDiscover, {.xid = xid, .giaddr = kRelay});
}

class UdpLinkTest : public testing::Test {
 protected:
  UdpLinkTest() {
    run("ip link set v0 address 02:00:00:00:00:01; ip addr add 192.0.2.1/24 dev v0;"
        "ip addr add 198.51.100.1/24 dev v0;"
        "ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0");
    link_ = open_udp_link(67).value();
  }

  void send_to(net::Ipv4 destination, base::Bytes payload) {
    const bool unicast = destination == kServer || destination == kOtherServer;
    const wire::FrameAddresses addresses{
        .source_mac = test::mac_of(9),
        .destination_mac = unicast ? test::mac_of(1) : net::kBroadcastMac,
        .source = kRelay,
        .destination = destination,
        .source_port = 1067,
        .destination_port = 67};
    ASSERT_TRUE(relay_.send(test::frame_of(payload, addresses)));
  }
  const Batch& receive(base::Millis patience = base::Millis(300)) {
    batch_.clear();
    test::wait_readable(link_->descriptor(), patience);
    EXPECT_TRUE(link_->receive(batch_));
    return batch_;
  }
  // The next datagram that the relay gets.
  wire::Datagram answer() {
    frame_ = relay_.next().value_or(Octets());
    return wire::parse_frame(frame_, wire::Checksum::kPartial, 0).value();
  }

  test::NetNamespace space_;
  test::Inside inside_{space_};
  test::VethPair veth_{"v0", "v1"};
  test::WireTap relay_{veth_.peer_ifindex()};
  std::unique_ptr<Link> link_;
  Batch batch_;
  Octets frame_;
};

TEST_F(UdpLinkTest, GivesWhatWasSentToUs) {
  send_to(kServer, discover(1));
  send_to(kOtherServer, discover(2));
  const Batch& batch = receive();
  ASSERT_EQ(batch.datagrams.size(), 2u);
  const wire::Datagram& first = batch.datagrams[0];
  EXPECT_EQ(first.ifindex, veth_.ifindex());
  EXPECT_FALSE(first.source_mac.has_value());
  EXPECT_EQ(first.source, kRelay);
  EXPECT_EQ(first.source_port, 1067);
  EXPECT_EQ(first.destination, kServer);
  EXPECT_EQ(first.destination_port, 67);
  EXPECT_TRUE(base::equal(first.payload, discover(1)));
  EXPECT_EQ(batch.datagrams[1].destination, kOtherServer);
}

// I5: of one broadcast only the raw link hears, of one unicast only this one.
TEST_F(UdpLinkTest, I5_SharesTheDatagramsWithTheRawLink) {
  const auto raw = open_raw_link(veth_.ifindex(), "v0").value();
  send_to(net::kBroadcast, discover(1));
  send_to(kServer, discover(2));
  send_to(kAllHosts, discover(3));
  send_to(kSubnetBroadcast, discover(4));
  ASSERT_EQ(receive().datagrams.size(), 2u);
  EXPECT_TRUE(base::equal(batch_.datagrams[0].payload, discover(2)));
  EXPECT_TRUE(base::equal(batch_.datagrams[1].payload, discover(4)));
  EXPECT_EQ(batch_.datagrams[1].destination, kSubnetBroadcast);
  Batch heard_raw;
  ASSERT_TRUE(raw->receive(heard_raw));
  ASSERT_EQ(heard_raw.datagrams.size(), 1u);
  EXPECT_TRUE(base::equal(heard_raw.datagrams[0].payload, discover(1)));
}

// I7: clients that flood a segment with broadcasts do not fill the relays' queue.
TEST_F(UdpLinkTest, I7_IsNotWokenByBroadcasts) {
  const int tiny = 1;
  setsockopt(link_->descriptor(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
  for (std::uint32_t i = 0; i < 200; ++i) send_to(net::kBroadcast, discover(i));
  EXPECT_FALSE(test::wait_readable(link_->descriptor(), base::Millis(50)));
  send_to(kServer, discover());
  EXPECT_EQ(receive().datagrams.size(), 1u);
}

TEST_F(UdpLinkTest, AnswersFromTheAddressThatItIsTold) {
  const Octets payload = discover();
  for (const net::Ipv4 source : {kServer, kOtherServer}) {
    const Outgoing packet{.bytes = payload, .source = source, .destination = kRelay, .port = 1067};
    ASSERT_EQ(link_->send({&packet, 1}), 0u);
    const wire::Datagram got = answer();
    EXPECT_EQ(got.source, source);
    EXPECT_EQ(got.source_port, 67);
    EXPECT_EQ(got.destination, kRelay);
    EXPECT_EQ(got.destination_port, 1067);
    EXPECT_TRUE(base::equal(got.payload, payload));
  }
}

TEST_F(UdpLinkTest, LeavesTheSourceToTheKernelIfThereIsNone) {
  const Octets payload = discover();
  const Outgoing packet{.bytes = payload, .source = {}, .destination = kRelay, .port = 67};
  ASSERT_EQ(link_->send({&packet, 1}), 0u);
  EXPECT_EQ(answer().source, kServer);
}

TEST_F(UdpLinkTest, SendsMoreThanOneCallTakes) {
  const Octets payload = discover();
  const std::vector<Outgoing> packets(
      600, {.bytes = payload, .source = kServer, .destination = kRelay, .port = 67});
  EXPECT_EQ(link_->send(packets), 0u);
  std::size_t arrived = 0;
  while (arrived < 600 && relay_.next(base::Millis(200))) ++arrived;
  EXPECT_EQ(arrived, 600u);
}

TEST_F(UdpLinkTest, X5_CountsWhatCannotBeRoutedAndSendsTheRest) {
  const Octets payload = discover();
  const net::Ipv4 nowhere{0x0a000001};
  const std::array packets{
      Outgoing{.bytes = payload, .source = kServer, .destination = kRelay, .port = 1},
      Outgoing{.bytes = payload, .source = kServer, .destination = nowhere, .port = 67},
      Outgoing{.bytes = payload, .source = nowhere, .destination = kRelay, .port = 67},
      Outgoing{.bytes = payload, .source = kServer, .destination = kRelay, .port = 2}};
  EXPECT_EQ(link_->send(packets), 2u);
  EXPECT_EQ(answer().destination_port, 1);
  EXPECT_EQ(answer().destination_port, 2);
}

TEST_F(UdpLinkTest, W18_NeverSendsInFragments) {
  run("ip link set v0 mtu 800; ip link set v1 mtu 800");
  const Octets fits(800 - 28);
  const Octets too_long(800 - 28 + 1);
  const std::array packets{
      Outgoing{.bytes = too_long, .source = kServer, .destination = kRelay, .port = 67},
      Outgoing{.bytes = fits, .source = kServer, .destination = kRelay, .port = 67}};
  EXPECT_EQ(link_->send(packets), 1u);
  EXPECT_EQ(answer().payload.size(), fits.size());
  EXPECT_FALSE(relay_.next(base::Millis(20)).has_value());
}

TEST_F(UdpLinkTest, CountsADatagramThatIsLongerThanItsBuffers) {
  run("ip link set v0 mtu 9000; ip link set v1 mtu 9000");
  send_to(kServer, Octets(4000));
  send_to(kServer, discover());
  const Batch& batch = receive();
  EXPECT_EQ(batch.datagrams.size(), 1u);
  ASSERT_EQ(batch.refused.size(), 1u);
  EXPECT_EQ(batch.refused.front().error, wire::FrameError::kTruncated);
  EXPECT_EQ(batch.refused.front().count, 1u);
}

TEST_F(UdpLinkTest, X1_OutlivesTheLinksItUses) {
  run("ip link set v0 down");
  EXPECT_TRUE(receive(base::Millis(20)).datagrams.empty());
  run("ip link del v0");
  EXPECT_TRUE(receive(base::Millis(20)).datagrams.empty());
}

TEST_F(UdpLinkTest, X11_IsNotOpenedBesideAnotherServer) {
  const auto second = open_udp_link(67);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, base::Fault::kUnavailable);
  EXPECT_NE(second.error().message.find("port 67"), std::string::npos);
}

}  // namespace
}  // namespace melange::io
