// SPDX-License-Identifier: Apache-2.0
//
// What leaves when: promises only behind the commit that makes them true, and everything once.
#include "melange/daemon/turn.h"

#include <gtest/gtest.h>
#include <lmdb.h>

#include <deque>
#include <filesystem>
#include <map>
#include <set>

#include "lab.h"
#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"
#include "write_limit.h"

namespace melange::test {
namespace {

using dhcp::Reason;
using wire::MessageType4;

struct Reply {
  MessageType4 type{};
  net::Ipv4 yiaddr;
  std::uint32_t xid = 0;
  net::Mac mac;
  auto operator<=>(const Reply&) const = default;
};

Reply reply_in(const Sent& sent) {
  const auto message = std::make_unique<wire::Message4>();
  base::check(!message->read(sent.payload));
  const wire::Header4& header = message->header();
  return {MessageType4{message->option(53).front()}, header.yiaddr, header.xid,
          *net::Mac::from_bytes(base::Bytes(header.chaddr).first(6))};
}

class TurnTest : public testing::Test {
 protected:
  explicit TurnTest(const store::Options& options = {},
                    std::string_view pool = "10.0.1.0-10.0.99.255")
      : lab_(directory_.file("store"), options) {
    network_.id.value = "lab";
    network_.blocks.emplace_back();
    network_.blocks[0].cidr.value = *net::Prefix::parse("10.0.0.0/16");
    network_.blocks[0].pools.push_back({*net::Range::parse(pool), 0});
    lab_.set_hosts({host_link(1, {"10.0.0.1/16"})});
    lab_.configure({network_}, at(0));
  }

  void add(MessageType4 type, std::uint32_t who, std::vector<TestOption> options = {},
           net::Ipv4 ciaddr = {}) {
    payloads_.push_back(make_message(
        type,
        {.xid = who, .ciaddr = ciaddr, .chaddr = mac_of(who), .options = std::move(options)}));
    wire::Datagram datagram;
    datagram.ifindex = 1;
    datagram.source_mac = mac_of(who);
    datagram.source = ciaddr;
    datagram.destination = net::kBroadcast;
    datagram.source_port = wire::kClientPort4;
    datagram.payload = payloads_.back();
    datagrams_.push_back(datagram);
  }
  void add_select(std::uint32_t who, net::Ipv4 address) {
    add(MessageType4::kRequest, who,
        {option_address(54, "10.0.0.1"), option_u32(50, address.value())});
  }
  // One turn with what was added.
  base::Status turn(std::int64_t second) {
    const auto done = lab_.receive(datagrams_, at(second));
    datagrams_.clear();
    payloads_.clear();
    return done;
  }
  std::vector<Reply> replies() {
    std::vector<Reply> all;
    for (const Sent& sent : lab_.take_sent()) all.push_back(reply_in(sent));
    return all;
  }
  // The live lease on the address, if there is one.
  std::optional<store::AddressRecord> lease(net::Ipv4 address, std::int64_t second) {
    auto snapshot = lab_.store().snapshot();
    const auto record = snapshot->view().address({store::BlockId{1}, address});
    return record && is_live(*record, at(second)) ? record : std::nullopt;
  }
  // Turns an octet of the stored record, as a fault of memory or disk does.
  void damage(net::Ipv4 address) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 32);
    ASSERT_EQ(mdb_env_open(env, directory_.file("store").c_str(), 0, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, "addresses", 0, &table), 0);
    Octets key{0, 0, 0, 1};
    for (const std::uint8_t octet : address.octets()) key.push_back(octet);
    MDB_val at_key{key.size(), key.data()};
    MDB_val found{};
    ASSERT_EQ(mdb_get(txn, table, &at_key, &found), 0);
    const auto* octets = static_cast<const std::uint8_t*>(found.mv_data);
    Octets value(octets, octets + found.mv_size);
    value.back() ^= 1;
    MDB_val changed{value.size(), value.data()};
    ASSERT_EQ(mdb_put(txn, table, &at_key, &changed, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
  }
  std::uint64_t counted(Reason reason) {
    return lab_.turn().counters().decisions.at(static_cast<std::size_t>(reason));
  }

  TempDirectory directory_;
  config::Network network_;
  Lab lab_;
  std::deque<Octets> payloads_;
  std::vector<wire::Datagram> datagrams_;
};

net::Ipv4 pool_address(std::uint32_t number) { return net::Ipv4(0x0a000100u + number); }

TEST_F(TurnTest, I1_SendsOffersBeforeTheCommitAndAcksAfterIt) {
  add(MessageType4::kDiscover, 1);
  add_select(2, pool_address(7));
  add(MessageType4::kDiscover, 3);
  ASSERT_TRUE(turn(10));
  ASSERT_EQ(lab_.recorder().commits, std::vector<bool>{true});
  EXPECT_EQ(lab_.recorder().sent_at_commit, std::vector<std::size_t>{2});
  const auto sent = replies();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].type, MessageType4::kOffer);
  EXPECT_EQ(sent[1].type, MessageType4::kOffer);
  EXPECT_EQ(sent[2].type, MessageType4::kAck);
}

