// SPDX-License-Identifier: Apache-2.0
//
// The two tables of RFC 2131 section 4.3.2, cell by cell: what a client may claim of an address,
// and the verdict on it.
#include "claim4.h"

#include <gtest/gtest.h>

#include "scene.h"

namespace melange::dhcp {
namespace {

using store::AddressState;
using test::at;
using test::client;
using test::in_state;
using test::pool_address;
using test::pool_key;

constexpr std::string_view kNames[kClaims4]{"reserved",  "leased",    "held",        "offered",
                                            "free",      "elsewhere", "others_held", "taken",
                                            "probation", "excluded",  "outside",     "must_move"};

class ClaimTest : public testing::Test {
 protected:
  // What client 1 may claim of 192.0.2.`last` at second 200; leases run from 100 to 3700.
  std::string_view claim(std::uint32_t last, std::int64_t second = 200) {
    scene_.ask(wire::MessageType4::kDiscover);
    return scene_.look(at(second), [&](const Scene4& scene) {
      return kNames[static_cast<std::size_t>(judge(scene, pool_address(last)).claim)];
    });
  }
  void put(AddressState state, std::uint32_t last, std::uint32_t who, std::uint32_t owner = 0) {
    auto record = in_state(state, pool_key(last), client(who));
    if (owner != 0) record.reserved_for = client(owner);
    scene_.put(record);
  }
  void offer(std::uint32_t last, std::uint32_t who) {
    scene_.offers().hold({test::kLab, client(who), pool_key(last), at(300)});
  }

