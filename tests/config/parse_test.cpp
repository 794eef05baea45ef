// SPDX-License-Identifier: Apache-2.0
//
// Reading: every key into its value, and every mistake named at its line.
#include <gtest/gtest.h>

#include "answers.h"

namespace melange::config {
namespace {

using base::Seconds;

constexpr std::string_view kWhole = R"([store]
path = "/srv/leases"

[log]
level = "debug"
format = "json"

[dhcp]
interfaces = ["br0", "tap*"]
offer_time = "5s"

[[network]]
id = "lab"
tenant = "acme"
interfaces = ["br0"]
relays = ["10.1.0.1"]
identity = "client-id"
authoritative = false
decline_time = "5m"
hold_time = "2d"
options = { domain-search = ["lab.example"], ntp-servers = ["192.0.2.123"] }

[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
dns = ["192.168.50.1", "1.1.1.1"]
pools = ["192.168.50.100-192.168.50.199", "192.168.50.64/28", "192.168.50.9"]
exclude = ["192.168.50.110-192.168.50.119"]
lease_time = "1h"
min_lease_time = "30m"
max_lease_time = "infinite"
renew_time = "10m"
rebind_time = "20m"
mtu = 1450
routes = [{ destination = "169.254.169.254/32", gateway = "192.168.50.1" }]
options = { domain-name = "lab", "224" = "hex:0102" }

[[network.block]]
cidr = "10.9.0.0/16"

[[network.reservation]]
mac = "52:54:00:12:34:56"
addresses = ["192.168.50.10",
             "10.9.0.10"]
hostname = "web1"
)";

net::Range range(std::string_view text) { return *net::Range::parse(text); }

class WholeFile : public testing::Test {
 protected:
  const std::expected<Config, Mistakes> config_ = parse(kWhole);
};

TEST_F(WholeFile, FillsTheServersOwnSections) {
  ASSERT_TRUE(config_) << text("toml", config_.error());
  EXPECT_EQ(config_->store.path, "/srv/leases");
  EXPECT_EQ(config_->log.level, LogLevel::kDebug);
  EXPECT_EQ(config_->log.format, LogFormat::kJson);
  EXPECT_EQ(config_->dhcp.interfaces, (std::vector<std::string>{"br0", "tap*"}));
  EXPECT_EQ(config_->dhcp.offer_time, Seconds{5});
}

TEST_F(WholeFile, FillsTheNetwork) {
  ASSERT_TRUE(config_);
  ASSERT_EQ(config_->networks.size(), 1u);
  const Network& network = config_->networks.front();
  EXPECT_EQ(network.line, 12u);
  EXPECT_EQ(network.id.value, "lab");
  EXPECT_EQ(network.id.line, 13u);
  EXPECT_EQ(network.tenant, "acme");
  EXPECT_EQ(network.interfaces, std::vector<std::string>{"br0"});
  EXPECT_EQ(network.relays, std::vector{net::Ipv4(0x0a010001)});
  EXPECT_EQ(network.identity, IdentityPolicy::kClientId);
  EXPECT_FALSE(network.authoritative);
  EXPECT_EQ(network.decline_time, Seconds{300});
  EXPECT_EQ(network.hold_time, Seconds{2 * 86400});
  const std::vector<std::uint8_t> search{3, 'l', 'a', 'b', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
  EXPECT_EQ(network.options, (Options4{{42, {192, 0, 2, 123}}, {119, search}}));
}

TEST_F(WholeFile, FillsTheBlocksAddresses) {
  ASSERT_TRUE(config_);
  ASSERT_EQ(config_->networks.front().blocks.size(), 2u);
  const Block& block = config_->networks.front().blocks.front();
  EXPECT_EQ(block.line, 23u);
  EXPECT_EQ(block.cidr.value, net::Prefix::parse("192.168.50.0/24"));
  EXPECT_EQ(block.gateway.value, net::Ipv4::parse("192.168.50.1"));
  EXPECT_EQ(block.dns, (std::vector{net::Ipv4(0xc0a83201), net::Ipv4(0x01010101)}));
  EXPECT_EQ(block.pools, (std::vector<At<net::Range>>{{range("192.168.50.100-192.168.50.199")},
                                                      {range("192.168.50.64-192.168.50.79")},
                                                      {range("192.168.50.9-192.168.50.9")}}));
  EXPECT_EQ(block.exclude.at(0).value, range("192.168.50.110-192.168.50.119"));
  EXPECT_EQ(config_->networks.front().blocks.back().cidr.value, net::Prefix::parse("10.9.0.0/16"));
}

TEST_F(WholeFile, FillsTheBlocksTimesAndOptions) {
  ASSERT_TRUE(config_);
  const Block& block = config_->networks.front().blocks.front();
  EXPECT_EQ(block.lease_time.value, Seconds{3600});
  EXPECT_EQ(block.min_lease_time.value, Seconds{1800});
  EXPECT_EQ(block.max_lease_time.value, base::kInfinite);
  EXPECT_EQ(block.renew_time.value, Seconds{600});
  EXPECT_EQ(block.rebind_time.value, Seconds{1200});
  EXPECT_EQ(block.mtu, 1450);
  ASSERT_EQ(block.routes.size(), 1u);
  EXPECT_EQ(block.routes.at(0).destination, net::Prefix::parse("169.254.169.254/32"));
  EXPECT_EQ(block.routes.at(0).gateway, net::Ipv4::parse("192.168.50.1"));
  EXPECT_EQ(block.options, (Options4{{15, {'l', 'a', 'b'}}, {224, {1, 2}}}));
}

TEST_F(WholeFile, FillsTheReservation) {
  ASSERT_TRUE(config_);
  ASSERT_EQ(config_->networks.front().reservations.size(), 1u);
  const Reservation& reservation = config_->networks.front().reservations.front();
  EXPECT_EQ(reservation.identities(),
            std::vector{wire::Identity::of(*net::Mac::parse("52:54:00:12:34:56"))});
  ASSERT_EQ(reservation.addresses.size(), 2u);
  EXPECT_EQ(reservation.addresses.at(1).value, *net::Ipv4::parse("10.9.0.10"));
  EXPECT_EQ(reservation.addresses.at(1).line, 44u) << "each element of a list knows its line";
  EXPECT_EQ(reservation.hostname, "web1");
}

TEST(Parse, LeavesDefaultsWhereTheFileIsSilent) {
  const auto config = parse(with_block(""));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->store.path, "/var/lib/melange");
  const Block& block = config->networks.front().blocks.front();
  EXPECT_EQ(block.lease_time.value, Seconds{3600});
  EXPECT_EQ(block.lease_time.line, 0u);
  EXPECT_FALSE(block.mtu);
}

TEST(Parse, ReportsAllMistakesAtOnceInTheOrderOfTheFile) {
  EXPECT_EQ(answer_to(R"([log]
level = "loud"
[dhcp]
interfaces = ["br0", "../../x", 7]
[[network]]
id = "lab"
identity = "duid"
[[network.block]]
cidr = "10.0.0.0/24"
gateway = "10.0.1.1"
lease_tme = "1h"
pools = ["10.0.0.10-10.0.0.20",
  "10.0.1.5-10.0.1.9"]
[[network.reservation]]
addresses = ["10.0.0.255"]
[store]
path = "melange"
)"),
            "2: level: expected \"trace\" or \"debug\" or \"info\" or \"warn\" or \"error\", not "
            "\"loud\"\n"
            "4: interfaces: \"../../x\" is no interface name\n"
            "4: interfaces: expected a text in quotes, not 7\n"
            "7: identity: expected \"mac\" or \"client-id\" or \"circuit-id\", not \"duid\"\n"
            "10: gateway 10.0.1.1 lies outside block 10.0.0.0/24\n"
            "11: unknown key 'lease_tme'; did you mean 'lease_time'?\n"
            "13: pool 10.0.1.5-10.0.1.9 lies outside block 10.0.0.0/24\n"
            "14: reservation lacks its client: give it mac, client_id, duid, circuit_id or "
            "remote_id\n"
            "15: reserved address 10.0.0.255 is the broadcast address of block 10.0.0.0/24\n"
            "17: path: \"melange\" is not an absolute path; begin it with /\n");
}

TEST(Parse, ReportsTheSameMistakeOnOneLineOnce) {
  EXPECT_EQ(answer_to("[dhcp]\ninterfaces = [1, 1, 1]\n"),
            "2: interfaces: expected a text in quotes, not 1\n");
}

TEST(Parse, WritesOneLineForEachMistakeUnderTheFilesName) {
  EXPECT_EQ(text("a.toml", {{0, "is a directory"}, {3, "x"}}),
            "a.toml: is a directory\na.toml:3: x\n");
}

TEST(Parse, C3_NamesTheNearestKeyForAnUnknownOne) {
  EXPECT_EQ(answer_to("[stor]\n"), "1: unknown key 'stor'; did you mean 'store'?\n");
  EXPECT_EQ(answer_to_block("leasetime = \"1h\"\n"),
            "5: unknown key 'leasetime'; did you mean 'lease_time'?\n");
  EXPECT_EQ(answer_to("[store]\nxyzzy_and_more = 1\n"),
            "2: unknown key 'xyzzy_and_more'; known here are path\n");
  EXPECT_EQ(answer_to_block("[[network.block.routes]]\ndestination = \"10.0.0.0/8\"\ngateway = "
                            "\"10.0.0.1\"\nmetrics = 1\n"),
            "8: unknown key 'metrics'; known here are destination, gateway\n");
}

TEST(Parse, C3_SeesAKeyInTheWrongCase) {
  EXPECT_EQ(answer_to("[store]\nPATH = \"/x\"\n"), "2: unknown key 'PATH'; did you mean 'path'?\n");
  EXPECT_EQ(answer_to("[Log]\n"), "1: unknown key 'Log'; did you mean 'log'?\n");
  EXPECT_EQ(answer_to("[log]\nlevel = \"Info\"\n").substr(0, 10), "2: level: ");
}

TEST(Parse, C3_EscapesAndCutsWhatItQuotes) {
  EXPECT_EQ(answer_to("[store]\n\"\\u001b[2J\" = 1\n"),
            "2: unknown key '\\x1b[2J'; known here are path\n");
  const std::string longest(100000, 'x');
  EXPECT_LT(answer_to(base::cat("[store]\n", longest, " = 1\n")).size(), 200u);
  EXPECT_LT(answer_to(base::cat("[log]\nlevel = \"", longest, "\"\n")).size(), 300u);
}

TEST(Parse, C3_RefusesADuplicateKeyAtItsLine) {
  EXPECT_EQ(answer_to("[store]\npath = \"/a\"\npath = \"/b\"\n").substr(0, 3), "3: ");
  EXPECT_EQ(answer_to("[store]\n[log]\n[store]\n").substr(0, 3), "3: ");
}

TEST(Parse, C3_RefusesAWrongType) {
  EXPECT_EQ(answer_to("store = 5\n"), "1: store: expected a table, not 5\n");
  EXPECT_EQ(answer_to("[[store]]\n"), "1: store: expected a table, not a list\n");
  EXPECT_EQ(answer_to("[network]\n"),
            "1: network: expected a list, not a table; write its header in double brackets, "
            "[[...]]\n");
  EXPECT_EQ(answer_to("[store]\npath = 5\n"), "2: path: expected a text in quotes, not 5\n");
  EXPECT_EQ(answer_to("[log]\nlevel = 1979-05-27\n").substr(0, 10), "2: level: ");
  EXPECT_EQ(answer_to_block("dns = \"10.0.0.1\"\n"),
            "5: dns: expected a list, not \"10.0.0.1\"; put it in brackets\n");
  EXPECT_EQ(answer_to_block("mtu = 1450.5\n"),
            "5: mtu: expected a whole number from 0 to 65535, not a number with a fraction\n");
  EXPECT_EQ(answer_to_block("mtu = 65536\n"),
            "5: mtu: expected a whole number from 0 to 65535, not 65536\n");
  EXPECT_EQ(answer_to_block("mtu = 67\n"), "5: mtu: 67 is below 68, the least of IPv4\n");
  EXPECT_EQ(answer_to_block("gateway = [\"10.0.0.1\"]\n"),
            "5: gateway: expected an IPv4 address such as \"192.0.2.1\", not a list\n");
  EXPECT_EQ(answer_to("[[network]]\nid = \"a\"\nauthoritative = 1\n[[network.block]]\n"
                      "cidr = \"10.0.0.0/24\"\n"),
            "3: authoritative: expected true or false, not 1\n");
}

TEST(Parse, NamesRequiredKeysThatAreMissing) {
  EXPECT_EQ(answer_to("[[network]]\n[[network.block]]\n[[network.reservation]]\n"),
            "1: network lacks 'id'\n"
            "2: block lacks 'cidr'\n"
            "3: reservation lacks 'addresses'\n"
            "3: reservation lacks its client: give it mac, client_id, duid, circuit_id or "
            "remote_id\n");
  EXPECT_EQ(answer_to_block("routes = [{ destination = \"10.0.0.0/8\" }]\n"),
            "5: routes lacks 'gateway'\n");
}

TEST(Parse, SaysThatIpv6IsNotServedYet) {
  EXPECT_EQ(answer_to("[[network]]\nid = \"lab\"\n[[network.block]]\ncidr = \"2001:db8::/64\"\n"),
            "4: cidr: \"2001:db8::/64\" is IPv6, which is not served yet\n");
  EXPECT_EQ(answer_to_block("dns = [\"2001:db8::1\"]\n"),
            "5: dns: \"2001:db8::1\" is IPv6, which is not served yet\n");
}

TEST(Options, AreKnownByNameAndNumber) {
  const auto config =
      parse(with_block("options = { \"6\" = [\"10.0.0.1\"], \"250\" = \"0a0b\" }\n"));
  ASSERT_TRUE(config) << text("toml", config.error());
  EXPECT_EQ(config->networks.front().blocks.front().options,
            (Options4{{6, {10, 0, 0, 1}}, {250, {10, 11}}}));
}

TEST(Options, NameTheNearestForAnUnknownOne) {
  EXPECT_EQ(answer_to_block("options = { domain-nam = \"x\" }\n"),
            "5: unknown option 'domain-nam'; did you mean 'domain-name'?\n");
  EXPECT_EQ(answer_to_block("options = { \"255\" = \"00\" }\n"),
            "5: unknown option '255'; write the number of an option that has no name here\n");
}

TEST(Options, AreRefusedWhereTheServerDecides) {
  EXPECT_EQ(answer_to_block("[network.block.options]\ndhcp-message-type = 5\n\"51\" = 60\n"
                            "subnet-mask = \"255.0.0.0\"\n"),
            "6: option 'dhcp-message-type' is set by the protocol or by clients, not here\n"
            "7: option '51' follows from 'lease_time'; set that\n"
            "8: option 'subnet-mask' follows from 'cidr'; set that\n");
}

TEST(Options, AreRefusedOutsideTheirForm) {
  const auto refused = [](std::string_view value) {
    return answer_to_block(base::cat("options = { ", value, " }\n"));
  };
  EXPECT_EQ(refused("ntp-servers = [\"x\"]").find("5: option 'ntp-servers': "), 0u);
  EXPECT_EQ(refused("domain-name = 1.5"), "5: option 'domain-name': no option has a fraction\n");
  EXPECT_EQ(refused("domain-name = [1979-05-27]"),
            "5: option 'domain-name': no option is a date or time\n");
  EXPECT_EQ(refused("domain-name = \"a\", \"15\" = \"b\""),
            "5: option 15 is given twice, once by name and once by number\n");
  EXPECT_EQ(answer_to_block("options = 5\n"), "5: options: expected { name = value }, not 5\n");
}

}  // namespace
}  // namespace melange::config
