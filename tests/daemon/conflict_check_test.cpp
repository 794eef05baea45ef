// SPDX-License-Identifier: Apache-2.0
//
// Addresses that are looked for before they are offered, from the DISCOVER to the OFFER, with a
// link and an ARP port that keep what is sent.
#include "conflict_check.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "lab.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::test {
namespace {

using dhcp::Reason;
using wire::MessageType4;

constexpr base::Millis kWait{500};
constexpr base::Instant kStart = base::Instant(base::Seconds(1'700'000'000));
const net::Mac kHost = mac_of(0xbad);

net::Ipv4 pool_address(std::uint32_t number) { return net::Ipv4(0x0a000100u + number); }

class KeepingPort final : public daemon::ArpPort {
 public:
  bool is_open(int) const override { return open; }
  void probe(int, const net::Mac& sender, net::Ipv4 address) override {
    senders.insert(sender);
    asked.push_back(address);
  }
  bool open = true;
  std::vector<net::Ipv4> asked;
  std::set<net::Mac> senders;
};

class Listener final : public daemon::Observer {
 public:
  void decided(const wire::Datagram&, const dhcp::Query4*, const dhcp::Decision4& made) override {
    reasons.push_back(made.reason);
  }
  void conflicted(const dhcp::Conflict& conflict) override { conflicts.push_back(text(conflict)); }
  void damaged(const base::Error&) override {}
  void committed(bool) override {}
  std::vector<Reason> reasons;
  std::vector<std::string> conflicts;
};

class ConflictCheckTest : public testing::Test {
 protected:
  ConflictCheckTest() : lab_(directory_.file("store")), turn_(lab_.store(), listener_) {
    config::Network network;
    network.id.value = "lab";
    network.blocks.emplace_back();
    network.blocks[0].cidr.value = *net::Prefix::parse("10.0.0.0/16");
    network.blocks[0].pools.push_back({*net::Range::parse("10.0.1.0-10.0.9.255"), 0});
    lab_.set_hosts({host_link(1, {"10.0.0.1/16"})});
    lab_.configure({network}, now_);
    turn_.set_topology(std::make_shared<const dhcp::Topology>(lab_.turn().topology()));
    turn_.set_limits({.conflict_wait = kWait});
    ports_.raw[1] = &lab_.link(1);
    ports_.prober = &check_;
  }

  void add(MessageType4 type, std::uint32_t who, std::vector<TestOption> options = {}) {
    payloads_.push_back(
        make_message(type, {.xid = who, .chaddr = mac_of(who), .options = std::move(options)}));
    batch_.datagrams.push_back({1, mac_of(who), {}, net::kBroadcast, 68, 67, payloads_.back()});
  }
  void hear(net::Ipv4 address, const net::Mac& who = kHost) {
    check_.hear({wire::ArpOperation::kReply, who, address, {}, {}}, 1, now_);
  }
  // As the server's loop: who waited, then what was added, then all is forgotten.
  void turn(base::Millis later = base::Millis(0)) {
    now_ += later;
    EXPECT_TRUE(check_.resume(batch_, now_));
    EXPECT_TRUE(turn_.run(batch_, now_, ports_));
    check_.forget_ended();
    batch_.clear();
    payloads_.clear();
  }
  // yiaddr of the OFFERs since the last call, with the client's number.
  std::vector<std::pair<std::uint32_t, net::Ipv4>> offers() {
    std::vector<std::pair<std::uint32_t, net::Ipv4>> all;
    for (const Sent& sent : lab_.take_sent()) {
      const auto message = std::make_unique<wire::Message4>();
      EXPECT_FALSE(message->read(sent.payload));
      all.emplace_back(message->header().xid, message->header().yiaddr);
    }
    return all;
  }
  std::optional<store::AddressRecord> record(net::Ipv4 address) {
    auto snapshot = lab_.store().snapshot();
    return snapshot->view().address({store::BlockId{1}, address});
  }

  using Offered = std::vector<std::pair<std::uint32_t, net::Ipv4>>;

  base::Instant now_ = kStart;
  TempDirectory directory_;
  Lab lab_;
  Listener listener_;
  daemon::Turn turn_;
  KeepingPort port_;
  daemon::ConflictCheck check_{lab_.store(), turn_, listener_, port_};
  daemon::Ports ports_;
  io::Batch batch_;
  std::deque<Octets> payloads_;
};

TEST_F(ConflictCheckTest, OffersOnceTheWaitIsOver) {
  add(MessageType4::kDiscover, 1);
  turn();
  EXPECT_EQ(port_.asked, std::vector{pool_address(0)});
  EXPECT_EQ(port_.senders, std::set{host_link(1, {}).mac});
  EXPECT_EQ(check_.next_due(), now_ + kWait);
  turn(kWait - base::Millis(1));
  EXPECT_EQ(offers(), Offered{});
  turn(base::Millis(1));
  EXPECT_EQ(offers(), (Offered{{1, pool_address(0)}}));
  EXPECT_EQ(check_.next_due(), std::nullopt);
  // The offer is checked: who asks again is answered at once.
  add(MessageType4::kDiscover, 1);
  turn();
  EXPECT_EQ(offers(), (Offered{{1, pool_address(0)}}));
  EXPECT_EQ(port_.asked.size(), 1u);
}

TEST_F(ConflictCheckTest, QuarantinesWhatIsInUseAndOffersAnother) {
  add(MessageType4::kDiscover, 1);
  turn();
  hear(pool_address(0));
  turn(base::Millis(20));
  EXPECT_EQ(listener_.conflicts.size(), 1u);
  EXPECT_EQ(offers(), Offered{}) << "the next address is looked for, too";
  EXPECT_EQ(port_.asked, (std::vector{pool_address(0), pool_address(1)}));
  const auto declined = record(pool_address(0));
  ASSERT_TRUE(declined);
  EXPECT_EQ(declined->state, store::AddressState::kDeclined);
  EXPECT_EQ(declined->mac, kHost);
  EXPECT_TRUE(declined->identity.empty()) << "it is no DECLINE of the client";
  EXPECT_EQ(declined->expires, now_ + turn_.topology().networks()[0]->decline_time);
  turn(kWait);
  EXPECT_EQ(offers(), (Offered{{1, pool_address(1)}}));
}

TEST_F(ConflictCheckTest, WaitsOnceForAClientThatAsksAgainAndAgain) {
  for (int i = 0; i < 4; ++i) {
    add(MessageType4::kDiscover, 1);
    turn(base::Millis(100));
  }
  EXPECT_EQ(port_.asked.size(), 1u);
  turn(base::Millis(200));
  EXPECT_EQ(offers(), (Offered{{1, pool_address(0)}}));
}

TEST_F(ConflictCheckTest, OffersAllTheSameWhatCannotBeBelieved) {
  add(MessageType4::kDiscover, 1);
  turn();
  for (std::uint32_t i = 0; i <= base::limits::kConflictsPerClient; ++i) {
    EXPECT_EQ(offers(), Offered{});
    hear(port_.asked.back());
    turn(base::Millis(10));
  }
  const auto last = static_cast<std::uint32_t>(base::limits::kConflictsPerClient);
  EXPECT_EQ(offers(), (Offered{{1, pool_address(last)}}));
  EXPECT_FALSE(record(pool_address(last)));
  EXPECT_TRUE(record(pool_address(last - 1)));
}

TEST_F(ConflictCheckTest, AnswersAtOnceWhereNobodyCanLook) {
  port_.open = false;
  add(MessageType4::kDiscover, 1);
  turn();
  EXPECT_EQ(offers(), (Offered{{1, pool_address(0)}}));
  EXPECT_TRUE(port_.asked.empty());
}

TEST_F(ConflictCheckTest, AnswersAtOnceWhenTooManyAreLookedFor) {
  std::uint32_t who = 0;
  while (who < base::limits::kProbes) {
    for (int i = 0; i < 128; ++i) add(MessageType4::kDiscover, ++who);
    turn();
  }
  EXPECT_EQ(offers(), Offered{});
  add(MessageType4::kDiscover, ++who);
  turn();
  EXPECT_EQ(offers(), (Offered{{who, pool_address(who - 1)}}));
  // And everybody who waits is answered, a part in each turn: packets shall have room, too.
  std::size_t answered = 0;
  for (int turns = 0; turns < 16; ++turns) {
    turn(turns == 0 ? kWait : base::Millis(0));
    const std::size_t now = offers().size();
    EXPECT_LT(now, base::limits::kBatchFrames);
    answered += now;
  }
  EXPECT_EQ(answered, base::limits::kProbes);
}

TEST_F(ConflictCheckTest, ForgetsAProbeWhoseOfferIsGone) {
  add(MessageType4::kDiscover, 1);
  turn();
  // It chose another server.
  add(MessageType4::kRequest, 1,
      {option_address(54, "10.0.0.9"), option_u32(50, pool_address(0).value())});
  turn();
  hear(pool_address(0));
  turn(kWait);
  EXPECT_EQ(offers(), Offered{});
  EXPECT_TRUE(listener_.conflicts.empty());
  EXPECT_FALSE(record(pool_address(0)));
}

TEST_F(ConflictCheckTest, LeavesALeaseAloneThatWasMadeMeanwhile) {
  add(MessageType4::kDiscover, 1);
  turn();
  add(MessageType4::kRequest, 1, {option_u32(50, pool_address(0).value())});
  turn();
  ASSERT_TRUE(record(pool_address(0)));
  hear(pool_address(0));
  turn(base::Millis(10));
  EXPECT_EQ(record(pool_address(0))->state, store::AddressState::kLeased);
}

TEST_F(ConflictCheckTest, ProvesNothingByTheClientsOwnPackets) {
  add(MessageType4::kDiscover, 1);
  turn();
  hear(pool_address(0), mac_of(1));
  turn(kWait);
  EXPECT_EQ(offers(), (Offered{{1, pool_address(0)}}));
}

TEST_F(ConflictCheckTest, CountsWhatWaitsAndWhatWasOffered) {
  add(MessageType4::kDiscover, 1);
  turn();
  turn(kWait);
  EXPECT_EQ(listener_.reasons, (std::vector{Reason::kProbing, Reason::kOffered}));
}

}  // namespace
}  // namespace melange::test
