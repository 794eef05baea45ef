// SPDX-License-Identifier: Apache-2.0
//
// The objects that came with schema 2, and the fields that others got then.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec.h"
#include "records.h"

namespace melange::store {
namespace {

using base::Bytes;
using test::address;
using Octets = std::vector<std::uint8_t>;

const Octets kKey{0, 0, 0, 0, 0, 0, 0, 1};

template <class T>
void expect_back(const T& object) {
  EXPECT_EQ(decode<T>(kKey, encode(object, kKey)), object);
  EXPECT_EQ(decode_body<T>(encode_body(object)), object);
}

Policy full_policy() {
  Policy policy;
  policy.tenant = "acme";
  policy.name = "ends";
  policy.description = std::string(300, 'd');
  policy.ranges = {{1, -3, 10}, {2, 0, 1}, {3, INT64_MIN, UINT64_MAX}, {4, INT64_MAX, 1}};
  policy.octets = {{5, 0}, {6, 255}};
  policy.next_rule = 7;
  policy.created = test::at(9);
  policy.revision = 3;
  return policy;
}

Interface full_interface() {
  Interface interface = test::interface(0, "vif1", net::Mac({2, 0, 0, 0, 0, 1}));
  interface.device = "vm1";
  interface.allowed = {{NetworkId{1}, address("10.0.0.1")},
                       {NetworkId{0xffffffff}, address("2001:db8::1")}};
  interface.created = test::at(9);
  interface.revision = 4;
  return interface;
}

Event full_event() {
  Event event;
  event.revision = 5;
  event.time = test::at(1'800'000'000);
  event.object = ObjectKind::kAddress;
  event.kind = EventKind::kMoved;
  event.tenant = "acme";
  event.actor = "token:7f";
  event.network = NetworkId{1};
  event.block = BlockId{2};
  event.address = address("2001:db8::1");
  event.id = 77;
  event.before = encode_body(AddressRecord{});
  event.after = std::string(1000, '\0');
  return event;
}

TEST(Codec, GivesEveryFieldOfTheNewObjectsBack) {
  expect_back(full_policy());
  expect_back(full_interface());
  expect_back(full_event());
  MacRange range;
  range.first = net::Mac({0xbc, 0x76, 0x4e, 0x20, 0, 0});
  range.length = 27;
  expect_back(range);
  Allocation allocation;
  allocation.tenant = "acme";
  allocation.handle = "web";
  allocation.network = NetworkId{1};
  allocation.block = BlockId{2};
  allocation.count = 3;
  allocation.v6 = false;
  allocation.interface = InterfaceId{kMaxObjectNumber};
  allocation.addresses = {test::key(1, "10.0.0.1"), test::key(0xffffffff, "2001:db8::1")};
  expect_back(allocation);
  Answer answer;
  answer.key.fill(1);
  answer.request.fill(2);
  answer.status = 422;
  answer.fields = {{"location", "/x"}, {"", ""}};
  answer.body = std::string(70'000, '\xff');
  expect_back(answer);
  expect_back(Nat{test::key(1, "10.0.0.1"), test::key(2, "2001:db8::1")});
}

TEST(Codec, GivesTheNewFieldsOfOthersBack) {
  Block block = test::block(0, "10.0.0.0/24", "10.0.0.1");
  block.tenant = "acme";
  block.type = BlockType::kPublic;
  block.parent = BlockId{3};
  block.policy = PolicyId{1ull << 40};
  block.name = "office";
  block.tags = {{"a", "1"}, {"b", std::string(300, 'x')}, {"", ""}};
  block.fixed = test::ranges("10.0.0.2-10.0.0.9, 2001:db8::-2001:db8::1");
  for (const int octet : {0, 1, 128, 255})
    block.denied_octets.add(static_cast<std::uint8_t>(octet));
  block.denied = test::ranges("10.0.0.3");
  block.generator = Generator::kTenant;
  block.quarantine_time = base::Seconds{0};
  block.created = test::at(1);
  block.routes = {{test::prefix("0.0.0.0/0"), address("10.0.0.1"), 0},
                  {test::prefix("::/0"), address("2001:db8::1"), 0xffffffff}};
  block.next_route = 0;
  expect_back(block);
  Network network = test::network({}, "lab");
  network.named_links_only = true;
  network.created = test::at(2);
  expect_back(network);
  Reservation reservation;
  reservation.id = ReservationId{8};
  reservation.interface = InterfaceId{9};
  reservation.options = {{6, {1, 2, 3, 4}}};
  reservation.created = test::at(3);
  expect_back(reservation);
  Usage usage;
  usage.free_fixed = net::Uint128{1} << 127 | 9;
  EXPECT_EQ(decode<Usage>(kKey, encode(usage, kKey)), usage);
}

TEST(Codec, GivesAnAddressItsInterfaceAndOptionsBack) {
  AddressRecord record;
  record.interface = InterfaceId{7};
  record.options = {{6, {1, 2, 3, 4}}, {43, {}}, {119, Octets(1500, 'x')}};
  std::array<std::uint8_t, kLongestAddressRecord> buffer;
  EXPECT_EQ(decode<AddressRecord>(kKey, encode(record, kKey, buffer)), record);
  EXPECT_EQ(decode_body<AddressRecord>(encode_body(record)), record);
}

TEST(Codec, S9_NoticesAFlippedBitInAnEventAtEveryPosition) {
  Octets event = encode(full_event(), kKey);
  for (std::size_t bit = 0; bit < 8 * event.size(); ++bit) {
    event[bit / 8] = static_cast<std::uint8_t>(event[bit / 8] ^ 1u << bit % 8);
    ASSERT_FALSE(decode<Event>(kKey, event)) << "bit " << bit;
    event[bit / 8] = static_cast<std::uint8_t>(event[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(Codec, RefusesBodiesThatNoObjectHas) {
  const auto body = [](std::initializer_list<int> octets) {
    std::string out;
    for (const int octet : octets) out.push_back(static_cast<char>(octet));
    return out;
  };
  EXPECT_TRUE(decode_body<Event>(body({1, 3, 1, 11, 4, 1, 17})));
  EXPECT_FALSE(decode_body<Event>(body({1, 3, 1, 0})));   // no such object
  EXPECT_FALSE(decode_body<Event>(body({1, 3, 1, 13})));  // no such object
  EXPECT_FALSE(decode_body<Event>(body({1, 4, 1, 4})));   // no such event
  EXPECT_FALSE(decode_body<Event>(body({1, 4, 1, 15})));  // no such event
  EXPECT_FALSE(decode_body<Event>(body({1, 4, 1, 26})));  // no such event
  EXPECT_FALSE(decode_body<Block>(body({1, 20, 1, 2})));  // no such type
  EXPECT_FALSE(decode_body<Block>(body({1, 28, 1, 3})));  // no such generator
  EXPECT_TRUE(decode_body<Block>(body({1, 26, 2, 3, 9})));
  EXPECT_FALSE(decode_body<Block>(body({1, 26, 2, 9, 3})));              // octets out of order
  EXPECT_FALSE(decode_body<Block>(body({1, 26, 2, 3, 3})));              // an octet twice
  EXPECT_FALSE(decode_body<Answer>(body({1, 1, 3, 1, 2, 3})));           // a digest of three octets
  EXPECT_FALSE(decode_body<Interface>(body({1, 4, 5, 1, 2, 3, 4, 5})));  // a MAC of five octets
  EXPECT_FALSE(decode_body<Policy>(body({2, 1, 0})));                    // another version
}

RC_GTEST_PROP(Codec, S12_EveryRuleOfAPolicyRoundTrips, ()) {
  Policy policy;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    policy.ranges.push_back({*rc::gen::arbitrary<std::uint64_t>(),
                             *rc::gen::arbitrary<std::int64_t>(),
                             *rc::gen::arbitrary<std::uint64_t>()});
    policy.octets.push_back(
        {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint8_t>()});
  }
  RC_ASSERT(decode_body<Policy>(encode_body(policy)) == policy);
}

}  // namespace
}  // namespace melange::store
