// SPDX-License-Identifier: Apache-2.0
//
// What policies deny, for allocation and leases alike (ipam.md section 3, "Policy"; the numbers are
// the cases of its section 4).
#include "melange/ipam/policy.h"

#include <limits>

#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

std::string slice_of(std::string_view cidr, std::int64_t offset, std::uint64_t length) {
  const auto range = slice(test::prefix(cidr), {1, offset, length});
  return range ? text(*range) : "none";
}

TEST(PolicySlice, Case35_IsLikeThatOfAListOfAddresses) {
  const auto of = [](std::int64_t offset, std::uint64_t length) {
    return slice_of("10.0.0.0/29", offset, length);
  };
  EXPECT_EQ(of(0, 2), "10.0.0.0-10.0.0.1");
  EXPECT_EQ(of(3, 2), "10.0.0.3-10.0.0.4");
  EXPECT_EQ(of(-3, 2), "10.0.0.5-10.0.0.6");
  EXPECT_EQ(of(-3, 3), "10.0.0.5-10.0.0.7");
  EXPECT_EQ(of(-3, 10), "10.0.0.5-10.0.0.7");
  EXPECT_EQ(of(6, 10), "10.0.0.6-10.0.0.7");
  EXPECT_EQ(of(10, 2), "none");
  EXPECT_EQ(of(8, 1), "none");
  EXPECT_EQ(of(0, 0), "none");
  // One that begins before the block ends where it would have.
  EXPECT_EQ(of(-10, 2), "none");
  EXPECT_EQ(of(-10, 4), "10.0.0.0-10.0.0.1");
  EXPECT_EQ(of(-8, 8), "10.0.0.0-10.0.0.7");
}

TEST(PolicySlice, HoldsAtTheEdgesOfItsNumbers) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto all = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(slice_of("10.0.0.0/29", least, all), "10.0.0.0-10.0.0.7");
  EXPECT_EQ(slice_of("10.0.0.0/29", most, all), "none");
  EXPECT_EQ(slice_of("255.255.255.255/32", -1, all), "255.255.255.255");
  EXPECT_EQ(slice_of("2001:db8::/64", least, 1), "2001:db8:0:0:8000::");
  EXPECT_EQ(slice_of("::/0", -1, 5), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(slice_of("::/0", most, all), "::7fff:ffff:ffff:ffff-::1:7fff:ffff:ffff:fffd");
}

class Policies : public IpamTest {
 protected:
  store::Policy put(std::vector<store::PolicyRange> ranges, std::vector<std::uint8_t> octets) {
    policy_.id = store::PolicyId{1};
    policy_.tenant = "acme";
    policy_.ranges = std::move(ranges);
    policy_.octets.clear();
    for (const std::uint8_t octet : octets) policy_.octets.push_back({1, octet});
    test::commit(store_, {store::Put<store::Policy>{policy_}}, now());
    return policy_;
  }
  static void use(store::Block& block) { block.policy = store::PolicyId{1}; }
  std::string hits() {
    std::string out;
    run([&](Draft& draft) -> Verdict<void> {
      for (const auto& key : recompile_policy_blocks(draft, policy_, 2)) {
        out += text(key.address) + ' ';
      }
      return {};
    });
    return out;
  }

  store::Policy policy_;
};

constexpr const char* kDenied = "impossible; address: Block policy does not allow this address";

TEST_F(Policies, Case23_OfARangeAreSteppedOverAndRefused) {
  put({{1, 1, 1}}, {});
  const auto block = add_block("10.0.0.0/29", "net1", use);
  EXPECT_EQ(take_next(block), "10.0.0.2");
  EXPECT_EQ(told(take(block, "10.0.0.1")), kDenied);
}

