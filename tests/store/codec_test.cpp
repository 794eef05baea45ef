// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/crc.hpp>

#include "keys.h"
#include "records.h"

namespace melange::store {
namespace {

using base::Bytes;
using test::address;
using Octets = std::vector<std::uint8_t>;

const Octets kKey{0, 0, 0, 1, 10, 0, 0, 1};

Octets encoded(const AddressRecord& record, Bytes key = kKey) {
  std::array<std::uint8_t, kLongestAddressRecord> buffer;
  const Bytes value = encode(record, key, buffer);
  return {value.begin(), value.end()};
}

// A record with the right checksum, whatever its body says.
Octets sealed(Octets body, Bytes key = kKey) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc32c;
  crc32c.process_bytes(key.data(), key.size());
  crc32c.process_bytes(body.data(), body.size());
  const std::uint32_t sum = crc32c.checksum();
  for (int shift = 24; shift >= 0; shift -= 8)
    body.push_back(static_cast<std::uint8_t>(sum >> shift));
  return body;
}

AddressRecord full_record() {
  AddressRecord record;
  record.network = NetworkId{77};
  record.state = AddressState::kDeclined;
  record.identity = test::client_id(Octets(255, 0xab));
  record.reserved_for = test::client(3);
  record.mac = net::Mac({2, 0, 0, 0, 0, 9});
  record.hostname = base::InlineBytes<253>(base::bytes_of(std::string(253, 'h')));
  record.since = test::at(1700000000);
  record.expires = base::Instant::max();
  record.revision = 0xffffffffffffffff;
  return record;
}

Network full_network() {
  Network network = test::network({}, "lab\n\xff");
  network.tenant = std::string(300, 't');
  network.managed_by = ManagedBy::kApi;
  network.identity = IdentityPolicy::kClientId;
  network.authoritative = false;
  network.interfaces = {"br0", "", "tap*"};
  network.relays = {address("10.0.0.1"), address("2001:db8::1")};
  network.decline_time = base::Seconds{-1};
  network.hold_time = base::kInfinite;
  network.options = {{6, {1, 2, 3, 4}}, {43, {}}, {224, Octets(4096, 7)}};
  network.revision = 12;
  return network;
}

Block full_block() {
  Block block;
  block.network = NetworkId{5};
  block.cidr = test::prefix("2001:db8::/64");
  block.managed_by = ManagedBy::kApi;
  block.gateway = address("2001:db8::1");
  block.dns = {address("::"), address("10.0.0.1")};
  block.pools = test::ranges("10.0.0.1-10.0.0.9, 2001:db8::1-2001:db8::ffff");
  block.exclude = test::ranges("10.0.0.5");
  block.dynamic = test::ranges("10.0.0.1-10.0.0.4, 10.0.0.6-10.0.0.9");
  block.lease_time = base::Seconds{1};
  block.min_lease_time = base::Seconds{0};
  block.max_lease_time = base::kInfinite;
  block.renew_time = base::Seconds{255};
  block.rebind_time = base::Seconds{256};
  block.mtu = std::uint16_t{0};
  block.routes = {{test::prefix("0.0.0.0/0"), address("10.0.0.1")},
                  {test::prefix("2001:db8::/128"), address("fe80::1")}};
  block.options = {{121, Octets(255, 1)}};
  block.retired = true;
  block.revision = 1;
  return block;
}

Reservation full_reservation() {
  Reservation reservation;
  reservation.managed_by = ManagedBy::kApi;
  reservation.addresses = {address("10.0.0.10"), address("2001:db8::10")};
  reservation.hostname = "web1";
  reservation.revision = 9;
  return reservation;
}

TEST(Codec, GivesEveryFieldBack) {
  EXPECT_EQ(decode<AddressRecord>(kKey, encoded(full_record())), full_record());
  EXPECT_EQ(decode<Network>(kKey, encode(full_network(), kKey)), full_network());
  EXPECT_EQ(decode<Block>(kKey, encode(full_block(), kKey)), full_block());
  EXPECT_EQ(decode<Reservation>(kKey, encode(full_reservation(), kKey)), full_reservation());
  const Seen seen{{}, net::Mac({2, 0, 0, 0, 0, 1}), test::at(9)};
  EXPECT_EQ(decode<Seen>(kKey, encode(seen, kKey)), seen);
  Usage usage;
  for (std::size_t state = 1; state < kAddressStates; ++state) usage.records[state] = state << 40;
  usage.free = net::Uint128{1} << 127 | 5;
  EXPECT_EQ(decode<Usage>(kKey, encode(usage, kKey)), usage);
}

TEST(Codec, GivesDefaultsBack) {
  EXPECT_EQ(decode<AddressRecord>(kKey, encoded({})), AddressRecord{});
  EXPECT_EQ(decode<Network>(kKey, encode(Network{}, kKey)), Network{});
  EXPECT_EQ(decode<Block>(kKey, encode(Block{}, kKey)), Block{});
  EXPECT_EQ(decode<Reservation>(kKey, encode(Reservation{}, kKey)), Reservation{});
  EXPECT_EQ(decode<Usage>(kKey, encode(Usage{}, kKey)), Usage{});
}

TEST(Codec, CarriesValuesOfAnyLength) {
  for (const std::size_t length : {0u, 1u, 253u, 254u, 255u, 256u, 65535u, 65536u, 300000u}) {
    Network network;
    network.options = {{224, Octets(length, 0x5a)}};
    network.tenant = std::string(length, 'x');
    EXPECT_EQ(decode<Network>(kKey, encode(network, kKey)), network) << length;
  }
}

TEST(Codec, CarriesVectorsOfManyElements) {
  Block block;
  Network network;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    block.pools.push_back(*net::Range::make(net::Ipv4{2 * i}, net::Ipv4{2 * i}));
    network.interfaces.push_back("tap" + std::to_string(i));
  }
  EXPECT_EQ(decode<Block>(kKey, encode(block, kKey)), block);
  EXPECT_EQ(decode<Network>(kKey, encode(network, kKey)), network);
}

