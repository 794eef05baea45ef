// SPDX-License-Identifier: Apache-2.0
//
// Forms of option values, each described once: what one element is called, how it is read and how
// it is written. Decoding, encoding and the messages about wrong values come from this table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/wire/datum.h"
#include "melange/wire/options4.h"

namespace melange::wire {

using Octets = std::vector<std::uint8_t>;

// What precedes the digits where octets stand as text.
inline constexpr std::string_view kHexPrefix = "hex:";

// Compressed, a few octets can stand for names of many: what decoding may cost is bounded.
inline constexpr std::size_t kMostNames = 64;

struct Form4 {
  Form form;
  std::string_view name;     // where operators define options
  std::string_view expects;  // "a list of IPv4 addresses"
  std::size_t most;          // elements: 0 if the value is one element and no list
  // Takes one element; nothing if there is none. `whole` is all the option's octets.
  std::optional<Datum> (*read)(base::ByteReader& reader, base::Bytes whole);
  // Appends one element; false, with nothing promised about `out`, if the datum is none.
  bool (*write)(const Datum& datum, Octets& out);
};

const Form4& form4(Form form);

// The form of an option that may have no entry.
Form form_of(const OptionSpec4* spec);
// A code in decimal, without leading zeros, that an option can have.
std::optional<std::uint8_t> parse_option4_code(std::string_view text);

// The value, as kHex where the octets do not have the form.
Datum decode_or_hex(Form form, base::Bytes octets);
// The octets for `datum`, or what is wrong with it.
std::expected<Octets, std::string> encode(Form form, const Datum& datum);

// Elements that are more than a number or a text (form4_elements.cpp).
std::string hex_text(base::Bytes octets);
std::optional<Octets> octets_of_hex(const Datum& datum);
std::optional<Datum> read_masked(base::ByteReader& reader, base::Bytes whole);
bool write_masked(const Datum& datum, Octets& out);
std::optional<Datum> read_routed(base::ByteReader& reader, base::Bytes whole);
bool write_routed(const Datum& datum, Octets& out);
std::optional<Datum> read_route(base::ByteReader& reader, base::Bytes whole);
bool write_route(const Datum& datum, Octets& out);
std::optional<Datum> read_vendor_class(base::ByteReader& reader, base::Bytes whole);
bool write_vendor_class(const Datum& datum, Octets& out);
std::optional<Datum> read_sub_option(base::ByteReader& reader, base::Bytes whole);
bool write_sub_option(const Datum& datum, Octets& out);
std::optional<Datum> read_vendor_data(base::ByteReader& reader, base::Bytes whole);
bool write_vendor_data(const Datum& datum, Octets& out);
std::optional<Datum> read_vendor_option(base::ByteReader& reader, base::Bytes whole);
bool write_vendor_option(const Datum& datum, Octets& out);
// All servers of a SIP option: its first octet says what the others are.
std::optional<Datum> read_sip_servers(base::ByteReader& reader, base::Bytes whole);
bool write_sip_servers(const Datum& datum, Octets& out);

}  // namespace melange::wire
