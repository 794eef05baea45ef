// SPDX-License-Identifier: Apache-2.0
//
// The table of DHCPv4 options: RFC 2132, and those of the IANA registry that servers are asked for.
// Names are IANA's, in the spelling that operators know from other servers.
#include "melange/wire/options4.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "form4.h"

namespace melange::wire {
namespace {

// Not for operators: the protocol or another configuration key sets it, or clients alone send it.
constexpr bool kProtocol = false;

constexpr std::array kOptions{
    OptionSpec4{1, "subnet-mask", Form::kAddress},
    OptionSpec4{2, "time-offset", Form::kI32},
    OptionSpec4{3, "routers", Form::kAddressList},
    OptionSpec4{4, "time-servers", Form::kAddressList},
    OptionSpec4{5, "name-servers", Form::kAddressList},
    OptionSpec4{6, "domain-name-servers", Form::kAddressList},
    OptionSpec4{7, "log-servers", Form::kAddressList},
    OptionSpec4{8, "cookie-servers", Form::kAddressList},
    OptionSpec4{9, "lpr-servers", Form::kAddressList},
    OptionSpec4{10, "impress-servers", Form::kAddressList},
    OptionSpec4{11, "resource-location-servers", Form::kAddressList},
    OptionSpec4{12, "host-name", Form::kText},
    OptionSpec4{13, "boot-size", Form::kU16},
    OptionSpec4{14, "merit-dump", Form::kText},
    OptionSpec4{15, "domain-name", Form::kText},
    OptionSpec4{16, "swap-server", Form::kAddress},
    OptionSpec4{17, "root-path", Form::kText},
    OptionSpec4{18, "extensions-path", Form::kText},
    OptionSpec4{19, "ip-forwarding", Form::kFlag},
    OptionSpec4{20, "non-local-source-routing", Form::kFlag},
    OptionSpec4{21, "policy-filter", Form::kAddressMasks},
    OptionSpec4{22, "max-dgram-reassembly", Form::kU16},
    OptionSpec4{23, "default-ip-ttl", Form::kU8},
    OptionSpec4{24, "path-mtu-aging-timeout", Form::kDuration},
    OptionSpec4{25, "path-mtu-plateau-table", Form::kU16List},
    OptionSpec4{26, "interface-mtu", Form::kU16},
    OptionSpec4{27, "all-subnets-local", Form::kFlag},
    OptionSpec4{28, "broadcast-address", Form::kAddress},
    OptionSpec4{29, "perform-mask-discovery", Form::kFlag},
    OptionSpec4{30, "mask-supplier", Form::kFlag},
    OptionSpec4{31, "router-discovery", Form::kFlag},
    OptionSpec4{32, "router-solicitation-address", Form::kAddress},
    OptionSpec4{33, "static-routes", Form::kAddressRouters},
    OptionSpec4{34, "trailer-encapsulation", Form::kFlag},
    OptionSpec4{35, "arp-cache-timeout", Form::kDuration},
    OptionSpec4{36, "ieee802-3-encapsulation", Form::kFlag},
    OptionSpec4{37, "default-tcp-ttl", Form::kU8},
    OptionSpec4{38, "tcp-keepalive-interval", Form::kDuration},
    OptionSpec4{39, "tcp-keepalive-garbage", Form::kFlag},
    OptionSpec4{40, "nis-domain", Form::kText},
    OptionSpec4{41, "nis-servers", Form::kAddressList},
    OptionSpec4{42, "ntp-servers", Form::kAddressList},
    OptionSpec4{43, "vendor-encapsulated-options", Form::kVendorOptions},
    OptionSpec4{44, "netbios-name-servers", Form::kAddressList},
    OptionSpec4{45, "netbios-dd-server", Form::kAddressList},
    OptionSpec4{46, "netbios-node-type", Form::kU8},
    OptionSpec4{47, "netbios-scope", Form::kText},
    OptionSpec4{48, "font-servers", Form::kAddressList},
    OptionSpec4{49, "x-display-manager", Form::kAddressList},
    OptionSpec4{50, "dhcp-requested-address", Form::kAddress, kProtocol},
    OptionSpec4{51, "dhcp-lease-time", Form::kDuration, kProtocol},
    OptionSpec4{52, "dhcp-option-overload", Form::kU8, kProtocol},
    OptionSpec4{53, "dhcp-message-type", Form::kU8, kProtocol},
    OptionSpec4{54, "dhcp-server-identifier", Form::kAddress, kProtocol},
    OptionSpec4{55, "dhcp-parameter-request-list", Form::kU8List, kProtocol},
    OptionSpec4{56, "dhcp-message", Form::kText, kProtocol},
    OptionSpec4{57, "dhcp-max-message-size", Form::kU16, kProtocol},
    OptionSpec4{58, "dhcp-renewal-time", Form::kDuration, kProtocol},
    OptionSpec4{59, "dhcp-rebinding-time", Form::kDuration, kProtocol},
    OptionSpec4{60, "vendor-class-identifier", Form::kText},
    OptionSpec4{61, "dhcp-client-identifier", Form::kHex, kProtocol},
    OptionSpec4{62, "nwip-domain-name", Form::kText},
    OptionSpec4{63, "nwip-suboptions", Form::kHex},
    OptionSpec4{64, "nisplus-domain-name", Form::kText},
    OptionSpec4{65, "nisplus-servers", Form::kAddressList},
    OptionSpec4{66, "tftp-server-name", Form::kText},
    OptionSpec4{67, "boot-file-name", Form::kText},
    OptionSpec4{68, "mobile-ip-home-agent", Form::kAddressList},
    OptionSpec4{69, "smtp-server", Form::kAddressList},
    OptionSpec4{70, "pop-server", Form::kAddressList},
    OptionSpec4{71, "nntp-server", Form::kAddressList},
    OptionSpec4{72, "www-server", Form::kAddressList},
    OptionSpec4{73, "finger-server", Form::kAddressList},
    OptionSpec4{74, "irc-server", Form::kAddressList},
    OptionSpec4{75, "streettalk-server", Form::kAddressList},
    OptionSpec4{76, "streettalk-directory-assistance-server", Form::kAddressList},
    OptionSpec4{77, "user-class", Form::kTextList, kProtocol},
    OptionSpec4{78, "slp-directory-agent", Form::kHex},
    OptionSpec4{79, "slp-service-scope", Form::kHex},
    OptionSpec4{80, "rapid-commit", Form::kEmpty, kProtocol},
    OptionSpec4{81, "fqdn", Form::kHex, kProtocol},
    OptionSpec4{82, "dhcp-agent-options", Form::kSubOptions, kProtocol},
    OptionSpec4{85, "nds-servers", Form::kAddressList},
    OptionSpec4{86, "nds-tree-name", Form::kText},
    OptionSpec4{87, "nds-context", Form::kText},
    OptionSpec4{88, "bcms-controller-names", Form::kDomainList},
    OptionSpec4{89, "bcms-controller-address", Form::kAddressList},
    OptionSpec4{93, "client-system", Form::kU16List, kProtocol},
    OptionSpec4{94, "client-ndi", Form::kHex, kProtocol},
    OptionSpec4{97, "uuid-guid", Form::kHex, kProtocol},
    OptionSpec4{98, "uap-servers", Form::kText},
    OptionSpec4{99, "geoconf-civic", Form::kHex},
    OptionSpec4{100, "pcode", Form::kText},
    OptionSpec4{101, "tcode", Form::kText},
    OptionSpec4{108, "v6-only-preferred", Form::kDuration},
    OptionSpec4{112, "netinfo-server-address", Form::kAddressList},
    OptionSpec4{113, "netinfo-server-tag", Form::kText},
    OptionSpec4{114, "v4-captive-portal", Form::kText},
    OptionSpec4{116, "auto-config", Form::kFlag},
    OptionSpec4{117, "name-service-search", Form::kU16List},
    OptionSpec4{118, "subnet-selection", Form::kAddress, kProtocol},
    OptionSpec4{119, "domain-search", Form::kDomainList},
    OptionSpec4{120, "sip-servers", Form::kSipServers},
    OptionSpec4{121, "classless-static-routes", Form::kRoutes},
    OptionSpec4{124, "vivco-suboptions", Form::kVendorClasses},
    OptionSpec4{125, "vivso-suboptions", Form::kVendorData},
    OptionSpec4{137, "v4-lost", Form::kDomainName},
    OptionSpec4{150, "tftp-server-addresses", Form::kAddressList},
    OptionSpec4{159, "v4-portparams", Form::kHex},
    OptionSpec4{160, "captive-portal-legacy", Form::kText},
    OptionSpec4{162, "v4-dnr", Form::kHex},
    OptionSpec4{175, "etherboot", Form::kHex},
    OptionSpec4{208, "pxelinux-magic", Form::kHex},
    OptionSpec4{209, "pxelinux-config-file", Form::kText},
    OptionSpec4{210, "pxelinux-path-prefix", Form::kText},
    OptionSpec4{211, "pxelinux-reboot-time", Form::kDuration},
    OptionSpec4{220, "subnet-allocation", Form::kHex},
    OptionSpec4{221, "virtual-subnet-selection", Form::kHex},
    OptionSpec4{249, "classless-static-routes-microsoft", Form::kRoutes},
    OptionSpec4{252, "wpad-url", Form::kText},
};

consteval bool ascending() {
  return std::ranges::adjacent_find(kOptions, std::ranges::greater_equal{}, &OptionSpec4::code) ==
         kOptions.end();
}

consteval bool unique_names() {
  auto names = std::array<std::string_view, kOptions.size()>{};
  std::ranges::transform(kOptions, names.begin(), &OptionSpec4::name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}
static_assert(ascending() && unique_names());
static_assert(kOptions.front().code > option4::kPad && kOptions.back().code < option4::kEnd);

// Options that follow from a field of the block.
struct Instead {
  std::uint8_t code;
  std::string_view key;
};
constexpr std::array kInstead{
    Instead{option4::kSubnetMask, "cidr"},
    Instead{option4::kLeaseTime, "lease_time"},
    Instead{option4::kRenewalTime, "renew_time"},
    Instead{option4::kRebindingTime, "rebind_time"},
};

}  // namespace

std::optional<std::uint8_t> parse_option4_code(std::string_view text) {
  std::uint8_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0') ||
      code == option4::kEnd) {
    return std::nullopt;
  }
  return code;
}

Form form_of(const OptionSpec4* spec) { return spec == nullptr ? Form::kHex : spec->form; }

std::span<const OptionSpec4> options4() { return kOptions; }

const OptionSpec4* find_option4(std::uint8_t code) {
  const auto found = std::ranges::lower_bound(kOptions, code, {}, &OptionSpec4::code);
  return found != kOptions.end() && found->code == code ? &*found : nullptr;
}

const OptionSpec4* find_option4(std::string_view name) {
  const auto found = std::ranges::find(kOptions, name, &OptionSpec4::name);
  if (found != kOptions.end()) return &*found;
  const auto code = parse_option4_code(name);
  return code ? find_option4(*code) : nullptr;
}

std::optional<std::uint8_t> option4_code(std::string_view name_or_number) {
  if (const OptionSpec4* spec = find_option4(name_or_number)) return spec->code;
  return parse_option4_code(name_or_number);
}

Datum decode_option4(std::uint8_t code, base::Bytes octets) {
  return decode_or_hex(form_of(find_option4(code)), octets);
}

std::expected<std::vector<std::uint8_t>, std::string> encode_option4(std::uint8_t code,
                                                                     const Datum& datum) {
  return encode(form_of(find_option4(code)), datum);
}

std::optional<std::string_view> key_instead_of(std::uint8_t code) {
  const auto found = std::ranges::find(kInstead, code, &Instead::code);
  return found == kInstead.end() ? std::nullopt : std::optional(found->key);
}

VendorParts enterprise_data(base::Bytes octets, std::uint32_t enterprise) {
  VendorParts parts;
  base::ByteReader reader(octets);
  while (!reader.empty()) {
    const std::uint32_t vendor = reader.u32();
    const base::Bytes data = reader.take(reader.u8());
    if (!reader.ok()) return {};
    if (vendor == enterprise && !parts.full()) parts.push_back(data);
  }
  return parts;
}

}  // namespace melange::wire
