// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/reply4.h"

#include <gtest/gtest.h>

#include <array>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "scene.h"

namespace melange::dhcp {
namespace {

using base::Seconds;
using test::at;
using test::option;
using test::Scene;
using wire::MessageType4;

std::string timers_text(const ServedBlock& block, Seconds lease) {
  const auto t = timers(block, lease);
  return t ? base::text(t->renewal) + " " + base::text(t->rebinding) : "none";
}

TEST(Timers, AreHalfAndSevenEighths) {
  const ServedBlock block;
  EXPECT_EQ(timers_text(block, Seconds{3600}), "30m 52m30s");
  EXPECT_EQ(timers_text(block, Seconds{60}), "30s 52s");
}

TEST(Timers, AreThoseOfTheBlockWhereTheyFit) {
  ServedBlock block;
  block.renew_time = Seconds{600};
  EXPECT_EQ(timers_text(block, Seconds{3600}), "10m 52m30s");
  block.rebind_time = Seconds{900};
  EXPECT_EQ(timers_text(block, Seconds{3600}), "10m 15m");
  EXPECT_EQ(timers_text(block, Seconds{900}), "7m30s 13m7s") << "T2 must be before the end";
  block.rebind_time = Seconds{600};
  EXPECT_EQ(timers_text(block, Seconds{3600}), "30m 52m30s") << "T1 must be before T2";
}

TEST(Timers, OfAnInfiniteLeaseAreNone) { EXPECT_EQ(timers_text({}, base::kInfinite), "none"); }

TEST(Timers, AlwaysStandInOrder) {
  const ServedBlock block;
  for (std::int64_t lease = 0; lease < 10000; ++lease) {
    const auto t = timers(block, Seconds{lease});
    ASSERT_EQ(t.has_value(), lease >= 3) << lease;
    if (!t) continue;
    ASSERT_LT(Seconds{0}, t->renewal) << lease;
    ASSERT_LT(t->renewal, t->rebinding) << lease;
    ASSERT_LT(t->rebinding, Seconds{lease}) << lease;
  }
}

class ReplyTest : public testing::Test {
 protected:
  // The reply to a DISCOVER with these options, its buffer full of 0xa5 before.
  const wire::Message4& reply_to(const test::TestMessage& fields, unsigned mtu = 1500) {
    scene_.ask(MessageType4::kDiscover, fields);
    Decision4 decision = scene_.decide(at(200));
    decision.reply->mtu = mtu;
    buffer_.fill(0xa5);
    size_ = write_reply(scene_.query(), *decision.reply, buffer_);
    EXPECT_FALSE(message_.read(base::Bytes(buffer_).first(size_)).has_value());
    return message_;
  }
  void set_options(std::vector<store::OptionValue> options) {
    store::Block block = scene_.block();
    block.options = std::move(options);
    scene_.put(block);
  }

