// SPDX-License-Identifier: Apache-2.0
//
// Values that are well-formed, but that cannot be served: hostile.md C4, C5, C6.
#include <gtest/gtest.h>

#include "answers.h"

namespace melange::config {
namespace {

std::string answer_to_cidr(std::string_view cidr) {
  return answer_to(
      base::cat("[[network]]\nid = \"lab\"\n[[network.block]]\ncidr = \"", cidr, "\"\n"));
}

std::string answer_to_reserved(std::string_view address) {
  return answer_to_block(
      base::cat("gateway = \"10.0.0.1\"\n[[network.reservation]]\nmac = "
                "\"02:00:00:00:00:01\"\naddresses = [\"",
                address, "\"]\n"));
}

// Two networks with the block 10.0.0.0/24, and `a` and `b` among their keys (lines 3 and 8).
std::string answer_to_two(std::string_view a, std::string_view b) {
  return answer_to(base::cat("[[network]]\nid = \"a\"\n", a,
                             "\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n"
                             "[[network]]\nid = \"b\"\n",
                             b, "\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n"));
}

TEST(Block, C4_KeepsPoolsExclusionsAndGatewayInside) {
  EXPECT_EQ(answer_to_block("pools = [\"10.0.1.5-10.0.1.9\"]\n"),
            "5: pool 10.0.1.5-10.0.1.9 lies outside block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.250-10.0.1.9\"]\n"),
            "5: pool 10.0.0.250-10.0.1.9 lies outside block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block("exclude = [\"10.0.0.0/23\"]\n"),
            "5: exclude 10.0.0.0-10.0.1.255 lies outside block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block("gateway = \"10.0.1.1\"\n"),
            "5: gateway 10.0.1.1 lies outside block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.0/24\"]\n"), "ok") << "the whole block is a pool";
}

TEST(Block, C4_HasNoGatewayAtItsEnds) {
  EXPECT_EQ(answer_to_block("gateway = \"10.0.0.0\"\n"),
            "5: gateway 10.0.0.0 is the network address of 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block("gateway = \"10.0.0.255\"\n"),
            "5: gateway 10.0.0.255 is the broadcast address of 10.0.0.0/24\n");
  EXPECT_EQ(answer_to("[[network]]\nid = \"p2p\"\n[[network.block]]\ncidr = \"10.0.0.0/31\"\n"
                      "gateway = \"10.0.0.0\"\n"),
            "ok")
      << "RFC 3021: a /31 has neither";
}

TEST(Block, C4_HasPoolsThatAreApart) {
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.10-10.0.0.20\",\n\"10.0.0.30\",\n"
                            "\"10.0.0.20-10.0.0.25\"]\n"),
            "7: pool 10.0.0.20-10.0.0.25 overlaps pool 10.0.0.10-10.0.0.20 of line 5\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.20-10.0.0.30\",\n\"10.0.0.10-10.0.0.25\"]\n"),
            "6: pool 10.0.0.10-10.0.0.25 overlaps pool 10.0.0.20-10.0.0.30 of line 5\n")
      << "at the later line, whichever is the lower range";
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.64/26\",\n\"10.0.0.70\",\n\"10.0.0.80\"]\n"),
            "6: pool 10.0.0.70 overlaps pool 10.0.0.64-10.0.0.127 of line 5\n"
            "7: pool 10.0.0.80 overlaps pool 10.0.0.64-10.0.0.127 of line 5\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.10-10.0.0.19\", \"10.0.0.20-10.0.0.29\"]\n"), "ok");
}

TEST(Block, C4_HasRangesInTheirOrder) {
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.20-10.0.0.10\"]\n"),
            "5: pools: range 10.0.0.20-10.0.0.10 is reversed; write 10.0.0.10-10.0.0.20\n");
}

TEST(Block, C4_IsOfAddressesThatHostsCanHave) {
  EXPECT_EQ(answer_to_cidr("0.0.0.0/0"),
            "4: cidr: 0.0.0.0/0 is the whole Internet; write a smaller block\n");
  EXPECT_EQ(answer_to_cidr("0.0.0.0/1"), "4: cidr: 0.0.0.0/1 has addresses of 0.0.0.0/8\n");
  EXPECT_EQ(answer_to_cidr("127.1.0.0/16"),
            "4: cidr: 127.1.0.0/16 has loopback addresses (127.0.0.0/8)\n");
  EXPECT_EQ(answer_to_cidr("239.0.0.0/24"),
            "4: cidr: 239.0.0.0/24 has multicast addresses (224.0.0.0/4)\n");
  EXPECT_EQ(answer_to_cidr("255.255.255.0/24"), "4: cidr: 255.255.255.0/24 has 255.255.255.255\n");
  EXPECT_EQ(answer_to_cidr("10.0.0.0/33").find("4: cidr: expected an IPv4 block"), 0u);
  EXPECT_EQ(answer_to_cidr("10.0.0.1").find("4: cidr: expected an IPv4 block"), 0u);
  EXPECT_EQ(answer_to_cidr("10.0.0.5/32"), "ok");
  EXPECT_EQ(answer_to_cidr("10.0.0.0/8"), "ok");
}