  test::Scene scene_;
};

TEST_F(ClaimTest, OnAnAddressWithoutRecord) {
  EXPECT_EQ(claim(100), "free");
  EXPECT_EQ(claim(50), "excluded");
  EXPECT_EQ(claim(1), "excluded");
  scene_.ask(wire::MessageType4::kDiscover);
  EXPECT_EQ(scene_.look(at(200), [](const Scene4& s) { return judge(s, net::Ipv4(1)).claim; }),
            Claim4::kOutside);
}

TEST_F(ClaimTest, OnItsOwn) {
  put(AddressState::kReserved, 10, 1);
  EXPECT_EQ(claim(10), "reserved");
  put(AddressState::kBound, 10, 1);
  EXPECT_EQ(claim(10), "reserved");
  EXPECT_EQ(claim(10, 9999), "reserved") << "whether its lease runs or not";
}

TEST_F(ClaimTest, OnItsLease) {
  put(AddressState::kLeased, 100, 1);
  EXPECT_EQ(claim(100), "leased");
  EXPECT_EQ(claim(100, 3699), "leased");
  EXPECT_EQ(claim(100, 3700), "held");
}

TEST_F(ClaimTest, OnItsLeaseInWhatIsNoPoolAnyMore) {
  put(AddressState::kLeased, 50, 1);
  EXPECT_EQ(claim(50), "leased");
  EXPECT_EQ(claim(50, 3700), "excluded");
}

TEST_F(ClaimTest, OnWhatItHadLast) {
  put(AddressState::kHeld, 100, 1);
  EXPECT_EQ(claim(100), "held");
  offer(100, 2);
  EXPECT_EQ(claim(100), "taken");
}

TEST_F(ClaimTest, OnWhatAnotherHadLast) {
  put(AddressState::kHeld, 100, 2);
  EXPECT_EQ(claim(100), "others_held");
  put(AddressState::kLeased, 101, 2);
  EXPECT_EQ(claim(101, 3700), "others_held");
  offer(100, 1);
  EXPECT_EQ(claim(100), "offered");
}

TEST_F(ClaimTest, OnOffers) {
  offer(100, 1);
  EXPECT_EQ(claim(100), "offered");
  EXPECT_EQ(claim(101), "free");
  offer(101, 2);
  EXPECT_EQ(claim(101), "taken");
}

TEST_F(ClaimTest, OnWhatIsAnothers) {
  put(AddressState::kLeased, 100, 2);
  put(AddressState::kReserved, 101, 2);
  put(AddressState::kBound, 102, 2);
  EXPECT_EQ(claim(100), "taken");
  EXPECT_EQ(claim(101), "taken");
  EXPECT_EQ(claim(102), "taken");
  EXPECT_EQ(claim(102, 9999), "taken") << "reserved for another, lease or not";
}

TEST_F(ClaimTest, OnALeaseThatIsReservedForAnotherMeanwhile) {
  put(AddressState::kLeased, 100, 1, 2);
  EXPECT_EQ(claim(100), "taken") << "it is told to move";
  EXPECT_EQ(claim(100, 3700), "taken");
  put(AddressState::kHeld, 101, 1, 2);
  EXPECT_EQ(claim(101), "taken");
}

TEST_F(ClaimTest, OnWhatWillBeItsOwn) {
  put(AddressState::kLeased, 100, 2, 1);
  EXPECT_EQ(claim(100), "taken") << "while the other's lease runs";
  EXPECT_EQ(claim(100, 3700), "reserved");
  put(AddressState::kDeclined, 101, 2, 1);
  EXPECT_EQ(claim(101), "probation");
  EXPECT_EQ(claim(101, 3700), "reserved");
}

TEST_F(ClaimTest, OnProbation) {
  put(AddressState::kDeclined, 100, 1);
  put(AddressState::kQuarantined, 101, 1);
  EXPECT_EQ(claim(100), "probation");
  EXPECT_EQ(claim(101), "probation");
  EXPECT_EQ(claim(100, 3700), "others_held") << "not for who declined it before others";
  EXPECT_EQ(claim(101, 3700), "others_held");
}

TEST_F(ClaimTest, OfAClientWithALeaseElsewhere) {
  put(AddressState::kLeased, 100, 1);
  put(AddressState::kHeld, 102, 1);
  EXPECT_EQ(claim(101), "elsewhere");
  EXPECT_EQ(claim(102), "elsewhere");
  EXPECT_EQ(claim(101, 3700), "free") << "its lease is over";
}

TEST_F(ClaimTest, OfAClientWithAReservationElsewhere) {
  put(AddressState::kReserved, 10, 1);
  put(AddressState::kLeased, 100, 1);
  put(AddressState::kLeased, 101, 2);
  EXPECT_EQ(claim(100), "must_move");
  EXPECT_EQ(claim(101), "must_move");
  EXPECT_EQ(claim(102), "must_move");
  EXPECT_EQ(claim(10), "reserved");
}

TEST_F(ClaimTest, OfAClientWhoseReservationAnotherStillUses) {
  put(AddressState::kLeased, 103, 2, 1);
  EXPECT_EQ(claim(100), "free") << "it cannot have its own yet";
  EXPECT_EQ(claim(100, 3700), "must_move");
}

TEST_F(ClaimTest, InABlockThatIsGone) {
  put(AddressState::kLeased, 100, 1);
  put(AddressState::kHeld, 101, 1);
  store::Block gone = scene_.block();
  gone.retired = true;
  gone.dynamic.clear();
  scene_.put(gone);
  EXPECT_EQ(claim(100), "leased");
  EXPECT_EQ(claim(101), "excluded");
  EXPECT_EQ(claim(102), "excluded");
}

TEST_F(ClaimTest, OnALeaseThatEndsWithABlockThatIsGone) {
  put(AddressState::kLeased, 100, 1);
  store::Block gone = scene_.block();
  gone.retired = true;
  gone.dynamic.clear();
  scene_.put(gone);
  EXPECT_EQ(claim(100, 3699), "leased");
  scene_.ask(wire::MessageType4::kDiscover);
  const auto last_moment = at(3699) + base::Millis{1};
  const auto judged =
      scene_.look(last_moment, [](const Scene4& s) { return judge(s, pool_address(100)).claim; });
  EXPECT_EQ(judged, Claim4::kExcluded) << "nobody is promised zero seconds";
}

// What dhcp.md says in rules 3 and 4: g grants, n refuses, - is silent. In pairs: authoritative,
// not.
struct Expected {
  Claim4 claim;
  std::string_view select, reboot, renew, rebind;
};
constexpr Expected kExpected[]{
    {Claim4::kReserved, "gg", "gg", "gg", "gg"},   {Claim4::kLeased, "gg", "gg", "gg", "gg"},
    {Claim4::kHeld, "gg", "gg", "gg", "gg"},       {Claim4::kOffered, "gg", "gg", "gg", "gg"},
    {Claim4::kFree, "gg", "g-", "gg", "gg"},       {Claim4::kElsewhere, "gg", "nn", "gg", "gg"},
    {Claim4::kOthersHeld, "nn", "n-", "nn", "n-"}, {Claim4::kTaken, "nn", "n-", "nn", "n-"},
    {Claim4::kProbation, "nn", "n-", "nn", "n-"},  {Claim4::kExcluded, "nn", "n-", "nn", "n-"},
    {Claim4::kOutside, "nn", "n-", "nn", "n-"},    {Claim4::kMustMove, "nn", "nn", "nn", "nn"},
};

char letter(Verdict4 verdict) {
  return verdict == Verdict4::kGrant ? 'g' : verdict == Verdict4::kNak ? 'n' : '-';
}

TEST(Verdict, IsWhatTheRulesSayForEveryClaimAndState) {
  ASSERT_EQ(std::size(kExpected), kClaims4);
  for (const Expected& row : kExpected) {
    const std::pair<Intent4, std::string_view> cells[]{{Intent4::kSelect, row.select},
                                                       {Intent4::kReboot, row.reboot},
                                                       {Intent4::kRenew, row.renew},
                                                       {Intent4::kRebind, row.rebind}};
    for (const auto& [intent, expected] : cells) {
      const std::string got{letter(verdict(row.claim, intent, true)),
                            letter(verdict(row.claim, intent, false))};
      EXPECT_EQ(got, expected) << kNames[static_cast<std::size_t>(row.claim)] << ' '
                               << text(intent);
    }
  }
}

TEST(Verdict, OfRefusalHasAReason) {
  EXPECT_EQ(refusal(Claim4::kTaken), Reason::kAddressTaken);
  EXPECT_EQ(refusal(Claim4::kElsewhere), Reason::kHasLease);
  EXPECT_EQ(refusal(Claim4::kOthersHeld), Reason::kAddressHeld);
  EXPECT_EQ(refusal(Claim4::kProbation), Reason::kAddressDeclined);
  EXPECT_EQ(refusal(Claim4::kExcluded), Reason::kAddressExcluded);
  EXPECT_EQ(refusal(Claim4::kOutside), Reason::kWrongNetwork);
  EXPECT_EQ(refusal(Claim4::kMustMove), Reason::kHasReservation);
}

}  // namespace
}  // namespace melange::dhcp
