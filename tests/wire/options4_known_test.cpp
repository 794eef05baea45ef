// SPDX-License-Identifier: Apache-2.0
//
// The options that dhcp.md section 1 promises, written down a second time: a code, name or form
// that changes in the table breaks configurations, and must break this first.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "form4.h"
#include "melange/base/text.h"
#include "melange/wire/options4.h"

namespace melange::wire {
namespace {

struct Known {
  std::uint8_t code;
  std::string_view name;
  Form form;
};

constexpr std::array kKnown{
    Known{1, "subnet-mask", Form::kAddress},
    Known{2, "time-offset", Form::kI32},
    Known{3, "routers", Form::kAddressList},
    Known{4, "time-servers", Form::kAddressList},
    Known{5, "name-servers", Form::kAddressList},
    Known{6, "domain-name-servers", Form::kAddressList},
    Known{7, "log-servers", Form::kAddressList},
    Known{8, "cookie-servers", Form::kAddressList},
    Known{9, "lpr-servers", Form::kAddressList},
    Known{10, "impress-servers", Form::kAddressList},
    Known{11, "resource-location-servers", Form::kAddressList},
    Known{12, "host-name", Form::kText},
    Known{13, "boot-size", Form::kU16},
    Known{14, "merit-dump", Form::kText},
    Known{15, "domain-name", Form::kText},
    Known{16, "swap-server", Form::kAddress},
    Known{17, "root-path", Form::kText},
    Known{18, "extensions-path", Form::kText},
    Known{19, "ip-forwarding", Form::kFlag},
    Known{20, "non-local-source-routing", Form::kFlag},
    Known{21, "policy-filter", Form::kAddressMasks},
    Known{22, "max-dgram-reassembly", Form::kU16},
    Known{23, "default-ip-ttl", Form::kU8},
    Known{24, "path-mtu-aging-timeout", Form::kDuration},
    Known{25, "path-mtu-plateau-table", Form::kU16List},
    Known{26, "interface-mtu", Form::kU16},
    Known{27, "all-subnets-local", Form::kFlag},
    Known{28, "broadcast-address", Form::kAddress},
    Known{29, "perform-mask-discovery", Form::kFlag},
    Known{30, "mask-supplier", Form::kFlag},
    Known{31, "router-discovery", Form::kFlag},
    Known{32, "router-solicitation-address", Form::kAddress},
    Known{33, "static-routes", Form::kAddressRouters},
    Known{34, "trailer-encapsulation", Form::kFlag},
    Known{35, "arp-cache-timeout", Form::kDuration},
    Known{36, "ieee802-3-encapsulation", Form::kFlag},
    Known{37, "default-tcp-ttl", Form::kU8},
    Known{38, "tcp-keepalive-interval", Form::kDuration},
    Known{39, "tcp-keepalive-garbage", Form::kFlag},
    Known{40, "nis-domain", Form::kText},
    Known{41, "nis-servers", Form::kAddressList},
    Known{42, "ntp-servers", Form::kAddressList},
    Known{43, "vendor-encapsulated-options", Form::kVendorOptions},
    Known{44, "netbios-name-servers", Form::kAddressList},
    Known{45, "netbios-dd-server", Form::kAddressList},
    Known{46, "netbios-node-type", Form::kU8},
    Known{47, "netbios-scope", Form::kText},
    Known{48, "font-servers", Form::kAddressList},
    Known{49, "x-display-manager", Form::kAddressList},
    Known{50, "dhcp-requested-address", Form::kAddress},
    Known{51, "dhcp-lease-time", Form::kDuration},
    Known{52, "dhcp-option-overload", Form::kU8},
    Known{53, "dhcp-message-type", Form::kU8},
    Known{54, "dhcp-server-identifier", Form::kAddress},
    Known{55, "dhcp-parameter-request-list", Form::kU8List},
    Known{56, "dhcp-message", Form::kText},
    Known{57, "dhcp-max-message-size", Form::kU16},
    Known{58, "dhcp-renewal-time", Form::kDuration},
    Known{59, "dhcp-rebinding-time", Form::kDuration},
    Known{60, "vendor-class-identifier", Form::kText},
    Known{61, "dhcp-client-identifier", Form::kHex},
    Known{62, "nwip-domain-name", Form::kText},
    Known{63, "nwip-suboptions", Form::kHex},
    Known{64, "nisplus-domain-name", Form::kText},
    Known{65, "nisplus-servers", Form::kAddressList},
    Known{66, "tftp-server-name", Form::kText},
    Known{67, "boot-file-name", Form::kText},
    Known{68, "mobile-ip-home-agent", Form::kAddressList},
    Known{69, "smtp-server", Form::kAddressList},
    Known{70, "pop-server", Form::kAddressList},
    Known{71, "nntp-server", Form::kAddressList},
    Known{72, "www-server", Form::kAddressList},
    Known{73, "finger-server", Form::kAddressList},
    Known{74, "irc-server", Form::kAddressList},
    Known{75, "streettalk-server", Form::kAddressList},
    Known{76, "streettalk-directory-assistance-server", Form::kAddressList},
    Known{77, "user-class", Form::kTextList},
    Known{78, "slp-directory-agent", Form::kHex},
    Known{79, "slp-service-scope", Form::kHex},
    Known{80, "rapid-commit", Form::kEmpty},
    Known{81, "fqdn", Form::kHex},
    Known{82, "dhcp-agent-options", Form::kSubOptions},
    Known{85, "nds-servers", Form::kAddressList},
    Known{86, "nds-tree-name", Form::kText},
    Known{87, "nds-context", Form::kText},
    Known{88, "bcms-controller-names", Form::kDomainList},
    Known{89, "bcms-controller-address", Form::kAddressList},
    Known{93, "client-system", Form::kU16List},
    Known{94, "client-ndi", Form::kHex},
    Known{97, "uuid-guid", Form::kHex},
    Known{98, "uap-servers", Form::kText},
    Known{99, "geoconf-civic", Form::kHex},
    Known{100, "pcode", Form::kText},
    Known{101, "tcode", Form::kText},
    Known{108, "v6-only-preferred", Form::kDuration},
    Known{112, "netinfo-server-address", Form::kAddressList},
    Known{113, "netinfo-server-tag", Form::kText},
    Known{114, "v4-captive-portal", Form::kText},
    Known{116, "auto-config", Form::kFlag},
    Known{117, "name-service-search", Form::kU16List},
    Known{118, "subnet-selection", Form::kAddress},
    Known{119, "domain-search", Form::kDomainList},
    Known{120, "sip-servers", Form::kSipServers},
    Known{121, "classless-static-routes", Form::kRoutes},
    Known{124, "vivco-suboptions", Form::kVendorClasses},
    Known{125, "vivso-suboptions", Form::kVendorData},
    Known{137, "v4-lost", Form::kDomainName},
    Known{150, "tftp-server-addresses", Form::kAddressList},
    Known{159, "v4-portparams", Form::kHex},
    Known{160, "captive-portal-legacy", Form::kText},
    Known{162, "v4-dnr", Form::kHex},
    Known{175, "etherboot", Form::kHex},
    Known{208, "pxelinux-magic", Form::kHex},
    Known{209, "pxelinux-config-file", Form::kText},
    Known{210, "pxelinux-path-prefix", Form::kText},
    Known{211, "pxelinux-reboot-time", Form::kDuration},
    Known{220, "subnet-allocation", Form::kHex},
    Known{221, "virtual-subnet-selection", Form::kHex},
    Known{249, "classless-static-routes-microsoft", Form::kRoutes},
    Known{252, "wpad-url", Form::kText},
};

Datum str(std::string text) { return {std::move(text)}; }
Datum number(std::int64_t value) { return {value}; }
Datum list(DatumList elements) { return {std::move(elements)}; }
Datum record(DatumRecord fields) { return {std::move(fields)}; }

struct Example {
  Form form;
  Datum typical;
  std::string_view hex;  // of it
  Datum wrong;
};

// One of each form, as an operator would write it.
std::vector<Example> examples() {
  const auto sub_option = [](std::int64_t code) {
    return record({{"code", number(code)}, {"data", str("hex:ab")}});
  };
  const auto vendor = [](Datum data) {
    return list({record({{"enterprise", number(9)}, {"data", std::move(data)}})});
  };
  return {
      {Form::kFlag, {true}, "01", number(1)},
      {Form::kU8, number(64), "40", number(256)},
      {Form::kU16, number(1450), "05aa", number(65536)},
      {Form::kU32, number(70000), "00011170", number(-1)},
      {Form::kI32, number(-3600), "fffff1f0", number(2147483648)},
      {Form::kDuration, str("30m"), "00000708", str("30")},
      {Form::kU8List, list({number(1), number(3)}), "0103", list({number(256)})},
      {Form::kU16List, list({number(68), number(1500)}), "004405dc", list({str("68")})},
      {Form::kAddress, str("192.0.2.1"), "c0000201", str("192.0.2")},
      {Form::kAddressList, list({str("192.0.2.1"), str("192.0.2.2")}), "c0000201c0000202",
       list({str("192.0.2.1"), str("lab")})},
      {Form::kAddressMasks,
       list({record({{"address", str("192.0.2.0")}, {"mask", str("255.255.255.0")}})}),
       "c0000200ffffff00", list({str("192.0.2.0/24")})},
      {Form::kAddressRouters,
       list({record({{"destination", str("192.0.2.5")}, {"router", str("192.0.2.1")}})}),
       "c0000205c0000201", list({record({{"destination", str("192.0.2.5")}})})},
      {Form::kText, str("lab"), "6c6162", number(1)},
      {Form::kDomainName, str("lab.example"), "036c6162076578616d706c6500", str("a..b")},
      {Form::kDomainList, list({str("a"), str("b")}), "016100016200", list({str("a b")})},
      {Form::kRoutes,
       list({record({{"destination", str("10.0.0.0/8")}, {"gateway", str("192.0.2.1")}})}),
       "080ac0000201", list({str("10.0.0.0/8")})},
      {Form::kSipServers, list({str("sip.lab")}), "0003736970036c616200", number(1)},
      {Form::kVendorClasses, vendor(str("hex:ab")), "0000000901ab", vendor(str("x"))},
      {Form::kVendorData, vendor(list({sub_option(1)})), "00000009030101ab", vendor(str("x"))},
      {Form::kTextList, list({str("iPXE")}), "0469505845", list({str("")})},
      {Form::kSubOptions, list({sub_option(1)}), "0101ab", list({sub_option(256)})},
      {Form::kVendorOptions, list({sub_option(1)}), "0101ab", list({sub_option(255)})},
      {Form::kHex, str("hex:ab"), "ab", str("x")},
      {Form::kEmpty, {true}, "", {false}},
  };
}

TEST(KnownOptions, AreThoseOfTheTable) {
  ASSERT_EQ(options4().size(), kKnown.size());
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    EXPECT_EQ(options4()[i].code, kKnown[i].code);
    EXPECT_EQ(options4()[i].name, kKnown[i].name);
    EXPECT_EQ(text(options4()[i].form), text(kKnown[i].form)) << kKnown[i].name;
  }
}

TEST(KnownOptions, AreAllThatDhcpMdNames) {
  std::vector<int> demanded{80,  82,  93,  94,  97,  100, 101, 108, 114, 116, 118, 119, 120,
                            121, 124, 125, 150, 160, 162, 175, 208, 209, 210, 211, 249, 252};
  for (int code = 1; code <= 76; ++code) demanded.push_back(code);  // RFC 2132
  for (const int code : demanded) {
    EXPECT_NE(std::ranges::find(kKnown, code, &Known::code), kKnown.end()) << code;
  }
}

TEST(KnownOptions, AreFoundByNameAndNumber) {
  for (const Known& known : kKnown) {
    const OptionSpec4* spec = find_option4(known.code);
    ASSERT_NE(spec, nullptr) << known.name;
    EXPECT_EQ(spec->name, known.name);
    EXPECT_EQ(find_option4(known.name), spec);
    EXPECT_EQ(find_option4(std::to_string(known.code)), spec);
    EXPECT_EQ(option4_code(known.name), known.code);
    EXPECT_EQ(option4_code(std::to_string(known.code)), known.code);
  }
}

TEST(KnownOptions, TakeATypicalValueAndGiveItBack) {
  const auto all = examples();
  for (const Known& known : kKnown) {
    const auto example = std::ranges::find(all, known.form, &Example::form);
    ASSERT_NE(example, all.end()) << text(known.form);
    const auto octets = encode_option4(known.code, example->typical);
    ASSERT_TRUE(octets.has_value()) << known.name << ' ' << octets.error();
    EXPECT_EQ(base::hex(*octets), example->hex) << known.name;
    EXPECT_EQ(decode_option4(known.code, *octets), example->typical) << known.name;
  }
}

TEST(KnownOptions, RefuseAWrongValueWithTheWordsOfTheirForm) {
  const auto all = examples();
  for (const Known& known : kKnown) {
    const auto example = std::ranges::find(all, known.form, &Example::form);
    ASSERT_NE(example, all.end()) << text(known.form);
    const auto octets = encode_option4(known.code, example->wrong);
    ASSERT_FALSE(octets.has_value()) << known.name;
    EXPECT_TRUE(octets.error().starts_with(base::cat("expects ", form4(known.form).expects, ", '")))
        << known.name << ' ' << octets.error();
    EXPECT_TRUE(octets.error().ends_with("' is none")) << known.name;
  }
}

TEST(Examples, AreThereForEveryForm) {
  const auto all = examples();
  ASSERT_EQ(all.size(), form_names().size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(all[i].form), i);
}

}  // namespace
}  // namespace melange::wire