TEST(Block, NamesOnlyAddressesOfHosts) {
  EXPECT_EQ(answer_to_block("dns = [\"0.0.0.0\"]\n"), "5: dns: 0.0.0.0 is no host's address\n");
  EXPECT_EQ(answer_to_block("dns = [\"224.0.0.1\"]\n"),
            "5: dns: 224.0.0.1 is a multicast address\n");
  const auto route_by = [](std::string_view gateway) {
    return answer_to_block(
        base::cat("routes = [{ destination = \"10.8.0.0/16\", gateway = \"", gateway, "\" }]\n"));
  };
  EXPECT_EQ(route_by("127.0.0.1"), "5: gateway: 127.0.0.1 is a loopback address\n");
  EXPECT_EQ(route_by("255.255.255.255"), "5: gateway: 255.255.255.255 is the broadcast address\n");
  EXPECT_EQ(route_by("0.0.0.0"), "ok") << "RFC 3442: on this link";
}

TEST(Block, C5_HasTimesThatAreDurations) {
  const auto answer = [](std::string_view value) {
    return answer_to_block(base::cat("lease_time = ", value, "\n"));
  };
  const std::string what =
      "5: lease_time: expected a duration such as \"1h30m\" (units w d h m s), not ";
  EXPECT_EQ(answer("3600"), what + "3600; write \"3600s\" for seconds\n");
  EXPECT_EQ(answer("-5"), what + "-5\n");
  EXPECT_EQ(answer("\"-5s\""), what + "\"-5s\"\n");
  EXPECT_EQ(answer("\"1h30\""), what + "\"1h30\"\n");
  EXPECT_EQ(answer("\"9223372036854775808s\""), what + "\"9223372036854775808s\"\n");
  EXPECT_EQ(answer("1e40"), what + "a number with a fraction\n");
  EXPECT_EQ(answer("inf"), what + "a number with a fraction\n");
  EXPECT_EQ(answer("true"), what + "true\n");
  EXPECT_EQ(answer("\"0s\""), "5: lease_time: \"0s\" is no time at all; write at least \"1s\"\n");
  EXPECT_EQ(answer("\"4294967295s\""),
            "5: lease_time: \"4294967295s\" is longer than a lease can "
            "be; write \"infinite\"\n");
  EXPECT_EQ(answer("9223372036854775808").substr(0, 3), "5: ") << "2^63: refused by TOML";
  EXPECT_EQ(answer("1e400").substr(0, 3), "5: ");
  for (const std::string_view good :
       {"\"4294967294s\"", "\"2147483648s\"", "\"1s\"", "\"infinite\"", "\"1w2d3h4m5s\""}) {
    EXPECT_EQ(answer(good), "ok") << good;
  }
}

TEST(Block, C5_HasLeaseTimesInOrder) {
  EXPECT_EQ(answer_to_block("min_lease_time = \"2h\"\n"),
            "5: min_lease_time 2h is over lease_time 1h\n");
  EXPECT_EQ(answer_to_block("max_lease_time = \"30m\"\n"),
            "5: lease_time 1h is over max_lease_time 30m\n");
  EXPECT_EQ(answer_to_block("lease_time = \"infinite\"\nmax_lease_time = \"1d\"\n"),
            "6: lease_time infinite is over max_lease_time 1d\n");
  EXPECT_EQ(answer_to_block("min_lease_time = \"1h\"\nmax_lease_time = \"1h\"\n"), "ok");
  EXPECT_EQ(answer_to_block("lease_time = \"x\"\nmin_lease_time = \"2h\"\n").find('\n'),
            answer_to_block("lease_time = \"x\"\nmin_lease_time = \"2h\"\n").size() - 1)
      << "not also held against the default of a lease_time that is wrong itself";
}

TEST(Block, C5_RenewsBeforeItRebindsBeforeTheLeaseEnds) {
  EXPECT_EQ(answer_to_block("renew_time = \"30m\"\nrebind_time = \"20m\"\n"),
            "6: renew_time 30m is not below rebind_time 20m\n");
  EXPECT_EQ(answer_to_block("renew_time = \"30m\"\nrebind_time = \"30m\"\n"),
            "6: renew_time 30m is not below rebind_time 30m\n");
  EXPECT_EQ(answer_to_block("renew_time = \"30m\"\nrebind_time = \"1h\"\n"),
            "6: rebind_time 1h is not below lease_time 1h\n");
  EXPECT_EQ(
      answer_to_block("min_lease_time = \"20m\"\nrenew_time = \"5m\"\nrebind_time = \"25m\"\n"),
      "7: rebind_time 25m is not below min_lease_time 20m\n");
  EXPECT_EQ(answer_to_block("renew_time = \"10m\"\nrebind_time = \"20m\"\n"), "ok");
}

