// SPDX-License-Identifier: Apache-2.0
#include "melange/io/host_links.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>

#include "melange/base/text.h"
#include "net_namespace.h"
#include "wire_tap.h"

namespace melange::io {
namespace {

using test::run;

HostAddress address(std::string_view cidr) {
  const auto at = net::Ipv4::parse(cidr.substr(0, cidr.find('/')));
  return {at.value(), net::Prefix::parse(cidr).value()};
}

class HostLinksTest : public testing::Test {
 protected:
  const HostLink* find(std::string_view name) const {
    const auto links = host_->links();
    const auto at = std::ranges::find(links, name, &HostLink::name);
    return at == links.end() ? nullptr : &*at;
  }
  // The kernel tells before the command ends; nothing needs to be waited for.
  bool refresh() {
    const auto changed = host_->refresh();
    return changed.value();
  }

  test::NetNamespace space_;
  test::Inside inside_{space_};
  base::Result<HostLinks> host_ = HostLinks::open();
};

TEST_F(HostLinksTest, ReadsWhatIsThereWhenItIsOpened) {
  run("ip link add v0 mtu 1400 address 02:00:00:00:00:07 type veth peer name v1");
  run("ip link set v0 up; ip addr add 192.0.2.1/24 dev v0");
  const auto host = HostLinks::open();
  ASSERT_TRUE(host);
  ASSERT_EQ(host->links().size(), 3u);
  EXPECT_EQ(host->links()[0].name, "lo");
  EXPECT_FALSE(host->links()[0].ethernet);
  const HostLink expected{.ifindex = test::ifindex_of("v0"),
                          .name = "v0",
                          .mac = net::Mac::parse("02:00:00:00:00:07").value(),
                          .mtu = 1400,
                          .up = true,
                          .ethernet = true,
                          .addresses = {address("192.0.2.1/24")}};
  EXPECT_EQ(*std::ranges::find(host->links(), "v0", &HostLink::name), expected);
}

TEST_F(HostLinksTest, SaysNothingChangedWhenNothingDid) {
  EXPECT_FALSE(refresh());
  EXPECT_FALSE(test::wait_readable(host_->descriptor(), base::Millis(0)));
}

TEST_F(HostLinksTest, SeesALinkAppearGoUpAndGo) {
  run("ip link add v0 type veth peer name v1");
  EXPECT_TRUE(test::wait_readable(host_->descriptor()));
  EXPECT_TRUE(refresh());
  ASSERT_NE(find("v0"), nullptr);
  EXPECT_FALSE(find("v0")->up);
  run("ip link set v0 up");
  EXPECT_TRUE(refresh());
  EXPECT_TRUE(find("v0")->up);
  run("ip link del v0");
  EXPECT_TRUE(refresh());
  EXPECT_EQ(find("v0"), nullptr);
  EXPECT_EQ(find("v1"), nullptr);
}

TEST_F(HostLinksTest, IsUpWithoutACarrier) {
  run("ip link add v0 type veth peer name v1; ip link set v0 up");  // v1 is down
  EXPECT_TRUE(refresh());
  EXPECT_TRUE(find("v0")->up);
}

TEST_F(HostLinksTest, FollowsARenamedLink) {
  run("ip link add v0 type veth peer name v1");
  refresh();
  const int ifindex = find("v0")->ifindex;
  run("ip link set v0 name tap7");
  EXPECT_TRUE(refresh());
  EXPECT_EQ(find("v0"), nullptr);
  ASSERT_NE(find("tap7"), nullptr);
  EXPECT_EQ(find("tap7")->ifindex, ifindex);
}

TEST_F(HostLinksTest, X3_SeesALinkThatIsRecreatedUnderItsNameAsAnother) {
  run("ip link add v0 type veth peer name v1");
  refresh();
  const int first = find("v0")->ifindex;
  run("ip link del v0; ip link add v0 type veth peer name v1");
  EXPECT_TRUE(refresh());
  ASSERT_NE(find("v0"), nullptr);
  EXPECT_NE(find("v0")->ifindex, first);
  EXPECT_TRUE(std::ranges::is_sorted(host_->links(), {}, &HostLink::ifindex));
}

TEST_F(HostLinksTest, X4_SeesAnAddressComeAndGo) {
  run("ip link add v0 type veth peer name v1; ip addr add 192.0.2.1/24 dev v0");
  EXPECT_TRUE(refresh());
  EXPECT_EQ(find("v0")->addresses, std::vector{address("192.0.2.1/24")});
  run("ip addr del 192.0.2.1/24 dev v0; ip addr add 198.51.100.9/25 dev v0");
  EXPECT_TRUE(refresh());
  EXPECT_EQ(find("v0")->addresses, std::vector{address("198.51.100.9/25")});
  run("ip addr flush dev v0");
  EXPECT_TRUE(refresh());
  EXPECT_TRUE(find("v0")->addresses.empty());
}

TEST_F(HostLinksTest, KeepsPrimaryAddressesBeforeSecondaryOnes) {
  run("ip link add v0 type veth peer name v1; ip addr add 192.0.2.1/24 dev v0;"
      "ip addr add 192.0.2.2/24 dev v0; ip addr add 198.51.100.1/24 dev v0");
  refresh();
  const std::vector expected{address("192.0.2.1/24"), address("198.51.100.1/24"),
                             address("192.0.2.2/24")};
  EXPECT_EQ(find("v0")->addresses, expected);
}

TEST_F(HostLinksTest, GivesTheOwnAddressOfAPointToPointLink) {
  run("ip link add v0 type veth peer name v1; ip addr add 192.0.2.1 peer 192.0.2.9/32 dev v0");
  refresh();
  EXPECT_EQ(find("v0")->addresses, std::vector{address("192.0.2.1/32")});
}

TEST_F(HostLinksTest, KeepsALinkThatLeavesItsBridge) {
  run("ip link add br0 type bridge; ip link add v0 type veth peer name v1;"
      "ip link set v0 master br0; ip addr add 192.0.2.1/24 dev v0");
  refresh();
  run("ip link set v0 nomaster");
  refresh();
  ASSERT_NE(find("v0"), nullptr);
  EXPECT_EQ(find("v0")->addresses, std::vector{address("192.0.2.1/24")});
}

TEST_F(HostLinksTest, ReadsEverythingAgainAfterAnOverrun) {
  run("ip link add v0 type veth peer name v1");
  refresh();
  const int tiny = 1;
  ASSERT_EQ(setsockopt(host_->descriptor(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny), 0);
  run("for i in 1 2 3 4 5 6 7 8; do ip link set v0 mtu 14$i$i; ip addr add 192.0.2.$i/24 dev v0;"
      " done; ip link set v1 name last");
  EXPECT_TRUE(refresh());
  EXPECT_EQ(find("v0")->mtu, 1488u);
  EXPECT_EQ(find("v0")->addresses.size(), 8u);
  EXPECT_NE(find("last"), nullptr);
  EXPECT_FALSE(refresh());
}

TEST_F(HostLinksTest, MatchesAFreshReadingAfterManyChanges) {
  run("for i in $(seq 60); do ip link add a$i type veth peer name b$i; "
      "ip addr add 10.0.$i.1/24 dev a$i; done; for i in $(seq 1 2 60); do ip link del a$i; done");
  EXPECT_TRUE(refresh());
  const auto fresh = HostLinks::open();
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->links().size(), 61u);
  EXPECT_TRUE(std::ranges::equal(host_->links(), fresh->links()));
}

}  // namespace
}  // namespace melange::io
