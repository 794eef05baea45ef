// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <numeric>

#include "melange/io/link.h"
#include "melange/io/poller.h"
#include "net_namespace.h"
#include "packets.h"
#include "wire_tap.h"

namespace melange::io {
namespace {

using test::Octets;
using test::run;
using wire::FrameError;

constexpr net::Ipv4 kServer{0xc0000201};  // 192.0.2.1
constexpr net::Ipv4 kClient{0xc0000209};

Octets discover(std::uint32_t xid = 1) {
  return test::make_message(wire::MessageType4::kDiscover, {.xid = xid});
}

Octets discover_frame(std::uint32_t xid = 1) { return test::frame_of(discover(xid)); }

// `frame` with octets put in behind its MAC addresses.
Octets tagged(Octets frame, std::initializer_list<std::uint8_t> tags) {
  frame.insert(frame.begin() + 12, tags);
  return frame;
}

std::uint64_t refused(const Batch& batch, FrameError error) {
  std::uint64_t count = 0;
  for (const Batch::Refused& entry : batch.refused) count += entry.error == error ? entry.count : 0;
  return count;
}

std::uint64_t refused(const Batch& batch) {
  std::uint64_t count = 0;
  for (const Batch::Refused& entry : batch.refused) count += entry.count;
  return count;
}

class RawLinkTest : public testing::Test {
 protected:
  RawLinkTest() { reopen(); }

  void reopen() { link_ = open_raw_link(test::ifindex_of("v0"), "v0").value(); }
  // On a veth pair a frame has arrived when `send` returns, or soon after.
  void bring_up() {
    run("ip link set v0 up");
    for (const char* end : {"v0", "v1"}) test::wait_for_carrier(end);
  }
  const Batch& receive(base::Millis patience = base::Millis(300)) {
    batch_.clear();
    test::wait_readable(link_->descriptor(), patience);
    EXPECT_TRUE(link_->receive(batch_));
    return batch_;
  }
  // What the link gives of `frame`, whose fate is known when a marker behind it has come.
  const Batch& receive_one(const Octets& frame) {
    batch_.clear();
    EXPECT_TRUE(client_.send(frame));
    EXPECT_TRUE(client_.send(discover_frame(kMarker)));
    for (int tries = 0; tries < 10; ++tries) {
      test::wait_readable(link_->descriptor(), base::Millis(200));
      EXPECT_TRUE(link_->receive(batch_));
      if (!batch_.datagrams.empty() && is_marker(batch_.datagrams[batch_.datagrams.size() - 1])) {
        batch_.datagrams.pop_back();
        return batch_;
      }
    }
    ADD_FAILURE() << "the marker did not come";
    return batch_;
  }

  static constexpr std::uint32_t kMarker = 0xfefefefe;
  static bool is_marker(const wire::Datagram& datagram) {
    return base::equal(datagram.payload, discover(kMarker));
  }