TEST_F(TurnTest, I1_KeepsBackAnAckThatRepeatsWhatIsNotCommittedYet) {
  add_select(1, pool_address(0));
  add_select(1, pool_address(0));
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(counted(Reason::kRepeated), 1u);
  EXPECT_EQ(lab_.recorder().sent_at_commit, std::vector<std::size_t>{0});
  EXPECT_EQ(replies().size(), 2u);
}

TEST_F(TurnTest, SendsAnAckThatNeedsNoCommitAtOnce) {
  add_select(1, pool_address(0));
  ASSERT_TRUE(turn(10));
  lab_.take_sent();
  add_select(1, pool_address(0));
  ASSERT_TRUE(turn(11));
  EXPECT_EQ(lab_.recorder().sent_at_commit.back(), 1u);
}

TEST_F(TurnTest, LetsEachPacketSeeTheOnesBeforeIt) {
  add(MessageType4::kDiscover, 1);
  add(MessageType4::kDiscover, 2);
  add_select(3, pool_address(0));
  add_select(1, pool_address(0));
  add_select(2, pool_address(0));
  ASSERT_TRUE(turn(10));
  std::vector<Reason> reasons;
  for (const auto& told : lab_.recorder().decisions) reasons.push_back(told.reason);
  EXPECT_EQ(reasons, (std::vector{Reason::kOffered, Reason::kOffered, Reason::kAddressTaken,
                                  Reason::kLeased, Reason::kAddressTaken}));
  EXPECT_EQ(lease(pool_address(0), 10)->identity, client(1));
}

TEST_F(TurnTest, CommitsNothingWhereNothingChanged) {
  const auto revision = [&] {
    auto snapshot = lab_.store().snapshot();
    return snapshot->view().revision();
  };
  const auto before = revision();
  add(MessageType4::kDiscover, 1);
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(revision(), before);
}

TEST_F(TurnTest, CountsRepliesThatDoNotLeave) {
  lab_.link(1).set_down(true);
  add(MessageType4::kDiscover, 1);
  add_select(2, pool_address(7));
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(lab_.turn().counters().lost, 2u);
  EXPECT_EQ(lab_.turn().counters().sent, 0u);
  lab_.link(1).set_down(false);
  add(MessageType4::kDiscover, 1);
  ASSERT_TRUE(turn(11));
  EXPECT_EQ(lab_.turn().counters().sent, 1u);
}

TEST_F(TurnTest, CountsRepliesThatHaveNoWayOut) {
  add(MessageType4::kDiscover, 1);
  for (wire::Datagram& datagram : datagrams_) datagram.ifindex = 9;
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(counted(Reason::kNoNetwork), 1u);
  daemon::Ports none;
  io::Batch batch;
  add(MessageType4::kDiscover, 1);
  batch.datagrams.push_back(datagrams_.front());
  ASSERT_TRUE(lab_.turn().run(batch, at(11), none));
  EXPECT_EQ(lab_.turn().counters().lost, 1u);
}

