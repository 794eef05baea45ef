// SPDX-License-Identifier: Apache-2.0
//
// Files are written octet by octet, from draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
#include "melange/io/capture.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "melange/wire/frame.h"
#include "packets.h"
#include "temp_directory.h"

namespace melange::io {
namespace {

using test::mac_of;
using test::Octets;

enum class Order : std::uint8_t { kLittle, kBig };

constexpr std::uint32_t kMicros = 0xa1b2c3d4;
constexpr std::uint32_t kNanos = 0xa1b23c4d;
constexpr std::uint32_t kEthernet = 1;
constexpr std::uint32_t kRaw = 101;
constexpr std::uint32_t kCooked = 113;
constexpr std::uint32_t kIpv4 = 228;
constexpr std::uint32_t kCooked2 = 276;

class File {
 public:
  explicit File(Order order = Order::kLittle) : order_(order) {}
  File& u16(std::uint32_t value) { return number(value, 2); }
  File& u32(std::uint32_t value) { return number(value, 4); }
  File& put(const Octets& octets) {
    octets_.insert(octets_.end(), octets.begin(), octets.end());
    return *this;
  }
  File& cut(std::size_t count) {
    octets_.resize(octets_.size() - count);
    return *this;
  }
  const Octets& octets() const { return octets_; }

 private:
  File& number(std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned at = order_ == Order::kLittle ? i : size - 1 - i;
      octets_.push_back(static_cast<std::uint8_t>(value >> 8 * at));
    }
    return *this;
  }

  Order order_;
  Octets octets_;
};

File pcap(std::uint32_t link_type = kEthernet, Order order = Order::kLittle,
          std::uint32_t magic = kMicros) {
  return File(order).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type);
}

File& add(File& file, const Octets& octets, std::uint32_t seconds = 1, std::uint32_t fraction = 0,
          std::uint32_t length = 0) {
  const auto size = static_cast<std::uint32_t>(octets.size());
  return file.u32(seconds).u32(fraction).u32(size).u32(length == 0 ? size : length).put(octets);
}

// The section header, and the description of one interface.
File pcapng(std::uint32_t link_type = kEthernet) {
  File file;
  file.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0);
  file.u32(0xffffffff).u32(0xffffffff).u32(28);
  return file.u32(1).u32(20).u16(link_type).u16(0).u32(65535).u32(20);
}

// An enhanced packet block; its stamp counts microseconds.
File& add_ng(File& file, Octets octets, std::uint64_t micros) {
  const auto size = static_cast<std::uint32_t>(octets.size());
  octets.resize((octets.size() + 3) / 4 * 4);
  const auto block = static_cast<std::uint32_t>(32 + octets.size());
  file.u32(6).u32(block).u32(0).u32(static_cast<std::uint32_t>(micros >> 32));
  return file.u32(static_cast<std::uint32_t>(micros)).u32(size).u32(size).put(octets).u32(block);
}

Octets discover_frame() {
  return test::frame_of(test::make_message(wire::MessageType4::kDiscover));
}

// The IP packet of such a frame.
Octets discover_packet() {
  const Octets frame = discover_frame();
  return Octets(frame.begin() + 14, frame.end());
}

Octets octets_of(base::Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }

std::int64_t millis(base::Instant instant) { return instant.time_since_epoch().count(); }

class CaptureTest : public testing::Test {
 protected:
  Capture open(const File& file) {
    test::write_file(path(), file.octets());
    return Capture::open(path()).value();
  }
  // Why the file is refused.
  base::Error refusal(const File& file) {
    test::write_file(path(), file.octets());
    return refusal(path());
  }
  static base::Error refusal(const std::string& path) {
    const auto capture = Capture::open(path);
    EXPECT_FALSE(capture);
    return capture ? base::Error{} : capture.error();
  }
  // The octets of the only frame in the file.
  Octets only(const File& file) {
    Capture capture = open(file);
    const auto frame = capture.next().value();
    EXPECT_TRUE(frame.has_value());
    Octets octets = frame ? octets_of(frame->octets) : Octets();
    EXPECT_FALSE(capture.next().value().has_value());
    return octets;
  }
  void expect_failure(Capture& capture, std::string_view why) const {
    for (int times = 0; times < 2; ++times) {
      const auto frame = capture.next();
      ASSERT_FALSE(frame);
      EXPECT_EQ(frame.error().fault, base::Fault::kInvalid);
      EXPECT_TRUE(frame.error().message.starts_with(path() + ": "));
      EXPECT_NE(frame.error().message.find(why), std::string::npos) << frame.error().message;
    }
  }
  std::string path() const { return directory_.file("capture"); }