  test::NetNamespace space_;
  test::Inside inside_{space_};
  test::VethPair veth_{"v0", "v1"};
  test::WireTap client_{veth_.peer_ifindex()};
  std::unique_ptr<Link> link_;
  Batch batch_;
};

TEST_F(RawLinkTest, GivesABroadcastDiscover) {
  const Octets payload = discover();
  const Batch& batch = receive_one(test::frame_of(payload));
  ASSERT_EQ(batch.datagrams.size(), 1u);
  const wire::Datagram& datagram = batch.datagrams[0];
  EXPECT_EQ(datagram.ifindex, veth_.ifindex());
  EXPECT_EQ(datagram.source_mac, test::mac_of(1));
  EXPECT_EQ(datagram.source, net::Ipv4());
  EXPECT_EQ(datagram.destination, net::kBroadcast);
  EXPECT_EQ(datagram.source_port, 68);
  EXPECT_EQ(datagram.destination_port, 67);
  EXPECT_TRUE(base::equal(datagram.payload, payload));
  EXPECT_EQ(refused(batch), 0u);
}

TEST_F(RawLinkTest, LeavesAUnicastDatagramToTheUdpSocket) {
  wire::FrameAddresses to_us = test::client_addresses();
  to_us.source = kClient;
  to_us.destination = kServer;
  const Batch& batch = receive_one(test::frame_of(discover(), to_us));
  EXPECT_TRUE(batch.datagrams.empty());
  EXPECT_EQ(refused(batch), 0u);
}

TEST_F(RawLinkTest, LeavesOtherPortsAndProtocolsAlone) {
  wire::FrameAddresses other_port = test::client_addresses();
  other_port.destination_port = 68;
  EXPECT_TRUE(receive_one(test::frame_of(discover(), other_port)).datagrams.empty());
  Octets arp = discover_frame();
  arp.at(13) = 6;
  EXPECT_TRUE(receive_one(arp).datagrams.empty());
}

TEST_F(RawLinkTest, DoesNotHearWhatTheHostSends) {
  const Octets frame = discover_frame();
  EXPECT_TRUE(test::WireTap(veth_.ifindex()).send(frame));
  EXPECT_EQ(link_->send(std::array{Outgoing{.bytes = frame, .source = {}, .destination = {}}}), 0u);
  EXPECT_TRUE(client_.next().has_value());
  EXPECT_TRUE(client_.next().has_value());
  EXPECT_TRUE(receive(base::Millis(50)).datagrams.empty());
}

TEST_F(RawLinkTest, SendsFramesAsTheyAreAndInOrder) {
  std::vector<Octets> frames;
  for (std::uint32_t i = 0; i < 600; ++i)
    frames.push_back(discover_frame(i));  // three system calls
  std::vector<Outgoing> packets;
  for (const Octets& frame : frames) {
    packets.push_back({.bytes = frame, .source = {}, .destination = {}});
  }
  ASSERT_EQ(link_->send(packets), 0u);
  for (const Octets& frame : frames) ASSERT_EQ(client_.next(), frame);
  EXPECT_FALSE(client_.next(base::Millis(20)).has_value());
}

TEST_F(RawLinkTest, TakesABatchAtATimeAndLosesNone) {
  for (std::uint32_t i = 0; i < 300; ++i) ASSERT_TRUE(client_.send(discover_frame(i)));
  EXPECT_EQ(receive().datagrams.size(), base::limits::kBatchFrames);
  const std::size_t rest = 300 - base::limits::kBatchFrames;
  ASSERT_EQ(receive().datagrams.size(), rest);
  EXPECT_TRUE(base::equal(batch_.datagrams[rest - 1].payload, discover(299)));
  EXPECT_TRUE(receive(base::Millis(20)).datagrams.empty());
}

TEST_F(RawLinkTest, FillsOnlyTheRoomThatABatchHasLeft) {
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(client_.send(discover_frame(i)));
  test::wait_readable(link_->descriptor());
  while (batch_.datagrams.size() < base::limits::kBatchFrames - 1) batch_.datagrams.push_back({});
  EXPECT_TRUE(link_->receive(batch_));
  EXPECT_TRUE(batch_.datagrams.full());
  EXPECT_TRUE(link_->receive(batch_));
  EXPECT_EQ(receive().datagrams.size(), 2u);
}

TEST_F(RawLinkTest, W4_RefusesAFragment) {
  Octets first = discover_frame();
  first.at(20) = 0x20;  // more fragments
  EXPECT_EQ(refused(receive_one(first), FrameError::kFragment), 1u);
  Octets later = discover_frame();
  later.at(21) = 0x10;  // an offset: it has no ports, the filter drops it
  EXPECT_TRUE(receive_one(later).datagrams.empty());
}

TEST_F(RawLinkTest, W6_RefusesAWrongChecksum) {
  Octets frame = discover_frame();
  frame.at(40) ^= 0x55;
  const Batch& batch = receive_one(frame);
  EXPECT_TRUE(batch.datagrams.empty());
  EXPECT_EQ(refused(batch, FrameError::kBadUdpChecksum), 1u);
}

TEST_F(RawLinkTest, W7_RefusesWhatIsTaggedWithAVlan) {
  const Batch& tagged_once = receive_one(tagged(discover_frame(), {0x81, 0x00, 0x00, 0x64}));
  EXPECT_TRUE(tagged_once.datagrams.empty());
  EXPECT_EQ(refused(tagged_once, FrameError::kVlan), 1u);
  const Batch& service_tag = receive_one(tagged(discover_frame(), {0x88, 0xa8, 0x00, 0x64}));
  EXPECT_TRUE(service_tag.datagrams.empty());
  EXPECT_EQ(refused(service_tag, FrameError::kVlan), 1u);
}

TEST_F(RawLinkTest, W7_RefusesATagBehindATag) {
  const Octets twice = tagged(discover_frame(), {0x88, 0xa8, 0x00, 0x64, 0x81, 0x00, 0x00, 0x65});
  EXPECT_EQ(refused(receive_one(twice), FrameError::kVlan), 1u);
  // The outer one is no VLAN, and the kernel takes it off; the inner one stays in the bytes.
  const Octets hidden = tagged(discover_frame(), {0x81, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00, 0x65});
  const Batch& batch = receive_one(hidden);
  EXPECT_TRUE(batch.datagrams.empty());
  EXPECT_EQ(refused(batch, FrameError::kVlan), 1u);
}

TEST_F(RawLinkTest, W7_AcceptsAPriorityTag) {
  const Batch& batch = receive_one(tagged(discover_frame(), {0x81, 0x00, 0xe0, 0x00}));
  EXPECT_EQ(batch.datagrams.size(), 1u);
}

TEST_F(RawLinkTest, DropsWhatIsForAnotherMac) {
  wire::FrameAddresses elsewhere = test::client_addresses();
  elsewhere.destination_mac = test::mac_of(99);
  EXPECT_TRUE(receive_one(test::frame_of(discover(), elsewhere)).datagrams.empty());
}

TEST_F(RawLinkTest, CountsAFrameThatIsLongerThanItsBuffers) {
  run("ip link set v0 mtu 9000; ip link set v1 mtu 9000");
  const Octets frame = test::frame_of(Octets(4000, 1));
  EXPECT_EQ(refused(receive_one(frame), FrameError::kTruncated), 1u);
  Octets padded = discover_frame();
  padded.resize(4000);
  EXPECT_EQ(receive_one(padded).datagrams.size(), 1u);  // W2: nothing that is missing was needed
}

// W6: veth, like virtio, leaves the checksum to a hardware that is not there.
TEST_F(RawLinkTest, W6_AcceptsThePartialChecksumOfAUdpSocket) {
  const Descriptor client(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ifreq device{};
  std::string_view("v1").copy(device.ifr_name, IFNAMSIZ - 1);
  setsockopt(client.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
  ASSERT_EQ(setsockopt(client.get(), SOL_SOCKET, SO_BINDTODEVICE, &device, sizeof device), 0);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_port = htons(68);
  sockaddr_in to = from;
  to.sin_port = htons(67);
  to.sin_addr.s_addr = INADDR_BROADCAST;
  const void* const local = &from;
  const void* const remote = &to;
  ASSERT_EQ(bind(client.get(), static_cast<const sockaddr*>(local), sizeof from), 0);
  const Octets payload = discover();
  ASSERT_EQ(sendto(client.get(), payload.data(), payload.size(), 0,
                   static_cast<const sockaddr*>(remote), sizeof to),
            static_cast<ssize_t>(payload.size()));
  const Batch& batch = receive();
  ASSERT_EQ(batch.datagrams.size(), 1u);
  EXPECT_TRUE(base::equal(batch.datagrams[0].payload, payload));
}

TEST_F(RawLinkTest, X1_WorksAgainAfterTheLinkWasDown) {
  run("ip link set v0 down");
  EXPECT_TRUE(receive(base::Millis(50)).datagrams.empty());  // ENETDOWN, which is no failure
  EXPECT_TRUE(receive(base::Millis(50)).datagrams.empty());
  bring_up();
  EXPECT_EQ(receive_one(discover_frame()).datagrams.size(), 1u);
}

TEST_F(RawLinkTest, X1_CanBeOpenedOnALinkThatIsDown) {
  run("ip link set v0 down");
  reopen();
  EXPECT_TRUE(receive(base::Millis(50)).datagrams.empty());
  bring_up();
  EXPECT_EQ(receive_one(discover_frame()).datagrams.size(), 1u);
}

TEST_F(RawLinkTest, X2_FailsWhenItsInterfaceIsDeleted) {
  run("ip link del v0");
  EXPECT_TRUE(test::wait_readable(link_->descriptor()));
  for (int times = 0; times < 3; ++times) {
    const auto status = link_->receive(batch_);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().fault, base::Fault::kUnavailable);
    EXPECT_NE(status.error().message.find("v0"), std::string::npos);
  }
}

TEST_F(RawLinkTest, X3_IsOpenedAnewWhenItsInterfaceIsRecreated) {
  run("ip link del v0");
  const test::VethPair again("v0", "v1");
  EXPECT_FALSE(link_->receive(batch_));
  reopen();
  ASSERT_TRUE(test::WireTap(again.peer_ifindex()).send(discover_frame()));
  const Batch& batch = receive();
  ASSERT_EQ(batch.datagrams.size(), 1u);
  EXPECT_EQ(batch.datagrams[0].ifindex, again.ifindex());
}

TEST_F(RawLinkTest, X5_CountsWhatADownLinkDoesNotSend) {
  const Octets frame = discover_frame();
  const std::vector<Outgoing> packets(3, {.bytes = frame, .source = {}, .destination = {}});
  run("ip link set v0 down");
  EXPECT_EQ(link_->send(packets), 3u);
  bring_up();
  receive(base::Millis(20));
  EXPECT_EQ(link_->send(packets), 0u);
}

TEST_F(RawLinkTest, X5_SendsWhatStandsBehindAFrameThatIsTooLong) {
  const Octets good = discover_frame();
  const Octets huge(5000, 1);
  const std::array packets{Outgoing{.bytes = good, .source = {}, .destination = {}},
                           Outgoing{.bytes = huge, .source = {}, .destination = {}},
                           Outgoing{.bytes = good, .source = {}, .destination = {}}};
  EXPECT_EQ(link_->send(packets), 1u);
  EXPECT_EQ(client_.next(), good);
  EXPECT_EQ(client_.next(), good);
}

TEST_F(RawLinkTest, X5_CountsWhatTheKernelDropped) {
  const int tiny = 1;
  setsockopt(link_->descriptor(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
  for (std::uint32_t i = 0; i < 200; ++i) ASSERT_TRUE(client_.send(discover_frame(i)));
  const Batch& batch = receive();
  EXPECT_GT(batch.ring_drops, 0u);
  EXPECT_EQ(batch.ring_drops + batch.datagrams.size(), 200u);
}

TEST_F(RawLinkTest, KeepsItsFilterLocked) {
  sock_filter accept_all{BPF_RET | BPF_K, 0, 0, 0xffff};
  const sock_fprog program{1, &accept_all};
  EXPECT_NE(setsockopt(link_->descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
            0);
  EXPECT_EQ(errno, EPERM);
}

TEST_F(RawLinkTest, X12_HearsAnInterfaceThatIsABridgePort) {
  run("ip link add br0 type bridge; ip link set v0 master br0; ip link set br0 up");
  EXPECT_EQ(receive_one(discover_frame()).datagrams.size(), 1u);
}

TEST_F(RawLinkTest, IsNotOpenedOnWhatIsNoEthernet) {
  for (const int ifindex : {1, 0, -1, 99999}) {
    const auto link = open_raw_link(ifindex, "some0");
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().fault, base::Fault::kUnavailable);
    EXPECT_NE(link.error().message.find("some0"), std::string::npos);
  }
}

}  // namespace
}  // namespace melange::io