TEST_F(TurnTest, CountsWhatEachLinkRefused) {
  io::Batch batch;
  for (int i = 0; i < 5; ++i) batch.refuse(1, wire::FrameError::kVlan);
  batch.refuse(2, wire::FrameError::kVlan);
  batch.refuse(2, wire::FrameError::kFragment);
  batch.ring_drops = 7;
  EXPECT_EQ(batch.refused.size(), 3u) << "of one link and reason one count";
  const daemon::Counters& counters = lab_.turn().counters();
  for (const std::uint64_t times : {1u, 2u}) {
    ASSERT_TRUE(lab_.turn().run(batch, at(10), {}));
    EXPECT_EQ(counters.refused_on(1, wire::FrameError::kVlan), 5 * times);
    EXPECT_EQ(counters.refused_on(1, wire::FrameError::kFragment), 0u);
    EXPECT_EQ(counters.refused_on(2, wire::FrameError::kVlan), times);
    EXPECT_EQ(counters.refused_on(2, wire::FrameError::kFragment), times);
    EXPECT_EQ(counters.ring_drops, 7 * times);
  }
}

TEST_F(TurnTest, KeepsWhatWasCountedOnALinkThatIsGone) {
  io::Batch batch;
  batch.refuse(1, wire::FrameError::kVlan);
  batch.refuse(2, wire::FrameError::kVlan);
  ASSERT_TRUE(lab_.turn().run(batch, at(10), {}));
  lab_.turn().forget_link(1);
  lab_.turn().forget_link(2);
  lab_.turn().forget_link(3);
  const daemon::Counters& counters = lab_.turn().counters();
  EXPECT_EQ(counters.refused_on(1, wire::FrameError::kVlan), 0u);
  EXPECT_EQ(counters.refused_on(0, wire::FrameError::kVlan), 2u);
  EXPECT_EQ(counters.refused.size(), 1u) << "links come and go: the table must not grow";
}

TEST_F(TurnTest, SurvivesWhatIsNoMessage) {
  const Octets junk(300, 0xff);
  for (const std::size_t size : {0u, 1u, 235u, 239u, 240u, 300u}) {
    wire::Datagram datagram;
    datagram.ifindex = 1;
    datagram.source_mac = mac_of(1);
    datagram.payload = base::Bytes(junk).first(size);
    datagrams_.push_back(datagram);
  }
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(counted(Reason::kMalformed), 6u);
  EXPECT_TRUE(lab_.recorder().decisions.front().query.empty());
}

TEST_F(TurnTest, W31_AnswersThousandRetransmissionsWithOneLease) {
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 100; ++i) add_select(1, pool_address(3));
    ASSERT_TRUE(turn(10));
  }
  EXPECT_EQ(replies().size(), 1000u);
  EXPECT_EQ(counted(Reason::kLeased), 1u);
  EXPECT_EQ(counted(Reason::kRepeated), 999u);
  auto snapshot = lab_.store().snapshot();
  EXPECT_EQ(snapshot->view().usage(store::BlockId{1}).total(), 1u);
}

TEST_F(TurnTest, W31_TellsTwoClientsWithOneXidApart) {
  for (const std::uint32_t who : {1u, 2u}) {
    payloads_.push_back(make_message(MessageType4::kDiscover, {.xid = 5, .chaddr = mac_of(who)}));
    wire::Datagram datagram;
    datagram.ifindex = 1;
    datagram.source_mac = mac_of(who);
    datagram.destination = net::kBroadcast;
    datagram.payload = payloads_.back();
    datagrams_.push_back(datagram);
  }
  ASSERT_TRUE(turn(10));
  const auto sent = replies();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_NE(sent[0].yiaddr, sent[1].yiaddr);
  EXPECT_EQ(sent[0].mac, mac_of(1));
  EXPECT_EQ(sent[1].mac, mac_of(2));
}

TEST_F(TurnTest, W30_IsBoundedAgainstAFloodOfNewMacs) {
  std::uint32_t who = 1000;
  for (int round = 0; round < 80; ++round) {
    for (int i = 0; i < 250; ++i) add(MessageType4::kDiscover, ++who);
    ASSERT_TRUE(turn(10));
    ASSERT_LE(lab_.turn().offers().size(), base::limits::kOffers);
  }
  EXPECT_EQ(lab_.turn().offers().size(), base::limits::kOffers);
  EXPECT_EQ(lab_.take_sent().size(), 20000u);
  // A client that means it is served at once.
  add(MessageType4::kDiscover, 1);
  ASSERT_TRUE(turn(10));
  const auto offer = replies();
  ASSERT_EQ(offer.size(), 1u);
  add_select(1, offer[0].yiaddr);
  ASSERT_TRUE(turn(10));
  EXPECT_EQ(replies().front().type, MessageType4::kAck);
  // And nothing of the flood is left when its offers have run out.
  ASSERT_TRUE(turn(20));
  EXPECT_EQ(lab_.turn().offers().size(), 0u);
}

