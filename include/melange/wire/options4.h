// SPDX-License-Identifier: Apache-2.0
//
// The DHCPv4 options that Melange knows, as data: code, name, form. From this table come decoding,
// encoding, text, JSON, the check of the configuration, and the documentation. Names are those of
// the IANA registry in the spelling that operators use ("domain-name-servers").
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/wire/datum.h"

namespace melange::wire {

// The codes that the program itself speaks of; all others are only in the table.
namespace option4 {
inline constexpr std::uint8_t kPad = 0;
inline constexpr std::uint8_t kSubnetMask = 1;
inline constexpr std::uint8_t kRouters = 3;
inline constexpr std::uint8_t kDomainNameServers = 6;
inline constexpr std::uint8_t kHostName = 12;
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
inline constexpr std::uint8_t kClientId = 61;
inline constexpr std::uint8_t kRelayAgentInformation = 82;
inline constexpr std::uint8_t kClasslessRoutes = 121;
inline constexpr std::uint8_t kClasslessRoutesMicrosoft = 249;
inline constexpr std::uint8_t kEnd = 255;
}  // namespace option4

// How an option's octets are read. The comment gives the Datum that stands for them.
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
  kVendorClasses,   // list of records {enterprise, data}: RFC 3925 sections 3 and 4
  kTextList,        // list of texts, each behind a length octet (RFC 3004)
  kSubOptions,      // list of records {code, data}: code, length, value, without pads
  kHex,             // text "hex:0a1b", in configuration also "0a1b": any octets
  kEmpty,           // true: the option is there or it is not (80)
};

struct OptionSpec4 {
  std::uint8_t code;
  std::string_view name;
  Form form;
  bool configurable = true;  // false: the protocol sets it (53, 54, 51, 82 ...), no operator may
};

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

}  // namespace melange::wire