TEST(Block, C5_HoldsAGivenTimeAgainstTheOtherOnesDefault) {
  EXPECT_EQ(answer_to_block("renew_time = \"55m\"\n"),
            "5: renew_time 55m is not below rebind_time (omitted: seven eighths of lease_time) "
            "52m30s\n");
  EXPECT_EQ(answer_to_block("rebind_time = \"30m\"\n"),
            "5: renew_time (omitted: half of lease_time) 30m is not below rebind_time 30m\n");
  EXPECT_EQ(answer_to_block("rebind_time = \"40m\"\n"), "ok");
}

TEST(Block, C5_NeverWaitsForInfinity) {
  EXPECT_EQ(answer_to("[dhcp]\noffer_time = \"infinite\"\n"),
            "2: offer_time: \"infinite\" is for lease times only; write a duration such as "
            "\"1h\"\n");
  EXPECT_EQ(answer_to_block("renew_time = \"infinite\"\n").find("5: renew_time: \"infinite\""), 0u);
}

TEST(Network, C4_HasBlocksThatAreApart) {
  EXPECT_EQ(answer_to_block("[[network.block]]\ncidr = \"10.0.0.128/25\"\n"),
            "6: block 10.0.0.128/25 overlaps block 10.0.0.0/24 of line 4\n");
  EXPECT_EQ(answer_to_block("[[network.block]]\ncidr = \"10.0.0.0/8\"\n"),
            "6: block 10.0.0.0/8 overlaps block 10.0.0.0/24 of line 4\n");
  EXPECT_EQ(answer_to_block("[[network.block]]\ncidr = \"10.0.1.0/24\"\n"), "ok");
}

TEST(Network, HasABlock) {
  EXPECT_EQ(answer_to("[[network]]\nid = \"lab\"\n"),
            "1: network \"lab\" has no block; add [[network.block]] with its cidr\n");
}

TEST(Network, HasAnIdOfItsOwn) {
  EXPECT_EQ(answer_to("[[network]]\nid = \"a\"\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n"
                      "[[network]]\nid = \"a\"\n[[network.block]]\ncidr = \"10.0.1.0/24\"\n"),
            "6: network id \"a\" is that of line 2 too; each needs its own\n");
}

TEST(Network, HasAnIdThatNeedsNoQuoting) {
  const auto answer = [](std::string_view id) {
    return answer_to(
        base::cat("[[network]]\nid = \"", id, "\"\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n"));
  };
  EXPECT_EQ(answer(""), "2: id: is empty\n");
  EXPECT_EQ(answer("a b"),
            "2: id: \"a b\" has a character that is no letter, digit, '.', '_' or '-'\n");
  EXPECT_EQ(answer(std::string(65, 'a')).find("2: id: "), 0u);
  EXPECT_EQ(answer(std::string(64, 'a')), "ok");
  EXPECT_EQ(answer("a\\n").find("2: id: \"a\\x0a\" has a control character"), 0u);
}

TEST(Network, C4_SharesItsAddressesWithAnotherIfItsLinksAreItsOwn) {
  EXPECT_EQ(answer_to_two("interfaces = [\"tap1\"]", "interfaces = [\"tap2\"]"), "ok");
  EXPECT_EQ(answer_to_two("relays = [\"10.1.0.1\"]", "relays = [\"10.2.0.1\"]"), "ok");
  EXPECT_EQ(answer_to_two("interfaces = [\"tap1\"]", ""), "ok");
  EXPECT_EQ(answer_to_two("", ""),
            "10: block 10.0.0.0/24 is also in network \"a\" of line 1, and neither names its "
            "interfaces; name them\n");
}

TEST(Network, C4_SharesNoLinkAndNoRelay) {
  EXPECT_EQ(answer_to_two("interfaces = [\"br0\"]", "interfaces = [\"br1\", \"br0\"]"),
            "6: interface \"br0\" is also in network \"a\" of line 1; leave it in one\n");
  EXPECT_EQ(
      answer_to_two("relays = [\"10.1.0.1\"]\ninterfaces = [\"br0\"]", "relays = [\"10.1.0.1\"]"),
      "7: relay 10.1.0.1 is also in network \"a\" of line 1; leave it in one\n");
}

