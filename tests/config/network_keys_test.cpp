// SPDX-License-Identifier: Apache-2.0
//
// What networks, pools and reservations say of their clients, and the example of the manual.
#include <gtest/gtest.h>

#include "answers.h"
#include "melange/base/limits.h"

namespace melange::config {
namespace {

using wire::Identity;
using wire::IdentityKind;

Identity identity(IdentityKind kind, const std::vector<std::uint8_t>& octets) {
  return *Identity::make(kind, octets);
}
Identity mac(std::string_view text) { return Identity::of(*net::Mac::parse(text)); }

// A reservation of 10.0.0.5, whose further keys begin on line 7.
std::string with_reservation(std::string_view keys) {
  return with_block(base::cat("[[network.reservation]]\naddresses = [\"10.0.0.5\"]\n", keys, "\n"));
}
std::string answer_to_reservation(std::string_view keys) {
  return answer_to(with_reservation(keys));
}
std::vector<Identity> identities_of(std::string_view keys) {
  const auto config = parse(with_reservation(keys));
  EXPECT_TRUE(config) << text("toml", config.error());
  if (!config) return {};
  return config->networks.at(0).reservations.at(0).identities();
}

TEST(NetworkKeys, AreRead) {
  const auto config = parse(R"([[network]]
id = "lab"
identity = "circuit-id"
seen_time = "1h"
server_id = "192.0.2.1"
rapid_commit = false
bootp = true
trust_relay_information = true
conflict_check = true
force = ["ntp-servers"]
boot = { server = "192.0.2.2", file = "x" }
[[network.block]]
cidr = "10.0.0.0/24"
force = ["routers"]
boot = { file = "y" }
)");
  ASSERT_TRUE(config) << text("toml", config.error());
  const Network& network = config->networks.at(0);
  EXPECT_EQ(network.identity, IdentityPolicy::kCircuitId);
  EXPECT_EQ(network.seen_time, base::Seconds{3600});
  EXPECT_EQ(network.server_id, net::Ipv4::parse("192.0.2.1"));
  EXPECT_EQ(network.rapid_commit, false);
  EXPECT_TRUE(network.bootp);
  EXPECT_TRUE(network.trust_relay_information);
  EXPECT_EQ(network.conflict_check, true);
  EXPECT_EQ(network.force.codes, std::vector<std::uint8_t>{42});
  EXPECT_EQ(network.boot, (Boot{net::Ipv4::parse("192.0.2.2"), "", "x"}));
  EXPECT_EQ(network.blocks.at(0).force.codes, std::vector<std::uint8_t>{3});
  EXPECT_EQ(network.blocks.at(0).boot.file, "y");
}

TEST(NetworkKeys, AreOmittedForWhatFollows) {
  const auto config = parse(with_block(""));
  ASSERT_TRUE(config);
  const Network& network = config->networks.at(0);
  EXPECT_FALSE(network.rapid_commit || network.conflict_check || network.server_id);
  EXPECT_FALSE(network.bootp || network.trust_relay_information);
  EXPECT_EQ(network.seen_time, base::Seconds{7 * 86400});
}

TEST(NetworkKeys, C5_AreRefusedOutsideTheirRange) {
  const auto answer = [](std::string_view key) {
    return answer_to(base::cat("[[network]]\nid = \"a\"\n", key,
                               "\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n"));
  };
  EXPECT_EQ(answer("server_id = \"0.0.0.0\""), "3: server_id: 0.0.0.0 is no host's address\n");
  EXPECT_EQ(answer("seen_time = \"infinite\"").find("3: seen_time: \"infinite\" is for lease"), 0u);
  EXPECT_EQ(answer("bootp = 1"), "3: bootp: expected true or false, not 1\n");
  EXPECT_EQ(answer("conflict_check = \"arp\""),
            "3: conflict_check: expected true or false, not \"arp\"\n");
}

TEST(Pool, HasARangeAndThingsOfItsOwn) {
  const auto config = parse(base::cat(
      "[[class]]\nname = \"c\"\n", with_block("[[network.block.pool]]\nrange = \"10.0.0.64/28\"\n"
                                              "classes = [\"c\"]\n"
                                              "options = { domain-name = \"x\" }\n"
                                              "force = [\"domain-name\"]\n")));
  ASSERT_TRUE(config) << text("toml", config.error());
  const Pool& pool = config->networks.at(0).blocks.at(0).pool.at(0);
  EXPECT_EQ(pool.line, 7u);
  EXPECT_EQ(pool.range.value, net::Range::parse("10.0.0.64-10.0.0.79"));
  EXPECT_EQ(pool.classes.at(0).value, "c");
  EXPECT_EQ(pool.options, (Options4{{15, {'x'}}}));
  EXPECT_EQ(pool.force.codes, std::vector<std::uint8_t>{15});
  EXPECT_EQ(answer_to_block("[[network.block.pool]]\n"), "5: pool lacks 'range'\n");
}

TEST(Pool, C4_LiesInItsBlockAndApartFromTheOthers) {
  const auto pool = [](std::string_view range) {
    return base::cat("[[network.block.pool]]\nrange = \"", range, "\"\n");
  };
  EXPECT_EQ(answer_to_block(pool("10.0.1.5-10.0.1.9")),
            "6: pool 10.0.1.5-10.0.1.9 lies outside block 10.0.0.0/24\n");
  EXPECT_EQ(answer_to_block(pool("10.0.0.5-10.0.0.9") + pool("10.0.0.9")),
            "8: pool 10.0.0.9 overlaps pool 10.0.0.5-10.0.0.9 of line 6\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.5-10.0.0.9\"]\n" + pool("10.0.0.8-10.0.0.20")),
            "7: pool 10.0.0.8-10.0.0.20 overlaps pool 10.0.0.5-10.0.0.9 of line 5\n");
  EXPECT_EQ(answer_to_block("pools = [\"10.0.0.5-10.0.0.9\"]\n" + pool("10.0.0.10")), "ok");
}

TEST(Reservation, IsForAClientOfAnyKind) {
  EXPECT_EQ(identities_of("mac = \"02:00:00:00:00:01\""), std::vector{mac("020000000001")});
  const std::vector<std::uint8_t> octets{1, 2, 0, 0, 0, 0, 1};
  const std::vector client_id{identity(IdentityKind::kClientId, octets)};
  EXPECT_EQ(identities_of("client_id = \"01:02:00:00:00:00:01\""), client_id);
  EXPECT_EQ(identities_of("client_id = \"01020000000001\""), client_id);
  EXPECT_EQ(identities_of("client_id = \"hex:01020000000001\""), client_id);
  EXPECT_EQ(identities_of("duid = \"00030001\""),
            std::vector{identity(IdentityKind::kDuid, {0, 3, 0, 1})});
  EXPECT_EQ(identities_of("circuit_id = \"ab\""),
            std::vector{identity(IdentityKind::kCircuitId, {'a', 'b'})});
  EXPECT_EQ(identities_of("remote_id = \"hex:0a1b\""),
            std::vector{identity(IdentityKind::kRemoteId, {0x0a, 0x1b})});
}

TEST(Reservation, KnowsOneClientByManyIdentities) {
  EXPECT_EQ(identities_of("remote_id = \"r\"\ncircuit_id = \"c\"\nduid = \"000301\"\n"
                          "client_id = \"0102\"\nmac = [\"02:00:00:00:00:01\", \"020000000002\"]"),
            (std::vector{
                mac("020000000001"), mac("020000000002"), identity(IdentityKind::kClientId, {1, 2}),
                identity(IdentityKind::kDuid, {0, 3, 1}), identity(IdentityKind::kCircuitId, {'c'}),
                identity(IdentityKind::kRemoteId, {'r'})}))
      << "in this order, whatever the file's";
}

TEST(Reservation, RefusesWhatIsNoIdentity) {
  EXPECT_EQ(answer_to_reservation("mac = []"), "7: mac: is empty; write at least one\n");
  EXPECT_EQ(answer_to_reservation("mac = [\"x\"]"),
            "7: mac: expected a MAC address such as \"52:54:00:12:34:56\", not \"x\"\n");
  EXPECT_EQ(answer_to_reservation("client_id = \"01\""),
            "7: client_id: expected 2 to 255 octets in hex, such as \"01:52:54:00:12:34:56\", not "
            "\"01\"\n");
  EXPECT_EQ(answer_to_reservation("client_id = \"vm-7\"").find("7: client_id: expected 2 to"), 0u);
  EXPECT_EQ(answer_to_reservation("duid = \"0003\"").find("7: duid: expected 3 to 130 octets"), 0u);
  EXPECT_EQ(answer_to_reservation("circuit_id = \"\""),
            "7: circuit_id: expected 1 to 255 octets, as text or as \"hex:0a1b\", not \"\"\n");
  EXPECT_EQ(answer_to_reservation("remote_id = \"hex:xx\"").find("7: remote_id: expected 1 to"),
            0u);
  EXPECT_EQ(
      answer_to_reservation("circuit_id = \"eth0*\""),
      "7: circuit_id: \"eth0*\" ends in a star, but a reservation is for one client; write it "
      "in hex if the star is meant\n");
  EXPECT_EQ(answer_to_reservation("circuit_id = \"hex:6574682a\""), "ok");
}

TEST(Reservation, C4_SharesNoIdentityOfAnyKind) {
  EXPECT_EQ(answer_to_reservation("mac = \"020000000001\"\ncircuit_id = \"c\"\n"
                                  "[[network.reservation]]\naddresses = [\"10.0.0.6\"]\n"
                                  "circuit_id = \"c\"\n"),
            "11: reservation for circuit-id 63 is that of line 8 too; give one reservation all of "
            "its addresses\n");
  EXPECT_EQ(answer_to_reservation("remote_id = \"c\"\n"
                                  "[[network.reservation]]\naddresses = [\"10.0.0.6\"]\n"
                                  "circuit_id = \"c\"\n"),
            "ok")
      << "the same octets of another kind are another client";
}

TEST(Reservation, C2_IsNotMoreThanARecordTakes) {
  std::string macs = "mac = [\"020000000000\"";
  for (int i = 1; i < 9; ++i) macs += base::cat(", \"02000000000", i, "\"");
  EXPECT_EQ(answer_to_reservation(macs + "]"), "ok");
  EXPECT_EQ(answer_to_reservation(macs + "]\nduid = \"000301\""),
            "5: reservation: its client has 10 identities; at most 9 are kept\n");
  const auto options = [](std::size_t size) {
    return answer_to_reservation(base::cat(
        "mac = \"020000000001\"\noptions = { \"224\" = \"hex:", std::string(2 * (size - 1000), '0'),
        "\", \"225\" = \"hex:", std::string(2000, '0'), "\" }"));
  };
  EXPECT_EQ(options(base::limits::kAddressOptions - 8), "ok") << "each has four octets more there";
  EXPECT_EQ(options(base::limits::kAddressOptions - 7),
            "5: reservation: its options are longer than 2048 octets\n");
  std::string classes = "mac = \"020000000001\"\nclasses = [\"c\"";
  for (int i = 1; i < 16; ++i) classes += ", \"c\"";
  const std::string_view known = "]\n[[class]]\nname = \"c\"\n";
  EXPECT_EQ(answer_to_reservation(base::cat(classes, known)), "ok");
  EXPECT_EQ(answer_to_reservation(base::cat(classes, ",\n\"c\"", known)),
            "9: classes: are more than 16\n");
}

TEST(Reservation, HasWhatItsClientGets) {
  const auto config = parse(base::cat(
      "[[class]]\nname = \"c\"\n",
      with_reservation("mac = \"020000000001\"\noptions = { root-path = \"/x\" }\n"
                       "force = [\"root-path\"]\nboot = { file = \"f\" }\nclasses = [\"c\"]")));
  ASSERT_TRUE(config) << text("toml", config.error());
  const Reservation& made = config->networks.at(0).reservations.at(0);
  EXPECT_EQ(made.options, (Options4{{17, {'/', 'x'}}}));
  EXPECT_EQ(made.force.codes, std::vector<std::uint8_t>{17});
  EXPECT_EQ(made.boot.file, "f");
  EXPECT_EQ(made.classes.at(0).value, "c");
}

// The manual's example (design.md section 6), without IPv6.
TEST(Example, OfTheDesignIsAccepted) {
  const auto config = parse(R"([store]
path = "/var/lib/melange"

[http]
listen = ["127.0.0.1:9898", "unix:/run/melange/admin.sock"]
tokens = "/etc/melange/tokens.toml"

[log]
level = "info"
format = "text"

[dhcp]
interfaces = ["br0", "tap*"]

[[network]]
id = "lab"
tenant = "default"
interfaces = ["br0"]
relays = ["10.1.0.1"]
identity = "mac"
rapid_commit = true
options = { domain-search = ["lab.example"], ntp-servers = ["192.0.2.123"] }

[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
dns = ["192.168.50.1", "1.1.1.1"]
pools = ["192.168.50.100-192.168.50.199"]
exclude = ["192.168.50.110-192.168.50.119"]
lease_time = "1h"
mtu = 1450
routes = [{ destination = "169.254.169.254/32", gateway = "192.168.50.1" }]
options = { domain-name = "lab.example" }

[[network.reservation]]
mac = "52:54:00:12:34:56"
addresses = ["192.168.50.10"]
hostname = "web1"
options = { boot-file-name = "pxelinux.0" }

[[class]]
name = "ipxe"
match = { user_class = "iPXE" }
boot = { server = "192.168.50.2", file = "http://boot.lab/script.ipxe" }
)");
  ASSERT_TRUE(config) << text("toml", config.error());
  EXPECT_EQ(config->classes.at(0).boot.file, "http://boot.lab/script.ipxe");
  EXPECT_EQ(config->networks.at(0).rapid_commit, true);
  EXPECT_EQ(config->networks.at(0).reservations.at(0).options.count(67), 1u);
}

}  // namespace
}  // namespace melange::config
