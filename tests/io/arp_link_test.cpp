// SPDX-License-Identifier: Apache-2.0
//
// A link in a namespace of its own, and at its far end a host, played by the test or by the kernel.
#include "melange/io/arp_link.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <vector>

#include "net_namespace.h"
#include "packets.h"
#include "wire_tap.h"

namespace melange::io {
namespace {

using test::mac_of;
using test::Octets;
using test::run;
using wire::ArpError;
using wire::ArpOperation;
using wire::ArpPacket;

constexpr net::Ipv4 kAsked{0xc0000209};  // 192.0.2.9
const net::Mac kOurs = mac_of(1);
const net::Mac kHost = mac_of(2);

void append(Octets& frame, base::Bytes octets) {
  frame.insert(frame.end(), octets.begin(), octets.end());
}

void append(Octets& frame, net::Ipv4 address) { append(frame, address.octets()); }

// A host's gratuitous reply for `address`, octet by octet from RFC 826; `tags` stand behind the
// MAC addresses.
Octets reply(net::Ipv4 address = kAsked, std::initializer_list<std::uint8_t> tags = {}) {
  Octets frame;
  append(frame, net::kBroadcastMac.bytes());
  append(frame, kHost.bytes());
  append(frame, tags);
  append(frame, Octets{0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 2});
  append(frame, kHost.bytes());
  append(frame, address);
  append(frame, net::kBroadcastMac.bytes());
  append(frame, address);
  return frame;
}

std::uint64_t refused(const ArpBatch& batch) {
  return std::accumulate(batch.refused.begin(), batch.refused.end(), std::uint64_t{0});
}

std::uint64_t refused(const ArpBatch& batch, ArpError error) {
  return batch.refused.at(static_cast<std::size_t>(error));
}

class ArpLinkTest : public testing::Test {
 protected:
  void bring_up() {
    run("ip link set v0 up");
    for (const char* end : {"v0", "v1"}) test::wait_for_carrier(end);
  }
  ArpBatch& receive(base::Millis patience = base::Millis(300)) {
    batch_.clear();
    test::wait_readable(link_.descriptor(), patience);
    EXPECT_TRUE(link_.receive(batch_));
    return batch_;
  }
  // What the link gives of `frame`, whose fate is known when a marker behind it has come.
  ArpBatch& receive_one(const Octets& frame) {
    batch_.clear();
    EXPECT_TRUE(host_.send(frame));
    EXPECT_TRUE(host_.send(reply(kMarker)));
    for (int tries = 0; tries < 10; ++tries) {
      test::wait_readable(link_.descriptor(), base::Millis(200));
      EXPECT_TRUE(link_.receive(batch_));
      const std::size_t count = batch_.packets.size();
      if (count > 0 && batch_.packets[count - 1].sender_address == kMarker) {
        batch_.packets.pop_back();
        return batch_;
      }
    }
    ADD_FAILURE() << "the marker did not come";
    return batch_;
  }

  static constexpr net::Ipv4 kMarker{0xfefefefe};