TEST(Codec, S9_NoticesAFlippedBitAtEveryPosition) {
  const Octets good = encoded(full_record());
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Octets bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    ASSERT_FALSE(decode<AddressRecord>(kKey, bad)) << "bit " << bit;
  }
  Octets block = encode(full_block(), kKey);
  for (std::size_t bit = 0; bit < 8 * block.size(); ++bit) {
    block[bit / 8] = static_cast<std::uint8_t>(block[bit / 8] ^ 1u << bit % 8);
    ASSERT_FALSE(decode<Block>(kKey, block)) << "bit " << bit;
    block[bit / 8] = static_cast<std::uint8_t>(block[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(Codec, S9_NoticesARecordThatIsCutOffOrLonger) {
  Octets good = encoded(full_record());
  for (std::size_t length = 0; length < good.size(); ++length) {
    ASSERT_FALSE(decode<AddressRecord>(kKey, Bytes(good).first(length))) << length;
  }
  good.push_back(0);
  EXPECT_FALSE(decode<AddressRecord>(kKey, good));
}

TEST(Codec, S9_NoticesARecordUnderAnothersKey) {
  Octets other = kKey;
  other.back() ^= 1;
  EXPECT_FALSE(decode<AddressRecord>(other, encoded(full_record())));
  EXPECT_FALSE(decode<Block>(other, encode(full_block(), kKey)));
  EXPECT_FALSE(decode<Usage>(other, encode(Usage{}, kKey)));
}

TEST(Codec, S10_RefusesAVersionItDoesNotKnow) {
  Octets body = encoded({});
  body.resize(body.size() - 4);
  ASSERT_TRUE(decode<AddressRecord>(kKey, sealed(body)));
  body.front() = kRecordVersion + 1;
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed(body)));
  body.front() = 0;
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed(body)));
}

TEST(Codec, S10_RefusesATagItDoesNotKnow) {
  Octets body = encoded({});
  body.resize(body.size() - 4);
  body.insert(body.end(), {200, 0});
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed(body)));
}

TEST(Codec, RefusesFieldsTwiceOrOutOfOrder) {
  EXPECT_TRUE(decode<AddressRecord>(kKey, sealed({1, 1, 1, 5, 2, 1, 3})));   // network 5, leased
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 2, 1, 3, 1, 1, 5})));  // the state first
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 2, 1, 3, 2, 1, 3})));  // the state twice
}

TEST(Codec, RefusesValuesThatNoFieldCanHave) {
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 2, 1, 0})));     // no such state
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 2, 1, 7})));     // no such state
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 3, 2, 9, 1})));  // no such identity
  EXPECT_FALSE(
      decode<AddressRecord>(kKey, sealed({1, 5, 5, 1, 2, 3, 4, 5})));  // a MAC of five octets
  EXPECT_FALSE(
      decode<AddressRecord>(kKey, sealed({1, 1, 5, 1, 0, 0, 0, 0})));  // a network over 32 bits
  EXPECT_FALSE(decode<AddressRecord>(kKey, sealed({1, 9, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0})));
  EXPECT_FALSE(decode<Network>(kKey, sealed({1, 3, 1, 2})));              // managed by nobody known
  EXPECT_FALSE(decode<Network>(kKey, sealed({1, 4, 1, 3})));              // no such policy
  EXPECT_FALSE(decode<Network>(kKey, sealed({1, 5, 1, 2})));              // neither true nor false
  EXPECT_FALSE(decode<Block>(kKey, sealed({1, 2, 5, 33, 10, 0, 0, 0})));  // a /33
}

// S12: whatever the wire can say about a client is still there after a restart.
AddressRecord any_record() {
  const auto octets = [](int low, int high) {
    return *rc::gen::mapcat(rc::gen::inRange(low, high + 1), [](int count) {
      return rc::gen::container<Octets>(static_cast<std::size_t>(count),
                                        rc::gen::arbitrary<std::uint8_t>());
    });
  };
  const auto identity = [&]() -> wire::Identity {
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        return {};
      case 1:
        return wire::Identity::of(*net::Mac::from_bytes(octets(6, 6)));
      default:
        return test::client_id(octets(2, 255));
    }
  };
  const auto instant = [] {
    return base::Instant{base::Millis{*rc::gen::arbitrary<std::int64_t>()}};
  };
  AddressRecord record;
  record.network = NetworkId{*rc::gen::arbitrary<std::uint32_t>()};
  record.state = static_cast<AddressState>(*rc::gen::inRange(1, 7));
  record.identity = identity();
  record.reserved_for = identity();
  if (*rc::gen::arbitrary<bool>()) record.mac = net::Mac::from_bytes(octets(6, 6));
  record.hostname = base::InlineBytes<253>(octets(0, 253));
  record.since = instant();
  record.expires = instant();
  record.revision = *rc::gen::arbitrary<std::uint64_t>();
  return record;
}

RC_GTEST_PROP(Codec, S12_EveryRecordRoundTrips, ()) {
  const AddressRecord record = any_record();
  Key key;
  key.add(BlockId{*rc::gen::arbitrary<std::uint32_t>()});
  key.add(net::Ipv4{*rc::gen::arbitrary<std::uint32_t>()});
  const auto back = decode<AddressRecord>(key.bytes(), encoded(record, key.bytes()));
  RC_ASSERT(back == record);
}

}  // namespace
}  // namespace melange::store