  Scene scene_;
  std::array<std::uint8_t, base::limits::kReplySize> buffer_{};
  std::size_t size_ = 0;
  wire::Message4 message_;
};

TEST_F(ReplyTest, I10_HasNoOctetOfWhatWasInTheBuffer) {
  set_options({{224, std::vector<std::uint8_t>(100, 1)}});
  for (const unsigned wish : {576u, 1500u}) {
    const auto size = static_cast<std::uint16_t>(wish);
    reply_to({.options = {option(55, {224}), test::option_u16(57, size)}});
    for (std::size_t i = 0; i < size_; ++i) ASSERT_NE(buffer_.at(i), 0xa5) << i;
  }
}

TEST_F(ReplyTest, W17_HasEachOptionOnceHoweverOftenItIsAskedFor) {
  set_options({{15, {'x'}}});
  const auto& reply = reply_to({.options = {test::option_filled(55, 255, 15)}});
  EXPECT_EQ(reply.option(15).size(), 1u);
}

TEST_F(ReplyTest, W18_NeverGetsLongerThanTheClientTheLinkAndTheLimitAllow) {
  std::vector<store::OptionValue> options;
  test::TestOption wanted{55, {}};
  for (std::uint8_t code = 224; code < 240; ++code) {
    options.push_back({code, std::vector<std::uint8_t>(120, code)});
    wanted.value.push_back(code);
  }
  set_options(options);
  const auto packet = [&](std::uint16_t wish, unsigned mtu) {
    reply_to({.options = {wanted, test::option_u16(57, wish)}}, mtu);
    return size_ + 28;
  };
  for (const unsigned wish : {0u, 100u, 576u, 600u, 1000u, 1500u, 1501u, 9000u, 65535u}) {
    for (const unsigned mtu : {0u, 68u, 576u, 1280u, 1500u, 9000u}) {
      const std::size_t most = std::min({std::max(wish, 576u), std::max(mtu, 576u), 1500u});
      const std::size_t size = packet(static_cast<std::uint16_t>(wish), mtu);
      EXPECT_LE(size, most) << wish << ' ' << mtu;
      EXPECT_GT(size + 122, most) << "and there was room for one more: " << wish << ' ' << mtu;
    }
  }
}

// An address of client 1 that carries options.
store::AddressRecord with_options(store::AddressState state, std::uint32_t who,
                                  std::vector<store::OptionValue> options) {
  auto record = test::in_state(state, test::pool_key(10), test::client(who));
  record.options = std::move(options);
  return record;
}

TEST_F(ReplyTest, CarriesTheOptionsOfItsAddressBeforeTheBlocks) {
  set_options({{15, {'b'}}, {42, {1, 1, 1, 1}}});
  scene_.put(with_options(store::AddressState::kReserved, 1, {{15, {'a'}}, {67, {'f'}}}));
  const auto& asked = reply_to({.options = {option(55, {67, 42, 15})}});
  EXPECT_EQ(base::hex(asked.option(15)), "61");
  EXPECT_EQ(base::hex(asked.option(67)), "66");
  EXPECT_EQ(base::hex(asked.option(42)), "01010101");
  const auto& all = reply_to({});
  EXPECT_EQ(base::hex(all.option(15)), "61") << "who asks for nothing gets all";
  EXPECT_EQ(base::hex(all.option(67)), "66");
  const auto& other = reply_to({.options = {option(55, {42})}});
  EXPECT_FALSE(other.has(67)) << "who asks for another does not";
}

TEST_F(ReplyTest, CarriesTheOptionsOfItsNetworkUnderTheBlocks) {
  store::Network network = scene_.network();
  network.options = {{15, {'n'}}, {42, {2, 2, 2, 2}}};
  scene_.put(network);
  set_options({{15, {'b'}}});
  for (const auto& wish : {std::vector<test::TestOption>{}, {option(55, {15, 42})}}) {
    const auto& reply = reply_to({.options = wish});
    EXPECT_EQ(base::hex(reply.option(15)), "62");
    EXPECT_EQ(base::hex(reply.option(42)), "02020202");
  }
}

TEST_F(ReplyTest, LeavesTheRoutersOutForRoutesOfTheAddress) {
  set_options({{3, {192, 0, 2, 1}}});
  scene_.put(with_options(store::AddressState::kReserved, 1, {{121, {0, 192, 0, 2, 9}}}));
  const auto& reply = reply_to({.options = {option(55, {3, 121})}});
  EXPECT_EQ(base::hex(reply.option(121)), "00c0000209");
  EXPECT_FALSE(reply.has(3));
  const auto& microsoft = reply_to({.options = {option(55, {3, 249})}});
  EXPECT_EQ(base::hex(microsoft.option(249)), "00c0000209");
}

TEST_F(ReplyTest, TellsNobodyButTheOwnerWhatTheAddressCarries) {
  auto record = with_options(store::AddressState::kLeased, 1, {{15, {'a'}}});
  record.key = test::pool_key(100);
  record.reserved_for = test::client(2);
  scene_.put(record);
  EXPECT_FALSE(reply_to({.options = {option(55, {15})}}).has(15));
  scene_.ask(MessageType4::kDiscover, {.chaddr = test::mac_of(2)});
  const Decision4 owner = scene_.decide(at(4000));
  ASSERT_TRUE(owner.reply.has_value());
  EXPECT_EQ(owner.reply->yiaddr, test::pool_address(100)) << "once the lease is over";
  EXPECT_EQ(owner.reply->options, record.options);
}

TEST_F(ReplyTest, SaysNothingWhenWhatMustBeInItDoesNotFit) {
  Scene scene;
  test::TestMessage fields{.giaddr = test::pool_address(2)};
  for (int i = 0; i < 3; ++i) fields.options.push_back(test::option_filled(82, 255, 0));
  // Sub-options of length 0 all the way: well formed, and too long to be echoed in 576 octets.
  for (auto& part : fields.options) part.value.resize(254);
  for (auto& part : fields.options) {
    for (std::size_t i = 0; i < part.value.size(); i += 2) part.value[i] = 9;
  }
  scene.ask(MessageType4::kDiscover, fields, true);
  const Decision4 decision = scene.decide(at(200));
  EXPECT_EQ(write_reply(scene.query(), *decision.reply, buffer_), 0u);
}

}  // namespace
}  // namespace melange::dhcp
