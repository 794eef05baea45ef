// SPDX-License-Identifier: Apache-2.0
//
// The DHCPv4 options that Melange knows, as data: code, name, form. From this table come decoding,
// encoding, text, JSON, the check of the configuration, and the documentation. Names are those of
// the IANA registry in the spelling that operators use ("domain-name-servers").
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/inline.h"
#include "melange/wire/datum.h"

namespace melange::wire {

// The codes that the program itself speaks of; all others are only in the table.
namespace option4 {
inline constexpr std::uint8_t kPad = 0;
inline constexpr std::uint8_t kSubnetMask = 1;
inline constexpr std::uint8_t kRouters = 3;
inline constexpr std::uint8_t kDomainNameServers = 6;
inline constexpr std::uint8_t kHostName = 12;
inline constexpr std::uint8_t kDomainName = 15;
inline constexpr std::uint8_t kInterfaceMtu = 26;
inline constexpr std::uint8_t kBroadcastAddress = 28;
inline constexpr std::uint8_t kStaticRoutes = 33;
inline constexpr std::uint8_t kRequestedAddress = 50;
inline constexpr std::uint8_t kLeaseTime = 51;
inline constexpr std::uint8_t kOverload = 52;
inline constexpr std::uint8_t kMessageType = 53;
inline constexpr std::uint8_t kServerId = 54;
inline constexpr std::uint8_t kParameterRequestList = 55;
inline constexpr std::uint8_t kMessage = 56;
inline constexpr std::uint8_t kMaxMessageSize = 57;
inline constexpr std::uint8_t kRenewalTime = 58;
inline constexpr std::uint8_t kRebindingTime = 59;
inline constexpr std::uint8_t kVendorClass = 60;
inline constexpr std::uint8_t kClientId = 61;
inline constexpr std::uint8_t kTftpServerName = 66;
inline constexpr std::uint8_t kBootFileName = 67;
inline constexpr std::uint8_t kUserClass = 77;
inline constexpr std::uint8_t kRapidCommit = 80;
inline constexpr std::uint8_t kFqdn = 81;
inline constexpr std::uint8_t kRelayAgentInformation = 82;
inline constexpr std::uint8_t kClientSystem = 93;
inline constexpr std::uint8_t kUuid = 97;
inline constexpr std::uint8_t kV6OnlyPreferred = 108;
inline constexpr std::uint8_t kAutoConfigure = 116;
inline constexpr std::uint8_t kClasslessRoutes = 121;
inline constexpr std::uint8_t kVendorClasses = 124;
inline constexpr std::uint8_t kVendorOptions = 125;
inline constexpr std::uint8_t kClasslessRoutesMicrosoft = 249;
inline constexpr std::uint8_t kEnd = 255;
}  // namespace option4

// How an option's octets are read. The comment gives the Datum that stands for them. The data of a
// vendor class is hex ("hex:0a1b" or "0a1b"); that of a sub-option is "hex:0a1b" or, without the
// prefix, the text itself.
enum class Form : std::uint8_t {
  kFlag,            // bool; one octet, 0 or 1
  kU8,              // integer
  kU16,             // integer
  kU32,             // integer
  kI32,             // integer, may be negative (time offset)
  kDuration,        // text "1h30m" or integer seconds; four octets
  kU8List,          // list of integers
  kU16List,         // list of integers
  kAddress,         // text; four octets
  kAddressList,     // list of texts; at least one
  kAddressMasks,    // list of records {address, mask}: option 21
  kAddressRouters,  // list of records {destination, router}: option 33
  kText,            // text, at least one octet, no NUL
  kDomainName,      // text; one name in DNS wire form
  kDomainList,      // list of texts; RFC 1035 names, compressed or not (RFC 3397)
  kRoutes,          // list of records {destination, gateway}: RFC 3442
  kSipServers,      // list of texts, names or addresses: RFC 3361
  kVendorClasses,   // list of records {enterprise, data}: RFC 3925 section 3
  kVendorData,      // the same, data a list of {code, data} where it is one: RFC 3925 section 4
  kTextList,        // list of texts, each behind a length octet (RFC 3004)
  kSubOptions,      // list of records {code, data}: code, length, value, without pads
  kVendorOptions,   // the same with codes from 1 to 254; also as kHex: RFC 2132 section 8.4
  kHex,             // text "hex:0a1b", in configuration also "0a1b": any octets
  kEmpty,           // true: the option is there or it is not (80)
};

// Forms have names where operators define options: "u32", "address-list".
std::string_view text(Form form);
std::optional<Form> parse_form(std::string_view name);
std::span<const std::string_view> form_names();  // in the order of Form

struct OptionSpec4 {
  std::uint8_t code;
  std::string_view name;
  Form form;
  bool configurable = true;  // false: the protocol sets it (53, 54, 51, 82 ...), no operator may
};

// The built-in table. An operator's own definitions are in option_table4.h.
std::span<const OptionSpec4> options4();  // ascending by code
const OptionSpec4* find_option4(std::uint8_t code);
// By name ("routers") or number ("3"). Nothing for an unknown name.
const OptionSpec4* find_option4(std::string_view name);
// What a name or number means: a number without an entry in the table is a code all the same.
std::optional<std::uint8_t> option4_code(std::string_view name_or_number);

// The value of option `code`; an option that is not in the table, or does not have its form, is
// read as kHex. Never fails and never reads outside `octets`. `encode_option4` gives the octets
// back, but for what has more than one spelling: NULs behind a text, host bits of a route,
// compressed names.
Datum decode_option4(std::uint8_t code, base::Bytes octets);
// Nothing if the octets do not have the form that the table gives.
std::optional<Datum> decode(Form form, base::Bytes octets);

// The octets for `datum`, or what is wrong with it ("expects a list of IPv4 addresses, 'x' is
// none"). A code that is not in the table takes kHex. A single value stands for a list of one, and
// a text "hex:0a1b" for any octets, whatever the form.
std::expected<std::vector<std::uint8_t>, std::string> encode_option4(std::uint8_t code,
                                                                     const Datum& datum);

// The key of a block from which option `code` follows ("cidr" for the subnet mask), and which an
// operator sets instead of the option.
std::optional<std::string_view> key_instead_of(std::uint8_t code);

// What option 124 or 125 holds for one vendor. RFC 3925 says that a vendor should occur once: what
// it gives behind these is not looked at.
inline constexpr std::size_t kMostVendorParts = 8;
using VendorParts = base::InlineVector<base::Bytes, kMostVendorParts>;

// The data that `enterprise` (its number at IANA) has in `octets`, the value of option 124 or 125.
// None if a part passes the end, be it another vendor's.
VendorParts enterprise_data(base::Bytes octets, std::uint32_t enterprise);

}  // namespace melange::wire