  test::TempDirectory directory_;
};

TEST_F(CaptureTest, GivesEachFrameWithItsTime) {
  File file = pcap();
  add(file, {1, 2, 3}, 1'700'000'000, 123'456);
  add(file, discover_frame(), 1'700'000'001, 999'999);
  Capture capture = open(file);
  auto frame = capture.next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(octets_of(frame->octets), (Octets{1, 2, 3}));
  EXPECT_EQ(millis(frame->at), 1'700'000'000'123);
  EXPECT_FALSE(frame->cut);
  frame = capture.next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(octets_of(frame->octets), discover_frame());
  EXPECT_EQ(millis(frame->at), 1'700'000'001'999);
  EXPECT_FALSE(capture.next().value().has_value());
  EXPECT_FALSE(capture.next().value().has_value());
}

TEST_F(CaptureTest, HoldsNoFrameWhereNoneWasCaptured) {
  EXPECT_FALSE(open(pcap()).next().value().has_value());
  EXPECT_FALSE(open(pcapng()).next().value().has_value());
}

TEST_F(CaptureTest, ReadsTheOtherByteOrder) {
  File file = pcap(kEthernet, Order::kBig);
  add(file, {1, 2, 3}, 5, 7000);
  const auto frame = open(file).next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(millis(frame->at), 5007);
}

TEST_F(CaptureTest, ReadsNanoseconds) {
  File file = pcap(kEthernet, Order::kLittle, kNanos);
  add(file, {1, 2, 3}, 5, 7'999'999);
  const auto frame = open(file).next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(millis(frame->at), 5007);
}

