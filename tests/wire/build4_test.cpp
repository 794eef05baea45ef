// SPDX-License-Identifier: Apache-2.0
//
// Messages as Melange sends them, read back octet by octet or by Message4.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "melange/base/text.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "packets.h"

namespace melange::wire {
namespace {

using test::Octets;
using test::option;
using test::option_filled;
using test::TestOption;

constexpr std::uint8_t kPoison = 0xa5;

struct Wanted {
  TestOption option;
  bool required = false;
};

// A plan that owns its options.
struct Reply {
  std::vector<Wanted> wanted;
  std::size_t max_size = 548;
  std::string sname = "";
  std::string file = "";

  // The octets that were built, without what the buffer held behind them; empty if there are none.
  Octets build(std::uint8_t poison = kPoison) const {
    std::vector<OptionToSend> options;
    for (const Wanted& one : wanted) {
      options.push_back({one.option.code, one.option.value, one.required});
    }
    Octets out(1500, poison);
    const MessagePlan4 plan{.header = {},
                            .options = options,
                            .max_size = max_size,
                            .sname = base::bytes_of(sname),
                            .file = base::bytes_of(file)};
    const std::size_t size = build_message(plan, out);
    EXPECT_TRUE(std::all_of(out.begin() + static_cast<long>(size), out.end(),
                            [&](std::uint8_t octet) { return octet == poison; }));
    out.resize(size);
    return out;
  }
};

std::vector<Wanted> all_optional(const std::vector<TestOption>& options) {
  std::vector<Wanted> wanted;
  for (const TestOption& one : options) wanted.push_back({one});
  return wanted;
}

// Codes of an area's options up to End: "53 54 82"; "!" if End is missing or padding is not zero.
std::string codes_in(base::Bytes area) {
  base::ByteReader reader(area);
  std::string out;
  while (true) {
    const std::uint8_t code = reader.u8();
    if (code == 255 || !reader.ok()) break;
    reader.skip(reader.u8());
    out += base::cat(out.empty() ? "" : " ", code);
  }
  const base::Bytes padding = reader.take_rest();
  const bool clean = std::ranges::count(padding, 0) == std::ssize(padding);
  return reader.ok() && clean ? out : "!";
}
std::string main_codes(const Octets& message) {
  return codes_in(base::Bytes(message).subspan(kHeaderSize4));
}
std::string file_codes(const Octets& message) {
  return codes_in(base::Bytes(message).subspan(108, 128));
}
std::string sname_codes(const Octets& message) {
  return codes_in(base::Bytes(message).subspan(44, 64));
}

// "code:length" of what is read back, in order of code; the values must be those that were wanted.
std::string read_back(const Reply& reply, const Octets& octets) {
  Message4 message;
  EXPECT_FALSE(message.read(octets));
  std::string out;
  for (const Wanted& one : reply.wanted) {
    if (!message.has(one.option.code)) continue;
    EXPECT_TRUE(base::equal(message.option(one.option.code), one.option.value))
        << int{one.option.code};
    out += base::cat(out.empty() ? "" : " ", one.option.code);
  }
  return out;
}

TEST(BuildMessage, WritesTheKnownOctets) {
  const Octets value{1, 2};
  const std::array options{OptionToSend{.code = 61, .value = value}};
  MessagePlan4 plan{
      .header = {}, .options = options, .sname = base::bytes_of("s"), .file = base::bytes_of("f")};
  plan.header = {.op = 2,
                 .htype = 1,
                 .hlen = 6,
                 .hops = 3,
                 .xid = 0x04050607,
                 .secs = 0x0809,
                 .flags = 0x8000,
                 .ciaddr = net::Ipv4(0x0a0b0c0d),
                 .yiaddr = net::Ipv4(0x0e0f1011),
                 .siaddr = net::Ipv4(0x12131415),
                 .giaddr = net::Ipv4(0x16171819),
                 .chaddr = {1, 2, 3, 4, 5, 6}};
  Octets out(400, kPoison);
  out.resize(build_message(plan, out));
  EXPECT_EQ(base::hex(out),
            "02010603040506070809"
            "80000a0b0c0d0e0f101112131415161718190102030405060000000000000000"
            "0000"
            "73" +
                std::string(126, '0') + "66" + std::string(254, '0') + "63825363" +
                "3d020102"
                "ff" +
                std::string(110, '0'));
}

TEST(BuildMessage, PadsToTheLengthOfBootp) {
  const Octets message = Reply{}.build();
  EXPECT_EQ(message.size(), kBootpSize);
  EXPECT_EQ(message[kHeaderSize4], 255);
  EXPECT_EQ(std::count(message.begin() + kHeaderSize4 + 1, message.end(), 0), 59);
}

TEST(BuildMessage, EndsAMessageThatIsLongerRightBehindEnd) {
  const Octets message = Reply{.wanted = all_optional({option_filled(12, 100, 'x')})}.build();
  EXPECT_EQ(message.size(), kHeaderSize4 + 2 + 100 + 1);
  EXPECT_EQ(message.back(), 255);
}

TEST(BuildMessage, IsReadBackAsItWasPlanned) {
  const Reply reply{.wanted = all_optional({option(53, {2}), option(54, {1, 2, 3, 4}), option(80),
                                            option_filled(15, 200, 'd'), option(82, {1, 1, 9})})};
  const Octets message = reply.build();
  EXPECT_EQ(read_back(reply, message), "53 54 80 15 82");
  EXPECT_EQ(main_codes(message), "53 54 80 15 82");
}

TEST(BuildMessage, W20_SplitsWhatIsLongerThanOneOptionHolds) {
  for (const std::size_t size : {254u, 255u, 256u, 510u, 511u, 900u}) {
    Octets value(size);
    for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<std::uint8_t>(i * 7);
    const Reply reply{.wanted = {{TestOption{53, {2}}, true}}, .max_size = 1400};
    Reply with_long = reply;
    with_long.wanted.push_back({TestOption{121, {}}});
    with_long.wanted.back().option.value = value;
    const Octets message = with_long.build();
    const std::size_t parts = (size + 254) / 255;
    EXPECT_EQ(message.size(), kHeaderSize4 + 3 + size + 2 * parts + 1);
    EXPECT_EQ(read_back(with_long, message), "53 121") << size;
  }
}

TEST(BuildMessage, FillsTheMessageToItsLastOctet) {
  // 308 octets are 67 behind the cookie and before End.
  const Reply exact{.wanted = all_optional({option_filled(12, 65, 'x')}), .max_size = 308};
  EXPECT_EQ(exact.build().size(), 308u);
  EXPECT_EQ(main_codes(exact.build()), "12");
  const Reply over{.wanted = all_optional({option_filled(12, 66, 'x')}), .max_size = 308};
  EXPECT_EQ(main_codes(over.build()), "52");
  EXPECT_EQ(file_codes(over.build()), "12");
}

TEST(BuildMessage, MovesSmallOptionsToFileFirst) {
  const Reply reply{.wanted = all_optional({option(53, {2}), option_filled(43, 46, 1),
                                            option(1, {255}), option(3, {1}), option(82, {1, 0})}),
                    .max_size = 300};
  const Octets message = reply.build();
  EXPECT_EQ(message.size(), 300u);
  EXPECT_EQ(main_codes(message), "53 43 52 82");
  EXPECT_EQ(file_codes(message), "1 3");
  EXPECT_EQ(message[44], 0) << "sname is not in use";
  EXPECT_EQ(read_back(reply, message), "53 43 1 3 82");
}

TEST(BuildMessage, GoesOnInSnameWhenFileIsFull) {
  std::vector<TestOption> options;
  for (std::uint8_t code = 1; code <= 15; ++code) options.push_back(option_filled(code, 12, code));
  const Reply reply{.wanted = all_optional(options), .max_size = 300};
  const Octets message = reply.build();
  EXPECT_EQ(file_codes(message), "1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(sname_codes(message), "10 11");
  EXPECT_EQ(main_codes(message), "12 13 14 15 52");
  EXPECT_EQ(read_back(reply, message), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
}

TEST(BuildMessage, NeverOverloadsAnAreaThatIsInUse) {
  Reply reply{.wanted = all_optional({option_filled(12, 50, 'x'), option_filled(15, 50, 'y')}),
              .max_size = 300,
              .file = "boot"};
  Octets message = reply.build();
  EXPECT_EQ(sname_codes(message), "12");
  EXPECT_EQ(base::text_of(base::Bytes(message).subspan(108, 5)), std::string_view("boot\0", 5));
  EXPECT_EQ(main_codes(message), "15 52");
  reply.sname = "server";
  message = reply.build();
  EXPECT_EQ(main_codes(message), "12") << "nothing to overload: 15 is left out, and no 52 is sent";
}

TEST(BuildMessage, SplitsOneOptionAcrossAreasBeforeLeavingItOut) {
  Octets value(200);
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i);
  Reply reply{.wanted = {{option(53, {2}), true}, {TestOption{121, value}, true}}, .max_size = 300};
  const Octets message = reply.build();
  EXPECT_EQ(read_back(reply, message), "53 121");
  EXPECT_EQ(main_codes(message), "53 121 52");
  EXPECT_EQ(file_codes(message), "121");
  EXPECT_EQ(sname_codes(message), "121");
  reply.wanted[1].option.value.resize(237);  // 51 in the options area, 125 in file, 61 in sname
  EXPECT_EQ(read_back(reply, reply.build()), "53 121");
  reply.wanted[1].option.value.resize(238);
  EXPECT_TRUE(reply.build().empty());
}

TEST(BuildMessage, LeavesOutTheLastOfWhatIsNotRequired) {
  std::vector<Wanted> wanted{{option(53, {2}), true}};
  for (std::uint8_t code = 100; code < 120; ++code)
    wanted.push_back({option_filled(code, 20, code)});
  wanted.push_back({option_filled(82, 20, 9), true});
  const Reply reply{.wanted = wanted, .max_size = 300};
  const Octets message = reply.build();
  EXPECT_EQ(read_back(reply, message), "53 100 101 102 103 104 105 106 107 108 82");
  EXPECT_TRUE(main_codes(message).ends_with("82")) << main_codes(message);
}

TEST(BuildMessage, KeepsSmallOptionsBehindOneThatIsTooLong) {
  const Reply reply{
      .wanted = {{option(53, {2}), true}, {option_filled(43, 255, 1)}, {option(15, {'a'})}},
      .max_size = 300};
  EXPECT_EQ(read_back(reply, reply.build()), "53 15");
}

TEST(BuildMessage, IsNotBuiltWithoutARequiredOption) {
  Reply reply{.wanted = {{option_filled(82, 55, 1), true}}, .max_size = 300};
  EXPECT_EQ(main_codes(reply.build()), "82");
  reply.wanted.push_back({option(15, {1})});
  EXPECT_EQ(main_codes(reply.build()), "82") << "15 would need 52, and there is no room for it";
  reply.wanted[0].option.value.resize(58);
  EXPECT_TRUE(reply.build().empty()) << "82 must not leave the options area";
}

TEST(BuildMessage, KeepsTheMessageTypeInTheOptionsArea) {
  const Reply reply{
      .wanted = all_optional({option(53, {2}), option_filled(43, 52, 1), option_filled(15, 30, 2)}),
      .max_size = 300};
  EXPECT_TRUE(main_codes(reply.build()).starts_with("53 "));
}

// Whatever is planned: the size is kept, every octet is written, what is there is right, and what
// is required is there.
TEST(BuildMessage, KeepsItsPromisesForRandomPlans) {
  std::mt19937 random(20240608);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (int round = 0; round < 3000; ++round) {
    Reply reply{.wanted = {{option(53, {2}), true}}, .max_size = 300 + below(600)};
    if (below(4) == 0) reply.sname = "server";
    if (below(4) == 0) reply.file = "file";
    const std::size_t count = below(30);
    for (std::uint8_t code = 100; code < 100 + count; ++code) {
      const std::size_t size = below(10) == 0 ? below(400) : below(24);
      Wanted wanted{{code, Octets(size)}, below(8) == 0};
      for (std::uint8_t& octet : wanted.option.value) octet = static_cast<std::uint8_t>(below(256));
      reply.wanted.push_back(std::move(wanted));
    }
    const Octets message = reply.build();
    ASSERT_EQ(message, reply.build(0x5a)) << "an octet was left as the buffer had it";
    if (message.empty()) continue;
    ASSERT_LE(message.size(), reply.max_size);
    ASSERT_GE(message.size(), kBootpSize);
    Message4 read;
    ASSERT_FALSE(read.read(message));
    read_back(reply, message);
    for (const Wanted& one : reply.wanted) {
      ASSERT_TRUE(!one.required || read.has(one.option.code));
    }
    ASSERT_NE(main_codes(message), "!");
  }
}

}  // namespace
}  // namespace melange::wire
