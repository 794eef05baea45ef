// SPDX-License-Identifier: Apache-2.0
//
// Messages as clients send them, well-formed and hostile. Each W number is a row of the list of
// hostile inputs; what the decision makes of such a message is tested there.
#include <gtest/gtest.h>

#include <algorithm>

#include "melange/base/text.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "packets.h"

namespace melange::wire {
namespace {

using test::make_message;
using test::Octets;
using test::option;
using test::option_filled;
using test::option_octets;
using test::option_text;
using test::TestMessage;
using test::TestOption;

// A message read from an exact copy on the heap, so that a sanitizer sees a read behind it.
class Read {
 public:
  explicit Read(Octets payload) : payload_(std::move(payload)) {
    payload_.shrink_to_fit();
    error_ = message_.read(payload_);
  }
  std::string outcome() const { return std::string(error_ ? text(*error_) : "ok"); }
  std::string hex(std::uint8_t code) const { return base::hex(message_.option(code)); }
  std::vector<int> codes() const { return {message_.codes().begin(), message_.codes().end()}; }
  const Message4* operator->() const { return &message_; }
  const Message4& operator*() const { return message_; }

 private:
  Octets payload_;
  Message4 message_;
  std::optional<MessageError4> error_;
};

Read discover(const TestMessage& fields) {
  return Read(make_message(MessageType4::kDiscover, fields));
}

Read with_options(std::vector<TestOption> options) {
  return discover({.options = std::move(options)});
}

// A message whose options area ends with these octets, without End or padding.
Read with_tail(Octets tail) { return discover({.tail = std::move(tail), .pad_to = 0}); }

// What stands in an area that holds options: these, and End.
Octets ended(const std::vector<TestOption>& options) {
  Octets area = option_octets(options);
  area.push_back(255);
  return area;
}

TEST(Message4, GivesEveryFixedField) {
  const Read read = discover({.op = 1,
                              .htype = 2,
                              .hlen = 3,
                              .hops = 4,
                              .xid = 0x05060708,
                              .secs = 0x090a,
                              .flags = 0x8b0c,
                              .ciaddr = net::Ipv4(1),
                              .yiaddr = net::Ipv4(2),
                              .siaddr = net::Ipv4(3),
                              .giaddr = net::Ipv4(4),
                              .chaddr = test::mac_of(5),
                              .sname = {'s'},
                              .file = {'f', 'g'}});
  ASSERT_EQ(read.outcome(), "ok");
  const Header4& header = read->header();
  EXPECT_EQ(header.op, 1);
  EXPECT_EQ(header.htype, 2);
  EXPECT_EQ(header.hlen, 3);
  EXPECT_EQ(header.hops, 4);
  EXPECT_EQ(header.xid, 0x05060708u);
  EXPECT_EQ(header.secs, 0x090a);
  EXPECT_EQ(header.flags, 0x8b0c);
  EXPECT_EQ(header.ciaddr, net::Ipv4(1));
  EXPECT_EQ(header.yiaddr, net::Ipv4(2));
  EXPECT_EQ(header.siaddr, net::Ipv4(3));
  EXPECT_EQ(header.giaddr, net::Ipv4(4));
  EXPECT_EQ(base::hex(header.chaddr), "02000000000500000000000000000000");
  EXPECT_EQ(base::hex(read->sname()), "73" + std::string(126, '0'));
  EXPECT_EQ(base::hex(read->file()), "6667" + std::string(252, '0'));
}

TEST(Message4, GivesOptionsInTheOrderOfAppearance) {
  const Read read = with_options({option_text(12, "web"), option(80), option(1, {1, 2, 3, 4})});
  EXPECT_EQ(read.codes(), (std::vector<int>{53, 12, 80, 1}));
  EXPECT_EQ(read.hex(12), "776562");
  EXPECT_TRUE(read->has(80));
  EXPECT_TRUE(read->option(80).empty());
  EXPECT_FALSE(read->has(3));
  EXPECT_TRUE(read->option(3).empty());
}

TEST(Message4, ForgetsTheMessageBefore) {
  const Octets first =
      make_message(MessageType4::kDiscover,
                   {.sname = {'x'},
                    .options = {option_text(12, "a"), option_text(12, "b"), option(61, {1, 2})}});
  const Octets second = make_message(MessageType4::kRequest);
  const Octets malformed =
      make_message(std::nullopt, {.options = {option(61)}, .tail = {12, 9}, .pad_to = 0});
  Message4 message;
  ASSERT_FALSE(message.read(first));
  EXPECT_EQ(base::text_of(message.option(12)), "ab");
  ASSERT_FALSE(message.read(second));
  EXPECT_FALSE(message.has(12));
  EXPECT_FALSE(message.has(61));
  EXPECT_EQ(message.codes().size(), 1u);
  ASSERT_FALSE(message.read(first));
  ASSERT_TRUE(message.read(malformed));
  EXPECT_TRUE(message.codes().empty()) << "nothing is left after an error";
  EXPECT_FALSE(message.has(61));
}

TEST(Message4, W3_RefusesEveryMessageWithoutAllFixedFields) {
  const Octets whole = make_message(MessageType4::kDiscover);
  for (std::size_t size = 0; size < kHeaderSize4; ++size) {
    EXPECT_EQ(Read(Octets(whole.begin(), whole.begin() + static_cast<long>(size))).outcome(),
              "too_short");
  }
  EXPECT_EQ(Read(Octets(whole.begin(), whole.begin() + kHeaderSize4)).outcome(), "ok");
}

TEST(Message4, W8_W9_KeepsOddHeadersForTheDecision) {
  for (const std::uint8_t value : Octets{0, 2, 17, 255}) {
    const Read read = discover({.op = value, .htype = value, .hlen = value});
    EXPECT_EQ(read.outcome(), "ok");
    EXPECT_EQ(read->header().op, value);
    EXPECT_EQ(read->header().hlen, value);
    EXPECT_NE(text(*read).find("DISCOVER "), std::string::npos);
  }
}

TEST(Message4, W11_RefusesAMissingOrWrongCookie) {
  Octets message = make_message(MessageType4::kDiscover);
  for (std::size_t at = 236; at < 240; ++at) {
    Octets wrong = message;
    wrong[at] ^= 1;
    EXPECT_EQ(Read(wrong).outcome(), "no_cookie") << at;
  }
  EXPECT_EQ(Read(Octets(300)).outcome(), "no_cookie");
}

TEST(Message4, W11_AcceptsAMessageWithoutOption53) {
  const Read read(make_message(std::nullopt));
  EXPECT_EQ(read.outcome(), "ok");
  EXPECT_FALSE(read->has(option4::kMessageType));
}

TEST(Message4, W12_RefusesACodeWithoutLength) {
  EXPECT_EQ(with_tail({12}).outcome(), "option_overrun");
}

TEST(Message4, W12_RefusesALengthBeyondTheEnd) {
  EXPECT_EQ(with_tail({12, 1}).outcome(), "option_overrun");
  EXPECT_EQ(with_tail({12, 3, 'a', 'b'}).outcome(), "option_overrun");
  EXPECT_EQ(with_tail({12, 255, 255}).outcome(), "option_overrun");
}

TEST(Message4, W12_AcceptsAnAreaWithoutEnd) {
  const Read read = with_tail({12, 2, 'a', 'b'});
  EXPECT_EQ(read.outcome(), "ok");
  EXPECT_EQ(read.hex(12), "6162");
}

TEST(Message4, W12_DoesNotLookBehindEnd) {
  const Read read = with_tail({255, 12, 200, 1});
  EXPECT_EQ(read.outcome(), "ok");
  EXPECT_FALSE(read->has(12));
}

TEST(Message4, W12_SkipsAnyNumberOfPads) {
  Octets tail(1400);
  tail.insert(tail.end(), {12, 1, 'x', 255});
  const Read read = with_tail(tail);
  EXPECT_EQ(read.outcome(), "ok");
  EXPECT_EQ(read.hex(12), "78");
}

TEST(Message4, W12_JoinsHundredsOfOneOctetOptions) {
  std::vector<TestOption> options;
  for (std::uint8_t i = 0; i < 240; ++i) options.push_back(option(12, {i}));
  const Read read = with_options(options);
  EXPECT_EQ(read.outcome(), "ok");
  ASSERT_EQ(read->option(12).size(), 240u);
  EXPECT_EQ(read->option(12).back(), 239);
  EXPECT_EQ(read.codes(), (std::vector<int>{53, 12}));
}

TEST(Message4, W12_HoldsEveryCodeAtOnce) {
  std::vector<TestOption> options;
  for (std::uint8_t code = 1; code < 255; ++code) {
    if (code != option4::kOverload && code != option4::kMessageType) {
      options.push_back(option(code, {code}));
    }
  }
  const Read read = with_options(options);
  EXPECT_EQ(read.outcome(), "ok");
  EXPECT_EQ(read.codes().size(), 253u);
  EXPECT_EQ(read.hex(254), "fe");
}

TEST(Message4, W13_KeepsAnyMessageTypeForTheDecision) {
  EXPECT_EQ(with_options({option(53, {3})}).hex(53), "0103") << "two types make one of two octets";
  const Read none(make_message(std::nullopt, {.options = {option(53)}}));
  EXPECT_EQ(none.outcome(), "ok");
  EXPECT_TRUE(none->has(53));
}

TEST(Message4, W14_TellsLongClientIdsApart) {
  const Read first = with_options({option_filled(61, 255, 7)});
  Octets other(255, 7);
  other[200] = 8;
  const Read second = with_options({TestOption{61, other}});
  EXPECT_EQ(first->option(61).size(), 255u);
  EXPECT_FALSE(base::equal(first->option(61), second->option(61)));
  EXPECT_EQ(with_options({option(61)}).hex(61), "");
}

TEST(Message4, W19_RefusesOverloadValuesThatDoNotExist) {
  for (const std::uint8_t value : Octets{0, 4, 255}) {
    EXPECT_EQ(with_options({option(52, {value})}).outcome(), "bad_overload") << int{value};
  }
  EXPECT_EQ(with_options({option(52)}).outcome(), "bad_overload");
  EXPECT_EQ(with_options({option(52, {1, 1})}).outcome(), "bad_overload");
  EXPECT_EQ(discover({.file = ended({}), .options = {option(52, {1}), option(52)}}).outcome(),
            "bad_overload");
}

TEST(Message4, W19_DoesNotTakeOverloadFromWhatWasJoinedBefore) {
  const Octets ones = make_message(
      std::nullopt, {.options = std::vector<TestOption>(16, option_filled(61, 255, 1))});
  const Octets twice = make_message(MessageType4::kDiscover,
                                    {.file = ended({}), .options = {option(52, {1}), option(52)}});
  Message4 message;
  ASSERT_FALSE(message.read(ones));
  EXPECT_EQ(message.read(twice), MessageError4::kBadOverload);
}

TEST(Message4, W19_RefusesOverloadInsideAnOverloadedArea) {
  EXPECT_EQ(discover({.sname = ended({option(52, {1})}), .options = {option(52, {2})}}).outcome(),
            "bad_overload");
  EXPECT_EQ(discover({.file = ended({option(52, {2})}), .options = {option(52, {1})}}).outcome(),
            "bad_overload");
}

TEST(Message4, W19_RefusesAnOverloadedAreaWithoutEnd) {
  EXPECT_EQ(discover({.options = {option(52, {2})}}).outcome(), "bad_overload");
  EXPECT_EQ(discover({.sname = ended({}), .options = {option(52, {3})}}).outcome(), "bad_overload");
  EXPECT_EQ(
      discover({.sname = ended({}), .file = ended({}), .options = {option(52, {3})}}).outcome(),
      "ok");
}

TEST(Message4, W19_ReadsNoOptionAcrossTheEndOfAnArea) {
  Octets sname(64);
  sname[62] = 12;
  sname[63] = 1;  // the octet that it promises would be the first of file
  EXPECT_EQ(discover({.sname = sname, .file = {'x'}, .options = {option(52, {2})}}).outcome(),
            "option_overrun");
}

TEST(Message4, ReadsOptionsFromTheAreasThatOverloadNames) {
  const auto read = [](std::uint8_t overload) {
    return discover({.sname = ended({option(2, {1})}),
                     .file = ended({option(3, {1})}),
                     .options = {option(52, {overload})}});
  };
  const Read file = read(1);
  EXPECT_EQ(file.codes(), (std::vector<int>{53, 52, 3}));
  EXPECT_TRUE(file->file().empty());
  EXPECT_FALSE(file->sname().empty());
  const Read sname = read(2);
  EXPECT_EQ(sname.codes(), (std::vector<int>{53, 52, 2}));
  EXPECT_TRUE(sname->sname().empty());
  EXPECT_FALSE(sname->file().empty());
  const Read both = read(3);
  EXPECT_EQ(both.codes(), (std::vector<int>{53, 52, 3, 2}));
}

TEST(Message4, W20_JoinsPartsInTheOrderOptionsFileSname) {
  const Read read =
      discover({.sname = ended({option(61, {5}), option(82, {9})}),
                .file = ended({option(61, {3, 4})}),
                .options = {option(61, {1, 2}), option(52, {3}), option(82, {7, 8})}});
  ASSERT_EQ(read.outcome(), "ok");
  EXPECT_EQ(read.hex(61), "0102030405");
  EXPECT_EQ(read.hex(82), "070809");
}

TEST(Message4, W20_JoinsPartsThatAlternate) {
  std::vector<TestOption> options;
  for (std::uint8_t i = 0; i < 100; ++i) {
    options.push_back(option(61, {i}));
    options.push_back(option(12, {static_cast<std::uint8_t>(i + 100)}));
  }
  const Read read = with_options(options);
  ASSERT_EQ(read.outcome(), "ok");
  for (std::uint8_t i = 0; i < 100; ++i) {
    EXPECT_EQ(read->option(61)[i], i);
    EXPECT_EQ(read->option(12)[i], i + 100);
  }
}

TEST(Message4, W20_RefusesMoreJoinedOctetsThanTheLimit) {
  std::vector<TestOption> options(16, option_filled(61, 255, 1));
  options.push_back(option_filled(61, 16, 2));
  EXPECT_EQ(with_options(options).outcome(), "ok") << "4096 octets are allowed";
  options.push_back(option(61, {3}));
  EXPECT_EQ(with_options(options).outcome(), "options_too_long");
  Octets tail(66000);
  tail.insert(tail.end(), {12, 1, 'x', 255});
  EXPECT_EQ(with_tail(tail).outcome(), "options_too_long") << "over 64 KiB";
}

TEST(Message4, W20_JoinsOptionsWithoutOctets) {
  const Read read = with_options({option(77), option(77), option(60, {1}), option(60)});
  EXPECT_TRUE(read->has(77));
  EXPECT_EQ(read.hex(77), "");
  EXPECT_EQ(read.hex(60), "01");
}

TEST(Message4Text, NamesTypeFieldsAndOptions) {
  const Read read =
      discover({.xid = 7,
                .flags = kBroadcastFlag,
                .giaddr = net::Ipv4(0x0a010001),
                .file = {'b', 'o', 'o', 't'},
                .options = {test::option_address(50, "192.0.2.1"), option_text(12, "web1"),
                            option(55, {1, 3, 6}), option(61, {1, 2})}});
  EXPECT_EQ(text(*read),
            "DISCOVER xid=7 flags=0x8000 giaddr=10.1.0.1 chaddr=02:00:00:00:00:01 file=boot "
            "50=192.0.2.1 12=web1 55=\"1, 3, 6\" 61=hex:0102");
}

TEST(Message4Text, SaysWhatIsUnusual) {
  EXPECT_EQ(text(*Read(make_message(std::nullopt))), "BOOTP xid=1 chaddr=02:00:00:00:00:01");
  EXPECT_EQ(text(*Read(make_message(std::nullopt, {.op = 2, .hlen = 0}))),
            "BOOTP op=2 xid=1 chaddr=02000000000100000000000000000000");
  EXPECT_EQ(text(*Read(make_message(MessageType4::kOffer, {.op = 1, .htype = 6}))),
            "OFFER op=1 htype=6 xid=1 chaddr=02:00:00:00:00:01");
  EXPECT_EQ(text(*Read(make_message(std::nullopt, {.options = {option(53, {9})}}))),
            "UNKNOWN xid=1 chaddr=02:00:00:00:00:01 53=9");
  EXPECT_EQ(text(*Read(make_message(std::nullopt, {.hlen = 2, .options = {option(53, {1})}}))),
            "DISCOVER hlen=2 xid=1 chaddr=0200");
}

TEST(Message4Text, W15_EscapesWhatAClientSent) {
  for (const std::string_view hostile :
       {std::string_view("\0", 1), std::string_view("\0\0", 2), std::string_view("a\nb"),
        std::string_view("\x1b[2J"), std::string_view("%n%s"), std::string_view("\xff\xfe"),
        std::string_view("a b"), std::string_view("x\" 53=5"), std::string_view("")}) {
    const std::string line =
        text(*discover({.sname = {'\n'}, .options = {option_text(12, hostile)}}));
    EXPECT_EQ(base::escape(line).find("\\x0a"), std::string::npos) << line;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; })) << line;
    EXPECT_EQ(std::ranges::count(line, '"') % 2, 0) << line;
  }
  EXPECT_NE(text(*discover({.options = {option_text(12, "x\" 53=5")}})).find("12=\"x\\x22 53=5\""),
            std::string::npos);
}

TEST(MessageType4, IsPrintedAsTheRfcSpellsIt) {
  EXPECT_EQ(text(MessageType4::kDiscover), "DISCOVER");
  EXPECT_EQ(text(MessageType4::kInform), "INFORM");
  EXPECT_EQ(text(static_cast<MessageType4>(9)), "UNKNOWN");
}

}  // namespace
}  // namespace melange::wire