TEST_F(TurnTest, GoesOnAfterARestartAsIfNothingHadBeen) {
  for (std::uint32_t who = 1; who <= 100; ++who) add_select(who, pool_address(who));
  ASSERT_TRUE(turn(10));
  lab_.take_sent();
  lab_.reopen();
  for (std::uint32_t who = 1; who <= 100; ++who) {
    add(MessageType4::kRequest, who, {option_u32(50, pool_address(who).value())});
  }
  ASSERT_TRUE(turn(11));
  for (const Reply& reply : replies()) {
    EXPECT_EQ(reply.type, MessageType4::kAck);
    EXPECT_EQ(reply.yiaddr, pool_address(reply.xid));
  }
}

TEST_F(TurnTest, S9_DropsTheClientWhoseRecordIsDamagedAndServesTheOthers) {
  for (std::uint32_t who = 1; who <= 3; ++who) add_select(who, pool_address(who));
  ASSERT_TRUE(turn(10));
  lab_.take_sent();
  lab_.close();
  damage(pool_address(2));
  lab_.reopen();
  for (std::uint32_t who = 1; who <= 4; ++who) {
    add(MessageType4::kRequest, who, {option_u32(50, pool_address(who).value())});
  }
  ASSERT_TRUE(turn(5000));
  std::set<std::uint32_t> served;
  for (const Reply& reply : replies()) served.insert(reply.xid);
  EXPECT_EQ(served, (std::set<std::uint32_t>{1, 3, 4}));
  EXPECT_EQ(lab_.recorder().damages.size(), 1u);
  EXPECT_EQ(counted(Reason::kStoreFailed), 1u);
  EXPECT_TRUE(lease(pool_address(4), 5000)) << "the rest of the turn is committed";
  // Nobody else is given what the damaged record may be about.
  add(MessageType4::kRequest, 9, {option_u32(50, pool_address(2).value())});
  ASSERT_TRUE(turn(5001));
  EXPECT_TRUE(replies().empty());
}

// A map so small that it has to grow again and again.
class SmallMap : public TurnTest {
 protected:
  SmallMap() : TurnTest(store::Options{.map_size = 1u << 18}) {}
};

TEST_F(SmallMap, S3_AnswersEveryPacketOnceWhenTheStoreMustGrow) {
  // All over the pool, so that each turn writes many pages: a prime step visits every address once.
  const auto address = [](std::uint32_t who) { return pool_address(who * 7919 % 25013); };
  constexpr std::uint32_t kOnlyAsking = 1'000'000;
  std::map<std::uint32_t, int> answers;
  std::uint32_t who = 0;
  for (int round = 0; round < 40; ++round) {
    const net::Ipv4 aside = pool_address(25100 + static_cast<std::uint32_t>(round));
    add(MessageType4::kDiscover, kOnlyAsking + who, {option_u32(50, aside.value())});
    for (int i = 0; i < 250; ++i) {
      ++who;
      add_select(who, address(who));
    }
    ASSERT_TRUE(turn(10)) << round;
    for (const Reply& reply : replies()) {
      ++answers[reply.xid];
      if (reply.xid >= kOnlyAsking) continue;
      ASSERT_EQ(reply.type, MessageType4::kAck);
      ASSERT_EQ(reply.yiaddr, address(reply.xid));
      ASSERT_EQ(lease(reply.yiaddr, 10)->identity, client(reply.xid));
    }
  }
  EXPECT_GT(lab_.turn().counters().failed_commits, 0u) << "or this test shows nothing";
  EXPECT_EQ(answers.size(), 10040u);
  for (const auto& [xid, times] : answers) EXPECT_EQ(times, 1) << xid;
}

