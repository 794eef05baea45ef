// SPDX-License-Identifier: Apache-2.0
#include "reply_options.h"

#include <gtest/gtest.h>

#include <memory>

#include "melange/wire/options4.h"
#include "packets.h"

namespace melange::dhcp {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint8_t kOption = 224;

OptionSet4 options(std::vector<store::OptionValue> values) { return OptionSet4(std::move(values)); }
OptionSet4 set_of(std::uint8_t value) { return options({{kOption, {value}}}); }

// A reply whose layers are all there and all empty.
class ReplyOptions : public testing::Test {
 protected:
  ReplyOptions() {
    ask({});
    lay();
  }

  void ask(const test::TestMessage& fields) {
    payload_ = test::make_message(wire::MessageType4::kDiscover, fields);
    EXPECT_FALSE(message_->read(payload_).has_value());
    query_.message = message_.get();
  }

  void lay() {
    reply_.network = &network_;
    reply_.block = &block_;
    reply_.pool = &pool_;
    reply_.globals = &globals_;
    reply_.classes = {};
    reply_.classes.push_back(&first_);
    reply_.classes.push_back(&second_);
  }
  Octets value(std::uint8_t option = kOption) const {
    const base::Bytes octets = value_of(reply_, option);
    return {octets.begin(), octets.end()};
  }
  std::string file() const { return std::string(base::text_of(boot_of(query_, reply_).file)); }

  ServedNetwork network_;
  ServedBlock block_;
  ServedPool pool_{*net::Range::parse("192.0.2.1-192.0.2.2"), {}, {}};
  Globals4 globals_;
  ServedClass first_;
  ServedClass second_;
  Reply4 reply_;
  test::Octets payload_;
  std::unique_ptr<wire::Message4> message_ = std::make_unique<wire::Message4>();
  Query4 query_;
};

TEST_F(ReplyOptions, AreNoneWhereNobodyHasThem) {
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_TRUE(value(static_cast<std::uint8_t>(code)).empty()) << code;
  }
}

// From the least specific up, each new layer takes over from the one before.
TEST_F(ReplyOptions, AreThoseOfTheMostSpecificLayer) {
  globals_.options = set_of(1);
  EXPECT_EQ(value(), Octets{1});
  network_.options = set_of(2);
  EXPECT_EQ(value(), Octets{2});
  block_.options = set_of(3);
  EXPECT_EQ(value(), Octets{3});
  pool_.options = set_of(4);
  EXPECT_EQ(value(), Octets{4});
  second_.options = set_of(5);
  EXPECT_EQ(value(), Octets{5});
  first_.options = set_of(6);
  EXPECT_EQ(value(), Octets{6});
  reply_.options = {{kOption, {7}}};
  EXPECT_EQ(value(), Octets{7});
}

TEST_F(ReplyOptions, DoWithoutAPool) {
  reply_.pool = nullptr;
  block_.options = set_of(3);
  EXPECT_EQ(value(), Octets{3});
}

TEST_F(ReplyOptions, TakeEachOptionFromWhereItIs) {
  first_.options = options({{15, {1}}});
  block_.options = options({{15, {2}}, {42, {3}}});
  globals_.options = options({{42, {4}}, {7, {5}}});
  EXPECT_EQ(value(15), Octets{1});
  EXPECT_EQ(value(42), Octets{3});
  EXPECT_EQ(value(7), Octets{5});
}

TEST_F(ReplyOptions, HaveTheReservationsNameUnlessItSetsTheOption) {
  block_.options = options({{12, {'b'}}});
  EXPECT_EQ(value(12), Octets{'b'});
  reply_.hostname = base::InlineBytes<253>(base::bytes_of("w"));
  EXPECT_EQ(value(12), Octets{'w'});
  reply_.options = {{12, {'o'}}};
  EXPECT_EQ(value(12), Octets{'o'});
}

TEST_F(ReplyOptions, HaveRoutesUnderMicrosoftsNumber) {
  network_.options = options({{121, {0, 192, 0, 2, 1}}});
  EXPECT_EQ(value(249), (Octets{0, 192, 0, 2, 1}));
  globals_.options = options({{249, {9}}});
  EXPECT_EQ(value(249), Octets{9}) << "one that is set is not made up";
}

TEST_F(ReplyOptions, HaveBootFieldsOfTheMostSpecificLayer) {
  globals_.boot.file = "1";
  EXPECT_EQ(file(), "1");
  network_.boot.file = "2";
  EXPECT_EQ(file(), "2");
  block_.boot.file = "3";
  EXPECT_EQ(file(), "3");
  second_.boot.file = "4";
  EXPECT_EQ(file(), "4");
  first_.boot.file = "5";
  EXPECT_EQ(file(), "5");
  reply_.boot.file = "6";
  EXPECT_EQ(file(), "6");
}

TEST_F(ReplyOptions, TakeEachBootFieldFromWhereItIs) {
  reply_.boot.file = "own";
  second_.boot.server = net::Address(*net::Ipv4::parse("192.0.2.2"));
  network_.boot.server = net::Address(*net::Ipv4::parse("192.0.2.3"));
  globals_.boot.server_name = "global";
  const Boot4 boot = boot_of(query_, reply_);
  EXPECT_EQ(base::text_of(boot.file), "own");
  EXPECT_EQ(text(boot.server), "192.0.2.2");
  EXPECT_EQ(base::text_of(boot.server_name), "global");
}

TEST_F(ReplyOptions, BootByHttpOnlyWhoAsksForItAndHasAFile) {
  ask({.options = {test::option_text(60, "HTTPClient:Arch:00016")}});
  EXPECT_FALSE(boot_of(query_, reply_).by_http) << "without a file";
  block_.boot.file = "http://192.0.2.2/shim.efi";
  EXPECT_TRUE(boot_of(query_, reply_).by_http);
  ask({.options = {test::option_text(60, "PXEClient")}});
  EXPECT_FALSE(boot_of(query_, reply_).by_http);
}

TEST_F(ReplyOptions, AreVisitedFromTheMostSpecificDown) {
  globals_.options = set_of(1);
  network_.options = set_of(2);
  block_.options = set_of(3);
  pool_.options = set_of(4);
  second_.options = set_of(5);
  first_.options = set_of(6);
  Octets seen;
  for_each_set(reply_, [&](const OptionSet4& set) {
    seen.push_back(set.find(kOption).front());
    return false;
  });
  EXPECT_EQ(seen, (Octets{6, 5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace melange::dhcp