  test::NetNamespace space_;
  test::Inside inside_{space_};
  test::VethPair veth_{"v0", "v1"};
  test::WireTap host_{veth_.peer_ifindex()};
  ArpLink link_ = ArpLink::open(veth_.ifindex(), "v0").value();
  ArpBatch batch_;
};

TEST_F(ArpLinkTest, GivesWhatAHostSays) {
  const ArpBatch& batch = receive_one(reply());
  ASSERT_EQ(batch.packets.size(), 1u);
  EXPECT_EQ(batch.packets[0], (ArpPacket{.operation = ArpOperation::kReply,
                                         .sender_mac = kHost,
                                         .sender_address = kAsked,
                                         .target_mac = net::kBroadcastMac,
                                         .target_address = kAsked}));
  EXPECT_EQ(refused(batch), 0u);
}

TEST_F(ArpLinkTest, SendsAProbeThatEverybodyHears) {
  ASSERT_TRUE(link_.probe(kOurs, kAsked));
  const auto frame = host_.next();
  ASSERT_TRUE(frame.has_value());
  EXPECT_TRUE(std::ranges::equal(base::Bytes(*frame).first(6), net::kBroadcastMac.bytes()));
  EXPECT_EQ(wire::parse_arp(*frame), (ArpPacket{.sender_mac = kOurs, .target_address = kAsked}));
}

// The kernel is the host: what it answers to a probe is what it would answer to any server's.
TEST_F(ArpLinkTest, GetsTheKernelsAnswerToAProbe) {
  const test::NetNamespace far;
  run("ip link set v1 netns " + far.path());
  {
    const test::Inside there(far);
    run("ip link set v1 address 02:00:00:00:00:02");
    run("ip address add 192.0.2.9/24 dev v1; ip link set v1 up");
  }
  run("ip link set v0 address 02:00:00:00:00:01");
  test::wait_for_carrier("v0");
  receive(base::Millis(20));  // what the host announced when it came up
  ASSERT_TRUE(link_.probe(kOurs, kAsked));
  const ArpBatch& batch = receive(base::Millis(1000));
  ASSERT_EQ(batch.packets.size(), 1u);
  EXPECT_EQ(text(batch.packets[0]),
            "reply sender=02:00:00:00:00:02/192.0.2.9 target=02:00:00:00:00:01/0.0.0.0");
}

TEST_F(ArpLinkTest, HearsNothingButArp) {
  const Octets discover = test::frame_of(test::make_message(wire::MessageType4::kDiscover));
  const ArpBatch& batch = receive_one(discover);
  EXPECT_TRUE(batch.packets.empty());
  EXPECT_EQ(refused(batch), 0u);
}

TEST_F(ArpLinkTest, DoesNotHearWhatTheHostSends) {
  EXPECT_TRUE(test::WireTap(veth_.ifindex()).send(reply()));
  EXPECT_TRUE(link_.probe(kOurs, kAsked));
  EXPECT_TRUE(host_.next().has_value());
  EXPECT_TRUE(host_.next().has_value());
  EXPECT_TRUE(receive(base::Millis(50)).packets.empty());
}

TEST_F(ArpLinkTest, DropsWhatIsForAnotherMac) {
  Octets elsewhere = reply();
  std::ranges::copy(mac_of(99).bytes(), elsewhere.begin());
  const ArpBatch& batch = receive_one(elsewhere);
  EXPECT_TRUE(batch.packets.empty());
  EXPECT_EQ(refused(batch), 0u);
}

TEST_F(ArpLinkTest, CountsWhatIsMalformed) {
  Octets cut = reply();
  cut.resize(30);
  EXPECT_EQ(refused(receive_one(cut), ArpError::kTruncated), 1u);
  Octets reverse = reply();
  reverse.at(21) = 3;
  EXPECT_EQ(refused(receive_one(reverse), ArpError::kBadOperation), 1u);
}

TEST_F(ArpLinkTest, W7_RefusesWhatIsTaggedWithAVlan) {
  const ArpBatch& tagged = receive_one(reply(kAsked, {0x81, 0x00, 0x00, 0x64}));
  EXPECT_TRUE(tagged.packets.empty());
  EXPECT_EQ(refused(tagged, ArpError::kVlan), 1u);
  const ArpBatch& service_tag = receive_one(reply(kAsked, {0x88, 0xa8, 0x00, 0x64}));
  EXPECT_TRUE(service_tag.packets.empty());
  EXPECT_EQ(refused(service_tag, ArpError::kVlan), 1u);
}

TEST_F(ArpLinkTest, W7_DoesNotSeeATagBehindATag) {
  EXPECT_TRUE(receive_one(reply(kAsked, {0x88, 0xa8, 0, 0x64, 0x81, 0, 0, 0x65})).packets.empty());
  EXPECT_TRUE(receive_one(reply(kAsked, {0x81, 0x00, 0, 0x00, 0x81, 0, 0, 0x65})).packets.empty());
}

TEST_F(ArpLinkTest, W7_AcceptsAPriorityTag) {
  EXPECT_EQ(receive_one(reply(kAsked, {0x81, 0x00, 0xe0, 0x00})).packets.size(), 1u);
}

TEST_F(ArpLinkTest, TakesABatchAtATimeAndLosesNone) {
  const std::uint32_t count = base::limits::kArpBatch + 10;
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(host_.send(reply(net::Ipv4(i))));
  EXPECT_EQ(receive().packets.size(), base::limits::kArpBatch);
  ASSERT_EQ(receive().packets.size(), 10u);
  EXPECT_EQ(batch_.packets[9].sender_address, net::Ipv4(count - 1));
  EXPECT_EQ(batch_.drops, 0u);
  EXPECT_TRUE(receive(base::Millis(20)).packets.empty());
}

TEST_F(ArpLinkTest, FillsOnlyTheRoomThatABatchHasLeft) {
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(host_.send(reply(net::Ipv4(i))));
  test::wait_readable(link_.descriptor());
  while (batch_.packets.size() < base::limits::kArpBatch - 1) batch_.packets.push_back({});
  EXPECT_TRUE(link_.receive(batch_));
  EXPECT_TRUE(batch_.packets.full());
  EXPECT_TRUE(link_.receive(batch_));
  EXPECT_EQ(receive().packets.size(), 2u);
}

TEST_F(ArpLinkTest, LetsOneBatchServeManyLinks) {
  const test::VethPair other("v2", "v3");
  auto second = ArpLink::open(other.ifindex(), "v2").value();
  ASSERT_TRUE(host_.send(reply(net::Ipv4(1))));
  ASSERT_TRUE(test::WireTap(other.peer_ifindex()).send(reply(net::Ipv4(2))));
  receive();
  ASSERT_TRUE(test::wait_readable(second.descriptor()));
  EXPECT_TRUE(second.receive(batch_));
  ASSERT_EQ(batch_.packets.size(), 2u);
  EXPECT_EQ(batch_.packets[0].sender_address, net::Ipv4(1));
  EXPECT_EQ(batch_.packets[1].sender_address, net::Ipv4(2));
}

TEST_F(ArpLinkTest, X5_KeepsAShortQueueAndCountsWhatItDrops) {
  for (std::uint32_t i = 0; i < 2000; ++i) ASSERT_TRUE(host_.send(reply(net::Ipv4(i))));
  std::size_t taken = 0;
  std::uint64_t dropped = 0;
  while (!receive(base::Millis(50)).packets.empty()) {
    taken += batch_.packets.size();
    dropped += batch_.drops;
  }
  EXPECT_GE(taken, base::limits::kArpBatch);
  EXPECT_LT(taken, 1000u);
  EXPECT_EQ(taken + dropped, 2000u);
}

TEST_F(ArpLinkTest, X1_WorksAgainAfterTheLinkWasDown) {
  run("ip link set v0 down");
  EXPECT_TRUE(receive(base::Millis(50)).packets.empty());  // ENETDOWN, which is no failure
  EXPECT_FALSE(link_.probe(kOurs, kAsked));
  bring_up();
  EXPECT_EQ(receive_one(reply()).packets.size(), 1u);
  EXPECT_TRUE(link_.probe(kOurs, kAsked));
}

TEST_F(ArpLinkTest, X2_FailsWhenItsInterfaceIsDeleted) {
  run("ip link del v0");
  EXPECT_TRUE(test::wait_readable(link_.descriptor()));
  for (int times = 0; times < 3; ++times) {
    const auto status = link_.receive(batch_);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().fault, base::Fault::kUnavailable);
    EXPECT_NE(status.error().message.find("v0"), std::string::npos);
  }
  EXPECT_FALSE(link_.probe(kOurs, kAsked));
}

TEST_F(ArpLinkTest, KeepsItsFilterLocked) {
  sock_filter accept_all{BPF_RET | BPF_K, 0, 0, 0xffff};
  const sock_fprog program{1, &accept_all};
  EXPECT_NE(setsockopt(link_.descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
            0);
  EXPECT_EQ(errno, EPERM);
}

TEST_F(ArpLinkTest, X12_HearsAnInterfaceThatIsABridgePort) {
  run("ip link add br0 type bridge; ip link set v0 master br0; ip link set br0 up");
  EXPECT_EQ(receive_one(reply()).packets.size(), 1u);
}

TEST_F(ArpLinkTest, IsNotOpenedOnWhatIsNoEthernet) {
  for (const int ifindex : {1, 0, -1, 99999}) {
    const auto link = ArpLink::open(ifindex, "some0");
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().fault, base::Fault::kUnavailable);
    EXPECT_NE(link.error().message.find("some0"), std::string::npos);
  }
}

}  // namespace
}  // namespace melange::io
