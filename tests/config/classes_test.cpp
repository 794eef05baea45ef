// SPDX-License-Identifier: Apache-2.0
//
// Client classes and what they are matched by, netboot, forced options, the operator's own options.
#include <gtest/gtest.h>

#include "answers.h"

namespace melange::config {
namespace {

using base::Seconds;
using Octets = std::vector<std::uint8_t>;

OctetPattern whole(std::string_view text) { return {{text.begin(), text.end()}, false}; }
OctetPattern beginning(std::string_view text) { return {{text.begin(), text.end()}, true}; }

// One class, whose further keys begin on line 3.
std::string with_class(std::string_view keys) {
  return base::cat("[[class]]\nname = \"c\"\n", keys, "\n");
}
std::string answer_to_class(std::string_view keys) { return answer_to(with_class(keys)); }
std::string answer_to_match(std::string_view conditions) {
  return answer_to_class(base::cat("match = { ", conditions, " }"));
}

Match match_of(std::string_view conditions) {
  const auto config = parse(with_class(base::cat("match = { ", conditions, " }")));
  EXPECT_TRUE(config) << text("toml", config.error());
  return config ? config->classes.at(0).match : Match{};
}

TEST(Class, IsReadWhole) {
  const auto config = parse(with_class(R"(match = { user_class = "iPXE" }
ignore = true
lease_time = "10m"
min_lease_time = "5m"
max_lease_time = "infinite"
options = { domain-name = "x" }
force = ["root-path", "domain-name", 15]
boot = { server = "192.168.50.2", server_name = "boot", file = "http://boot.lab/script.ipxe" })"));
  ASSERT_TRUE(config) << text("toml", config.error());
  const Class& made = config->classes.at(0);
  EXPECT_EQ(made.line, 1u);
  EXPECT_EQ(made.name.value, "c");
  EXPECT_EQ(made.match.user_class, std::vector{whole("iPXE")});
  EXPECT_TRUE(made.ignore);
  EXPECT_EQ(made.lease_time, Seconds{600});
  EXPECT_EQ(made.min_lease_time, Seconds{300});
  EXPECT_EQ(made.max_lease_time, base::kInfinite);
  EXPECT_EQ(made.options, (Options4{{15, {'x'}}}));
  EXPECT_EQ(made.force.codes, (Octets{15, 17}));
  EXPECT_EQ(made.boot,
            (Boot{net::Ipv4::parse("192.168.50.2"), "boot", "http://boot.lab/script.ipxe"}));
}

TEST(Class, NeedsNoConditionIfReservationsNameIt) {
  const auto config = parse("[[class]]\nname = \"c\"\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->classes.at(0).match, Match{});
}

TEST(Class, HasANameOfItsOwn) {
  EXPECT_EQ(answer_to("[[class]]\n"), "1: class lacks 'name'\n");
  EXPECT_EQ(answer_to("[[class]]\nname = \"a b\"\n"),
            "2: name: \"a b\" has a character that is no letter, digit, '.', '_' or '-'\n");
  EXPECT_EQ(
      answer_to("[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n[[class]]\nname = \"a\"\n"),
      "6: class \"a\" is that of line 2 too; each needs its own\n");
}

TEST(Class, C5_HasAllOfItsLeaseTimesOrNone) {
  EXPECT_EQ(answer_to_class("lease_time = \"1h\"\nmin_lease_time = \"2h\""),
            "1: class \"c\": min_lease_time 2h is over lease_time 1h\n");
  EXPECT_EQ(answer_to_class("lease_time = \"1h\"\nmax_lease_time = \"30m\""),
            "1: class \"c\": lease_time 1h is over max_lease_time 30m\n");
  EXPECT_EQ(answer_to_class("min_lease_time = \"1h\"\nmax_lease_time = \"2h\""),
            "1: class \"c\": min_lease_time needs a lease_time beside it\n");
  EXPECT_EQ(answer_to_class("max_lease_time = \"1h\""),
            "1: class \"c\": max_lease_time needs a lease_time beside it\n");
  EXPECT_EQ(answer_to_class("lease_time = \"1h\"\nmin_lease_time = \"30m\""), "ok");
}

TEST(Class, C2_AreNotManyMoreThanAPacketCanBeHeldAgainst) {
  std::string toml;
  for (int i = 0; i < 256; ++i) toml += base::cat("[[class]]\nname = \"c", i, "\"\n");
  EXPECT_EQ(answer_to(toml), "ok");
  EXPECT_EQ(answer_to(toml + "[[class]]\nname = \"x\"\n"),
            "513: more than 256 classes; each packet is held against all\n");
}

TEST(Class, C3_IsKnownWhereItIsNamed) {
  const auto answer = [](std::string_view keys) {
    return answer_to(
        base::cat("[[class]]\nname = \"ipxe\"\n[[network]]\nid = \"lab\"\n"
                  "[[network.block]]\ncidr = \"10.0.0.0/24\"\n",
                  keys));
  };
  EXPECT_EQ(answer("classes = [\"ipxe\",\n\"ipxee\"]\n"),
            "8: unknown class 'ipxee'; did you mean 'ipxe'?\n");
  EXPECT_EQ(answer("[[network.block.pool]]\nrange = \"10.0.0.5\"\nclasses = [\"vm\"]\n"),
            "9: unknown class 'vm'; add a [[class]] of that name\n");
  EXPECT_EQ(answer("[[network.reservation]]\nmac = \"020000000001\"\naddresses = [\"10.0.0.5\"]\n"
                   "classes = [\"IPXE\"]\n"),
            "10: unknown class 'IPXE'; did you mean 'ipxe'?\n");
  EXPECT_EQ(answer("classes = [\"ipxe\"]\n"), "ok");
}

TEST(Match, TakesOneValueForAList) {
  EXPECT_EQ(match_of(R"(user_class = "iPXE")"), match_of(R"(user_class = ["iPXE"])"));
  EXPECT_EQ(match_of("arch = 7"), match_of("arch = [7]"));
  EXPECT_EQ(match_of(R"(relay = "10.0.0.1")"), match_of(R"(relay = ["10.0.0.1/32"])"));
  EXPECT_EQ(match_of(R"(has_option = "user-class")"), match_of("has_option = [77]"));
  EXPECT_EQ(match_of("vendor_enterprise = 311").vendor_enterprise, std::vector<std::uint32_t>{311});
}

TEST(Match, RefusesAnEmptyList) {
  for (const std::string_view key :
       {"vendor_class", "vendor_enterprise", "user_class", "arch", "uuid", "mac", "relay",
        "circuit_id", "remote_id", "subscriber_id", "relay_id", "has_option"}) {
    EXPECT_EQ(answer_to_match(base::cat(key, " = []")),
              base::cat("3: ", key, ": is empty; write at least one\n"));
  }
}

TEST(Match, ReadsTextHexAndBeginnings) {
  const Match match =
      match_of(R"(user_class = ["iPXE", "hex:0a1b", "MSFT*", "hex:00ff*"], circuit_id = "eth0/*", )"
               R"(remote_id = "*", subscriber_id = "s", relay_id = "r")");
  EXPECT_EQ(match.user_class,
            (std::vector<OctetPattern>{
                whole("iPXE"), {{0x0a, 0x1b}, false}, beginning("MSFT"), {{0x00, 0xff}, true}}));
  EXPECT_EQ(match.circuit_id, std::vector{beginning("eth0/")});
  EXPECT_EQ(match.remote_id, std::vector{beginning("")}) << "any, as long as there is one";
  EXPECT_EQ(match.subscriber_id, std::vector{whole("s")});
  EXPECT_EQ(match.relay_id, std::vector{whole("r")});
}

TEST(Match, TakesAVendorClassForItsBeginning) {
  const std::vector<OctetPattern> expected{beginning("PXEClient"), beginning("HTTPClient")};
  EXPECT_EQ(match_of(R"(vendor_class = ["PXEClient", "HTTPClient*"])").vendor_class, expected);
}

TEST(Match, RefusesTextsThatAreNone) {
  EXPECT_EQ(answer_to_match("user_class = \"\""),
            "3: user_class: is empty; leave it out, or write \"*\" for any\n");
  EXPECT_EQ(answer_to_match("user_class = \"hex:0a1\""),
            "3: user_class: expected at most 255 octets, as text or as \"hex:0a1b\", not "
            "\"hex:0a1\"\n");
  EXPECT_EQ(answer_to_match("user_class = 5"), "3: user_class: expected a text in quotes, not 5\n");
  EXPECT_EQ(answer_to_match("circuit_id = \"a\\u0007\""),
            "3: circuit_id: \"a\\x07\" has a control character\n");
  EXPECT_EQ(answer_to_match(base::cat("relay_id = \"", std::string(255, 'x'), "\"")), "ok");
  EXPECT_NE(answer_to_match(base::cat("relay_id = \"", std::string(256, 'x'), "\"")), "ok");
}

TEST(Match, ReadsMacsAndTheirFirstOctets) {
  const Match match =
      match_of(R"(mac = ["52:54:00:12:34:56", "52:54:00:*", "02-00-*", "0200*", "06*"])");
  EXPECT_EQ(match.mac, (std::vector<OctetPattern>{{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}, false},
                                                  {{0x52, 0x54, 0x00}, true},
                                                  {{0x02, 0x00}, true},
                                                  {{0x02, 0x00}, true},
                                                  {{0x06}, true}}));
  for (const std::string_view bad :
       {"52:54:00", "52:54:0*", "*", "52:54::*", "x", "01:02:03:04:05:06:07*"}) {
    EXPECT_EQ(answer_to_match(base::cat("mac = \"", bad, "\"")),
              base::cat("3: mac: expected a MAC address or its first octets and a star, "
                        "\"52:54:00:*\", not \"",
                        bad, "\"\n"));
  }
}

TEST(Match, ReadsUuids) {
  const Match match =
      match_of(R"(uuid = ["00112233-4455-6677-8899-aabbccddeeff", "00112233-4455*"])");
  EXPECT_EQ(match.uuid,
            (std::vector<OctetPattern>{{{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
                                         0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
                                        false},
                                       {{0x00, 0x11, 0x22, 0x33, 0x44, 0x55}, true}}));
  EXPECT_EQ(answer_to_match("uuid = \"00112233\"").find("3: uuid: expected a UUID such as "), 0u);
  EXPECT_NE(answer_to_match("uuid = \"00112233-4455-6677-8899-aabbccddeeff00*\""), "ok");
}

TEST(Match, ReadsArchitecturesByNameAndNumber) {
  EXPECT_EQ(match_of(R"(arch = ["efi-x64", 11, "0", 7])").arch,
            (std::vector<std::uint16_t>{0, 7, 9, 11}))
      << "x64 firmware sends 7 or 9";
  EXPECT_EQ(answer_to_match("arch = \"efi-x46\""),
            "3: arch: unknown architecture 'efi-x46'; did you mean 'efi-x64'?\n");
  EXPECT_EQ(answer_to_match("arch = \"toaster\""),
            "3: arch: unknown architecture 'toaster'; write the number of one that has no name "
            "here\n");
  EXPECT_EQ(answer_to_match("arch = 65536"),
            "3: arch: expected a name such as \"efi-x64\", or a number, not 65536\n");
}

TEST(Match, ReadsRelaysAndWhetherAClientIsKnown) {
  const Match match = match_of(R"(relay = ["10.1.0.1", "10.2.0.0/16"], known = false)");
  EXPECT_EQ(match.relay,
            (std::vector{*net::Prefix::parse("10.1.0.1/32"), *net::Prefix::parse("10.2.0.0/16")}));
  EXPECT_EQ(match.known, false);
  EXPECT_EQ(answer_to_match("relay = \"2001:db8::1\""),
            "3: relay: \"2001:db8::1\" is IPv6, which is not served yet\n");
}

TEST(Match, AsksForOptionsThatOnlyClientsSend) {
  EXPECT_EQ(match_of(R"(has_option = ["dhcp-agent-options", 93, "user-class"])").has_option.codes,
            (Octets{77, 82, 93}));
  EXPECT_EQ(answer_to_match("has_option = \"user-clas\""),
            "3: has_option: unknown option 'user-clas'; did you mean 'user-class'?\n");
  EXPECT_EQ(answer_to_match("has_option = 255"),
            "3: has_option: unknown option '255'; write the number of an option that has no name "
            "here\n");
  EXPECT_EQ(answer_to_match("has_option = true"),
            "3: has_option: expected the name or number of an option, not true\n");
}

TEST(Match, C3_NamesTheNearestConditionForAnUnknownOne) {
  EXPECT_EQ(answer_to_match("vendor_clas = \"x\""),
            "3: unknown key 'vendor_clas'; did you mean 'vendor_class'?\n");
}

TEST(Boot, FitsTheFixedFieldsAndOptions) {
  const auto answer = [](std::string_view keys) {
    return answer_to_class(base::cat("boot = { ", keys, " }"));
  };
  const auto file = [&](std::size_t size) {
    return answer(base::cat("file = \"", std::string(size, 'f'), "\""));
  };
  const auto name = [&](std::size_t size) {
    return answer(base::cat("server_name = \"", std::string(size, 's'), "\""));
  };
  EXPECT_EQ(file(255), "ok");
  EXPECT_EQ(name(63), "ok");
  EXPECT_EQ(file(256).substr(0, 12), "3: file: \"ff");
  EXPECT_NE(file(256).find(" is longer than 255 octets\n"), std::string::npos);
  EXPECT_NE(name(64).find("3: server_name: \"ss"), std::string::npos);
  EXPECT_EQ(answer("file = \"\""), "3: file: is empty; leave it out\n");
  EXPECT_EQ(answer("file = \"a\\u0000\""), "3: file: \"a\\x00\" has a control character\n");
  EXPECT_EQ(answer("server = \"224.0.0.1\""), "3: server: 224.0.0.1 is a multicast address\n");
  EXPECT_EQ(answer("next = \"x\""),
            "3: unknown key 'next'; known here are server, server_name, file\n");
  EXPECT_EQ(answer_to_class("boot = { file = \"x\" }\noptions = { boot-file-name = \"y\" }"), "ok");
}

TEST(Force, IsRefusedWhereOptionsAre) {
  EXPECT_EQ(answer_to("[dhcp]\nforce = [\"dhcp-message-type\", 51, \"routrs\", \"224\"]\n"),
            "2: force: option '51' follows from 'lease_time'; set that\n"
            "2: force: option 'dhcp-message-type' is set by the protocol or by clients, not here\n"
            "2: force: unknown option 'routrs'; did you mean 'routers'?\n");
}

TEST(Dhcp, HasOptionsAndNetbootForAllNetworks) {
  const auto config = parse(R"([dhcp]
conflict_wait_ms = 100
options = { domain-name = "x" }
force = "domain-name"
boot = { file = "a" }
)");
  ASSERT_TRUE(config) << text("toml", config.error());
  EXPECT_EQ(config->dhcp.conflict_wait, 100u);
  EXPECT_EQ(config->dhcp.options, (Options4{{15, {'x'}}}));
  EXPECT_EQ(config->dhcp.force.codes, Octets{15});
  EXPECT_EQ(config->dhcp.boot.file, "a");
}

TEST(Dhcp, C5_WaitsForAnAnswerNeitherTooShortNorTooLong) {
  EXPECT_EQ(answer_to("[dhcp]\nconflict_wait_ms = 99\n"),
            "2: conflict_wait_ms: 99 is not within 100 and 5000\n");
  EXPECT_EQ(answer_to("[dhcp]\nconflict_wait_ms = 5001\n"),
            "2: conflict_wait_ms: 5001 is not within 100 and 5000\n");
  EXPECT_EQ(answer_to("[dhcp]\nconflict_wait_ms = 5000\n"), "ok");
}

constexpr std::string_view kSiteId = "[[option]]\ncode = 230\nname = \"site-id\"\nform = \"u32\"\n";

TEST(OptionDefinition, IsKnownInTheWholeFileWhereverItStands) {
  const auto config =
      parse(base::cat("[dhcp]\noptions = { site-id = 7 }\nforce = [\"site-id\"]\n"
                      "[[class]]\nname = \"c\"\nmatch = { has_option = \"site-id\" }\n",
                      kSiteId));
  ASSERT_TRUE(config) << text("toml", config.error());
  EXPECT_EQ(config->dhcp.options, (Options4{{230, {0, 0, 0, 7}}}));
  EXPECT_EQ(config->dhcp.force.codes, Octets{230});
  EXPECT_EQ(config->classes.at(0).match.has_option.codes, Octets{230});
  EXPECT_EQ(text(option_table(*config)), "230 site-id u32");
}

TEST(OptionDefinition, GivesItsFormToTheNumberToo) {
  EXPECT_EQ(answer_to(base::cat(kSiteId, "[dhcp]\noptions = { \"230\" = \"x\" }\n"))
                .find("6: option '230': "),
            0u);
  EXPECT_EQ(answer_to(base::cat(kSiteId, "[dhcp]\noptions = { site-ids = 7 }\n")),
            "6: unknown option 'site-ids'; did you mean 'site-id'?\n");
}

TEST(OptionDefinition, IsRefusedWhereItIsNone) {
  const auto answer = [](std::string_view code, std::string_view name, std::string_view form) {
    return answer_to(
        base::cat("[[option]]\ncode = ", code, "\nname = \"", name, "\"\nform = \"", form, "\"\n"));
  };
  EXPECT_EQ(answer("230", "site-id", "u32"), "ok");
  EXPECT_EQ(answer("255", "site-id", "u32"), "2: code: 255 is not within 1 and 254\n");
  EXPECT_EQ(answer("486", "site-id", "u32"), "2: code: 486 is not within 1 and 254\n");
  EXPECT_EQ(answer("230", "site-id", "u31"), "4: form: unknown form 'u31'; did you mean 'u32'?\n");
  EXPECT_EQ(answer("230", "site-id", "quaternion-of-floats")
                .find("4: form: unknown form 'quaternion-of-floats'; known are flag, "),
            0u);
  EXPECT_EQ(answer("3", "site-id", "u32").find("3: option 3 is built in as 'routers'"), 0u);
  EXPECT_EQ(answer("230", "routers", "u32").find("3: 'routers' is the built-in option 3"), 0u);
  EXPECT_EQ(answer("230", "Site", "u32").find("3: 'Site' is no name for an option"), 0u);
  EXPECT_EQ(answer_to(base::cat(kSiteId, "[[option]]\ncode = 230\nname = \"x\"\nform = \"u8\"\n"))
                .find("7: option 230 is already defined as 'site-id'"),
            0u);
  EXPECT_EQ(answer_to("[[option]]\n"),
            "1: option lacks 'code'\n1: option lacks 'form'\n1: option lacks 'name'\n");
}

TEST(Options, NeverHaveNothingInThem) {
  for (const std::string_view nothing :
       {"\"230\" = \"hex:\"", "\"230\" = \"\"", "domain-name = \"hex:\""}) {
    const std::string answer = answer_to(base::cat("[dhcp]\noptions = { ", nothing, " }\n"));
    EXPECT_NE(answer.find("has no octets; leave it out, or write some\n"), std::string::npos)
        << answer;
  }
}

}  // namespace
}  // namespace melange::config