TEST_F(Policies, Case34_OfOctetsAreSteppedOverAndRefused) {
  put({}, {123, 124});
  const auto block = add_block("10.0.0.0/23", "net1", use);
  for (const char* address : {"10.0.0.123", "10.0.1.123", "10.0.1.124"}) {
    EXPECT_EQ(told(take(block, address)), kDenied);
  }
  ASSERT_EQ(ask([&](Draft& draft) {
              return allocate_several(draft, block, {122, false, {}, {}}, grantee(draft, ""));
            }),
            "ok");
  EXPECT_EQ(take_next(block), "10.0.0.125");
}

TEST_F(Policies, Case33_HoldForIPv6) {
  put({{1, 0, 3}, {2, -1, 1}}, {4});
  const auto block = add_block("2001:db8::/64", "net1", use);
  EXPECT_EQ(take_next(block), "2001:db8::3");
  EXPECT_EQ(take_next(block), "2001:db8::5");
  for (const char* address :
       {"2001:db8::1", "2001:db8::4", "2001:db8::1:4", "2001:db8::ffff:ffff:ffff:ffff"}) {
    EXPECT_EQ(told(take(block, address)), kDenied);
  }
  EXPECT_EQ(told(take(block, "2001:db8::104")), "ok");
}

TEST_F(Policies, HoldForLeasesToo) {
  put({{1, 2, 2}}, {5});
  const auto block = add_block("10.0.0.0/29", "net1", [](store::Block& made) {
    use(made);
    made.pools = test::ranges("10.0.0.0/29");
  });
  EXPECT_EQ(block.dynamic, test::ranges("10.0.0.1, 10.0.0.4-10.0.0.6"));
  EXPECT_TRUE(block.denied_octets.has(5));
  EXPECT_EQ(store_.snapshot()->view().usage(block.id).free, 3u);
}

TEST_F(Policies, RevokeNothingWhenTheyChangeButTellWhatTheyHit) {
  put({}, {});
  const auto block = add_block("10.0.0.0/29", "net1", use);
  for (int i = 0; i < 4; ++i) take_next(block);
  lease(block, "10.0.0.5", 5, 5000);
  EXPECT_EQ(drop(block, "10.0.0.1"), "ok");
  put({{1, 0, 3}}, {5});
  EXPECT_EQ(hits(), "10.0.0.2 10.0.0.5 ");
  EXPECT_NE(state(block, "10.0.0.2"), "");
  EXPECT_EQ(told(take(reread(block), "10.0.0.2")),
            "conflict; address: Address is already allocated");
  EXPECT_EQ(take_next(reread(block)), "10.0.0.6");
  // Hits are told up to a limit.
  put({{1, 0, 7}}, {});
  EXPECT_EQ(hits(), "10.0.0.2 10.0.0.3 ");
}

TEST_F(Policies, Case37_ThatAreDeletedLeaveTheirBlocks) {
  put({{1, 0, 5}}, {5});
  const auto block = add_block("10.0.0.0/29", "net1", use);
  EXPECT_EQ(take_next(block), "10.0.0.6");
  run([&](Draft& draft) -> Verdict<void> {
    detach_policy(draft, policy_.id);
    draft.add(store::Erase<store::Policy>{policy_.id});
    return {};
  });
  EXPECT_TRUE(reread(block).policy.empty());
  EXPECT_EQ(take_next(reread(block)), "10.0.0.1");
  EXPECT_EQ(told(take(reread(block), "10.0.0.5")), "ok");
}

TEST_F(Policies, ThatDenyAllOfABlockLeaveItFull) {
  put({{1, 0, std::numeric_limits<std::uint64_t>::max()}}, {});
  EXPECT_EQ(take_next(add_block("10.0.0.0/8", "net1", use)), "impossible; IpBlock is full");
  std::vector<std::uint8_t> octets;
  for (unsigned octet = 0; octet < 256; ++octet) octets.push_back(static_cast<std::uint8_t>(octet));
  put({}, octets);
  EXPECT_EQ(take_next(add_block("10.0.0.0/8", "net2", use)), "impossible; IpBlock is full");
}

}  // namespace
}  // namespace melange::ipam