TEST_F(SmallMap, S3_AppliesAConfigurationThatTheStoreMustGrowFor) {
  for (std::uint32_t last = 0; last < 3000; ++last) {
    config::Reservation reservation;
    reservation.mac.value = mac_of(100000 + last);
    reservation.addresses.push_back({net::Ipv4(0x0a006500u + last), 0});
    network_.reservations.push_back(reservation);
  }
  ASSERT_NO_THROW(lab_.configure({network_}, at(1)));
  auto snapshot = lab_.store().snapshot();
  const auto usage = snapshot->view().usage(store::BlockId{1});
  EXPECT_EQ(usage.of(store::AddressState::kReserved), 3000u);
}

class FullDiskTest : public TurnTest {
 protected:
  // A lease for client 1, and then turns until one fails for want of space.
  void fill() {
    add_select(1, pool_address(1));
    ASSERT_TRUE(turn(1));
    lab_.take_sent();
  }
  std::uintmax_t size_of_store() const {
    return std::filesystem::file_size(directory_.file("store/data.mdb"));
  }
  std::uint32_t fail_a_turn() {
    for (std::uint32_t who = 1000; who < 9000; who += 200) {
      for (std::uint32_t i = 0; i < 200; ++i) add_select(who + i, pool_address(who + i));
      if (!turn(10)) return who;
      lab_.take_sent();
    }
    return 0;
  }
};

TEST_F(FullDiskTest, S1_GivesNoLeaseThatIsNotOnDisk) {
  fill();
  std::uint32_t first = 0;
  {
    const WriteLimit full(size_of_store());
    first = fail_a_turn();
    ASSERT_NE(first, 0u) << "nothing failed";
    EXPECT_TRUE(replies().empty());
    EXPECT_FALSE(lab_.recorder().commits.back());
    EXPECT_EQ(counted(Reason::kStoreFailed), 200u);
    EXPECT_FALSE(lease(pool_address(first), 10));
  }
  // With space again the same packets are answered, without a restart.
  for (std::uint32_t i = 0; i < 200; ++i) add_select(first + i, pool_address(first + i));
  ASSERT_TRUE(turn(11));
  EXPECT_EQ(replies().size(), 200u);
  EXPECT_EQ(lease(pool_address(first), 11)->identity, client(first));
}

TEST_F(FullDiskTest, S1_AnswersWhatPromisesNothingOrNothingNew) {
  fill();
  const WriteLimit full(size_of_store());
  ASSERT_NE(fail_a_turn(), 0u);
  lab_.take_sent();
  add_select(1, pool_address(1));  // it has this already
  ASSERT_TRUE(turn(11));
  EXPECT_EQ(replies().front().type, MessageType4::kAck);
  add(MessageType4::kDiscover, 20000);
  add(MessageType4::kRequest, 20001, {option_address(50, "192.0.2.1")});
  for (std::uint32_t i = 0; i < 200; ++i) add_select(9000 + i, pool_address(9000 + i));
  add_select(1, pool_address(1));
  EXPECT_FALSE(turn(12));
  std::map<MessageType4, int> sent;
  for (const Reply& reply : replies()) ++sent[reply.type];
  EXPECT_EQ(sent[MessageType4::kOffer], 1);
  EXPECT_EQ(sent[MessageType4::kNak], 1);
  EXPECT_EQ(sent[MessageType4::kAck], 0);
  EXPECT_NE(lab_.turn().offers().find(kLab, client(20000)), nullptr);
}

TEST_F(FullDiskTest, S1_KeepsTheOfferOfAClientThatItCouldNotAnswer) {
  fill();
  for (std::uint32_t who = 30000; who < 30200; ++who) add(MessageType4::kDiscover, who);
  ASSERT_TRUE(turn(10));
  const auto offers = replies();
  const WriteLimit full(size_of_store());
  ASSERT_NE(fail_a_turn(), 0u);
  lab_.take_sent();
  for (const Reply& offer : offers) add_select(offer.xid, offer.yiaddr);
  ASSERT_FALSE(turn(11));
  EXPECT_TRUE(replies().empty());
  for (const Reply& offer : offers) {
    EXPECT_NE(lab_.turn().offers().find(kLab, client(offer.xid)), nullptr);
  }
}

}  // namespace
}  // namespace melange::test