TEST(Reservation, C4_IsForAHostsAddressOfTheNetwork) {
  EXPECT_EQ(answer_to_reserved("10.0.1.5"),
            "8: reserved address 10.0.1.5 lies outside every block of network \"lab\"\n");
  EXPECT_EQ(answer_to_reserved("9.255.255.255"),
            "8: reserved address 9.255.255.255 lies outside every block of network \"lab\"\n");
  EXPECT_EQ(answer_to_reserved("10.0.0.1"),
            "8: reserved address 10.0.0.1 is the gateway address of block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_reserved("10.0.0.0"),
            "8: reserved address 10.0.0.0 is the network address of block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_reserved("10.0.0.255"),
            "8: reserved address 10.0.0.255 is the broadcast address of block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_reserved("10.0.0.2"), "ok");
}

TEST(Reservation, C4_MayBeAnyAddressOfAPointToPointBlock) {
  for (const std::string_view cidr : {"10.0.0.4/31", "10.0.0.4/32"}) {
    EXPECT_EQ(answer_to(base::cat("[[network]]\nid = \"p2p\"\n[[network.block]]\ncidr = \"", cidr,
                                  "\"\n[[network.reservation]]\nmac = \"020000000001\"\n"
                                  "addresses = [\"10.0.0.4\"]\n")),
              "ok")
        << cidr;
  }
}

TEST(Reservation, C4_SharesNoAddressAndNoMac) {
  EXPECT_EQ(
      answer_to_block("[[network.reservation]]\nmac = \"02:00:00:00:00:01\"\n"
                      "addresses = [\"10.0.0.5\"]\n"
                      "[[network.reservation]]\nmac = \"02-00-00-00-00-01\"\n"
                      "addresses = [\"10.0.0.5\"]\n"),
      "9: reservation for mac 02:00:00:00:00:01 is that of line 6 too; give one reservation all "
      "of its addresses\n"
      "10: reserved address 10.0.0.5 is that of line 7 too\n");
}

TEST(Reservation, HasAUnicastMacAndAHostName) {
  EXPECT_EQ(answer_to_block("[[network.reservation]]\nmac = \"01:00:5e:00:00:01\"\n"
                            "addresses = [\"10.0.0.5\"]\nhostname = \"-web_1\"\n"),
            "6: mac: 01:00:5e:00:00:01 is a multicast address; no interface has it\n"
            "8: hostname: \"-web_1\" is no host name; use letters, digits and inner hyphens (RFC "
            "1123)\n");
  const auto named = [](std::string_view name) {
    return answer_to_block(
        base::cat("[[network.reservation]]\nmac = \"020000000001\"\n"
                  "addresses = [\"10.0.0.5\"]\nhostname = \"",
                  name, "\"\n"));
  };
  EXPECT_EQ(named("3com.example"), "ok");
  EXPECT_EQ(named(std::string(63, 'a')), "ok");
  const std::string labels =
      base::cat(std::string(63, 'a'), '.', std::string(63, 'b'), '.', std::string(63, 'c'), '.');
  EXPECT_EQ(named(labels + std::string(61, 'd')), "ok") << "253 characters";
  EXPECT_NE(named(labels + std::string(62, 'd')), "ok");
  for (const std::string& bad : {std::string(64, 'a'), std::string("a..b"), std::string("a-"),
                                 std::string(""), std::string(127, 'a') + std::string(127, '.')}) {
    EXPECT_NE(named(bad), "ok") << bad;
  }
}

TEST(Reservation, HasAnAddress) {
  EXPECT_EQ(answer_to_block("[[network.reservation]]\nmac = \"020000000001\"\naddresses = []\n"),
            "7: addresses: is empty; write at least one\n");
}

TEST(Interfaces, C6_HaveNamesThatLinuxKnows) {
  const auto answer = [](std::string_view name) {
    return answer_to(base::cat("[dhcp]\ninterfaces = [\"", name, "\"]\n"));
  };
  EXPECT_EQ(answer("../../x"), "2: interfaces: \"../../x\" is no interface name\n");
  EXPECT_EQ(answer("abcdefghijklmnopq"),
            "2: interfaces: \"abcdefghijklmnopq\" is longer than the "
            "15 characters of an interface name\n");
  EXPECT_EQ(answer(""), "2: interfaces: an interface has an empty name\n");
  for (const std::string_view bad : {".", "..", "a/b", "a:1", "a b", "abcdefghijklmnop"})
    EXPECT_NE(answer(bad), "ok");
  for (const std::string_view good : {"abcdefghijklmno", "tap*", "veth?", "br-0.100"}) {
    EXPECT_EQ(answer(good), "ok");
  }
}

TEST(Interfaces, C6_NeedNotExistYet) {
  EXPECT_EQ(answer_to("[dhcp]\ninterfaces = [\"notthereyet\"]\n"), "ok");
}

}  // namespace
}  // namespace melange::config