TEST_F(CaptureTest, ReadsPcapng) {
  File file = pcapng();
  add_ng(file, {1, 2, 3, 4, 5}, 1'700'000'000'123'456);
  add_ng(file, discover_frame(), 1'700'000'000'124'000);
  Capture capture = open(file);
  auto frame = capture.next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(octets_of(frame->octets), (Octets{1, 2, 3, 4, 5}));
  EXPECT_EQ(millis(frame->at), 1'700'000'000'123);
  frame = capture.next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(octets_of(frame->octets), discover_frame());
  EXPECT_FALSE(capture.next().value().has_value());
}

TEST_F(CaptureTest, TellsWhatTheSnapLengthCutOff) {
  File file = pcap();
  add(file, {1, 2, 3}, 1, 0, 342);
  const auto frame = open(file).next().value();
  ASSERT_TRUE(frame.has_value());
  EXPECT_TRUE(frame->cut);
  EXPECT_EQ(frame->octets.size(), 3u);
}

TEST_F(CaptureTest, BoundsStampsThatCannotBe) {
  File file = pcap();
  add(file, {1}, 5, 0xffffffff);
  add(file, {1}, 5, 2'000'000);
  add(file, {1}, 0xffffffff, 0xffffffff);
  Capture capture = open(file);
  EXPECT_EQ(millis(capture.next().value()->at) / 1000, 5);
  EXPECT_EQ(millis(capture.next().value()->at), 5999);
  EXPECT_GE(millis(capture.next().value()->at), 0);
  File ng = pcapng();
  add_ng(ng, {1}, ~std::uint64_t{0});
  EXPECT_GE(millis(open(ng).next().value()->at), 0);
}

TEST_F(CaptureTest, GivesAPacketOfAnyInterfaceAnEthernetHeader) {
  const Octets packet = discover_packet();
  File file = pcap(kCooked);
  Octets cooked{0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0xa5, 0xa5, 0x08, 0x00};
  cooked.insert(cooked.end(), packet.begin(), packet.end());
  EXPECT_EQ(only(add(file, cooked)), discover_frame());
}

TEST_F(CaptureTest, GivesAPacketOfAnyInterfaceInTheNewFormAnEthernetHeader) {
  const Octets packet = discover_packet();
  File file = pcap(kCooked2);
  Octets cooked{0x08, 0x00, 0, 0, 0, 0, 0, 9, 0, 1, 1, 6, 2, 0, 0, 0, 0, 1, 0xa5, 0xa5};
  cooked.insert(cooked.end(), packet.begin(), packet.end());
  EXPECT_EQ(only(add(file, cooked)), discover_frame());
}

TEST_F(CaptureTest, LeavesMacsThatItDoesNotKnowZero) {
  File file = pcap(kCooked);
  // To this host, of a link whose addresses have 4 octets.
  add(file, {0, 0, 3, 0, 0, 4, 9, 9, 9, 9, 0, 0, 0, 0, 0x08, 0x00, 0x45});
  EXPECT_EQ(only(file), (Octets{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00, 0x45}));
}

TEST_F(CaptureTest, GivesABareIpPacketAnEthernetHeader) {
  for (const std::uint32_t type : {kRaw, kIpv4}) {
    File file = pcap(type);
    const Octets frame = only(add(file, discover_packet()));
    const auto datagram = wire::parse_frame(frame, wire::Checksum::kComplete, 1);
    ASSERT_TRUE(datagram.has_value());
    EXPECT_EQ(datagram->source_mac, net::Mac());
    EXPECT_TRUE(base::equal(datagram->payload, test::make_message(wire::MessageType4::kDiscover)));
  }
  File six = pcap(kRaw);
  EXPECT_EQ(only(add(six, {0x60, 1})),
            (Octets{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60, 1}));
}

TEST_F(CaptureTest, GivesNoOctetsOfAPacketWithoutRoomForItsHeader) {
  for (const std::uint32_t type : {kCooked, kCooked2, kRaw}) {
    File file = pcap(type);
    EXPECT_TRUE(only(add(file, Octets(type == kRaw ? 0 : 15))).empty()) << type;
  }
}

TEST_F(CaptureTest, GivesWhatIsThereOfAFileThatEndsInTheMiddle) {
  for (const std::size_t missing : {1u, 3u, 12u}) {
    File file = pcap();
    add(file, {1, 2, 3});
    add(file, {4, 5, 6});
    Capture capture = open(file.cut(missing));
    EXPECT_EQ(octets_of(capture.next().value()->octets), (Octets{1, 2, 3}));
    expect_failure(capture, "truncated");
  }
}

TEST_F(CaptureTest, GivesWhatIsThereOfAPcapngThatEndsInTheMiddle) {
  File file = pcapng();
  add_ng(file, {1, 2, 3}, 1);
  add_ng(file, {4, 5, 6}, 1);
  Capture capture = open(file.cut(5));
  EXPECT_EQ(octets_of(capture.next().value()->octets), (Octets{1, 2, 3}));
  expect_failure(capture, "truncated");
}

TEST_F(CaptureTest, FailsOnAPacketOfAnImpossibleLength) {
  File file = pcap();
  add(file, {1, 2, 3});
  file.u32(1).u32(0).u32(0x7fffffff).u32(0x7fffffff).put({1, 2, 3});
  Capture capture = open(file);
  EXPECT_TRUE(capture.next().value().has_value());
  expect_failure(capture, "");
}

TEST_F(CaptureTest, FailsWhereAPcapngGoesOnWithAnotherKindOfLink) {
  File file = pcapng();
  add_ng(file, {1, 2, 3}, 1);
  file.u32(1).u32(20).u16(kCooked).u16(0).u32(65535).u32(20);
  Capture capture = open(file);
  EXPECT_TRUE(capture.next().value().has_value());
  expect_failure(capture, "different");
}

TEST_F(CaptureTest, IsNotOpenedWithoutAFile) {
  const base::Error missing = refusal(path());
  EXPECT_EQ(missing.fault, base::Fault::kInvalid);
  EXPECT_EQ(missing.message, path() + ": No such file or directory");
  EXPECT_EQ(refusal(directory_.path()).fault, base::Fault::kInvalid);
  EXPECT_EQ(refusal("-").message, "-: No such file or directory") << "not the standard input";
}

TEST_F(CaptureTest, IsNotOpenedOnWhatIsNoCapture) {
  File text;
  text.put(Octets(100, 'a'));
  for (const File& file : {File(), text, pcap().cut(1), pcapng().cut(1)}) {
    const base::Error error = refusal(file);
    EXPECT_EQ(error.fault, base::Fault::kInvalid);
    EXPECT_TRUE(error.message.starts_with(path() + ": not a capture: ")) << error.message;
  }
}

TEST_F(CaptureTest, IsNotOpenedOnAKindOfLinkThatIsNotKnown) {
  const base::Error wireless = refusal(pcap(105));
  EXPECT_EQ(wireless.fault, base::Fault::kInvalid);
  EXPECT_EQ(wireless.message,
            path() + ": captured on a kind of link that is not known here: 802.11");
}

}  // namespace
}  // namespace melange::io
