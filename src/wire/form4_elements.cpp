// SPDX-License-Identifier: Apache-2.0
//
// Elements that are records: routes, address pairs, vendors' data, sub-options; and the SIP
// servers, whose first octet decides about the rest (RFC 3361). A record has exactly the keys that
// are shown.
#include <algorithm>
#include <initializer_list>

#include "dns_name.h"
#include "form4.h"
#include "melange/base/text.h"
#include "melange/net/range.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;

constexpr std::uint8_t kSipNames = 0;
constexpr std::uint8_t kSipAddresses = 1;

const Datum* field(const Datum& datum, std::string_view key) {
  const auto* record = std::get_if<DatumRecord>(&datum.value);
  if (record == nullptr) return nullptr;
  const auto found = std::ranges::find(*record, key, &DatumField::key);
  return found == record->end() ? nullptr : &found->value;
}

// True for a record of these keys alone, each once.
bool has_keys(const Datum& datum, std::initializer_list<std::string_view> keys) {
  const auto* record = std::get_if<DatumRecord>(&datum.value);
  const auto is_there = [&](std::string_view key) { return field(datum, key) != nullptr; };
  return record != nullptr && record->size() == keys.size() && std::ranges::all_of(keys, is_there);
}

std::optional<net::Ipv4> address_of(const Datum* datum) {
  const auto* written = datum == nullptr ? nullptr : std::get_if<std::string>(&datum->value);
  return written == nullptr ? std::nullopt : net::Ipv4::parse(*written);
}

std::optional<std::int64_t> number_of(const Datum* datum, std::int64_t highest) {
  const auto* number = datum == nullptr ? nullptr : std::get_if<std::int64_t>(&datum->value);
  if (number == nullptr || *number < 0 || *number > highest) return std::nullopt;
  return *number;
}

void append_u32(Octets& out, std::uint32_t number) {
  for (const std::uint8_t octet : net::Ipv4(number).octets()) out.push_back(octet);
}

Datum text_datum(std::string written) { return {std::move(written)}; }

std::optional<Datum> read_pair(ByteReader& reader, std::string_view first,
                               std::string_view second) {
  const net::Ipv4 a(reader.u32());
  const net::Ipv4 b(reader.u32());
  if (!reader.ok()) return std::nullopt;
  return Datum{DatumRecord{{std::string(first), text_datum(net::text(a))},
                           {std::string(second), text_datum(net::text(b))}}};
}

bool write_pair(const Datum& datum, std::string_view first, std::string_view second, Octets& out) {
  const auto a = address_of(field(datum, first));
  const auto b = address_of(field(datum, second));
  if (!has_keys(datum, {first, second}) || !a || !b) return false;
  append_u32(out, a->value());
  append_u32(out, b->value());
  return true;
}

// RFC 3925: an enterprise number, a length and the data, of which `datum_of` makes what stands for
// it.
template <class DatumOf>
std::optional<Datum> read_vendor(ByteReader& reader, const DatumOf& datum_of) {
  const std::uint32_t enterprise = reader.u32();
  const Bytes data = reader.take(reader.u8());
  if (!reader.ok()) return std::nullopt;
  return Datum{
      DatumRecord{{"enterprise", Datum{std::int64_t{enterprise}}}, {"data", datum_of(data)}}};
}

// RFC 2132 section 8.4: "Codes other than 0 or 255 MAY be redefined by the vendor"; these two are
// the pad and the end there too.
bool is_vendor_code(std::optional<std::int64_t> code) {
  return code && *code != option4::kPad && *code != option4::kEnd;
}

// The data of a sub-option: a text stands for itself. Digits alone are no hex, as they may be meant
// as they are ("10").
std::optional<Octets> octets_of_data(const Datum& datum) {
  const auto* written = std::get_if<std::string>(&datum.value);
  if (written == nullptr || written->starts_with(kHexPrefix)) return octets_of_hex(datum);
  return Octets(written->begin(), written->end());
}

// Appends a length octet and what it counts.
bool append_counted(const std::optional<Octets>& octets, Octets& out) {
  if (!octets || octets->size() > 255) return false;
  out.push_back(static_cast<std::uint8_t>(octets->size()));
  out.insert(out.end(), octets->begin(), octets->end());
  return true;
}

// Appends {enterprise, data}; `octets_of` gives the octets of the data, or nothing.
template <class OctetsOf>
bool write_vendor(const Datum& datum, OctetsOf octets_of, Octets& out) {
  const auto enterprise = number_of(field(datum, "enterprise"), 0xffffffff);
  if (!has_keys(datum, {"enterprise", "data"}) || !enterprise) return false;
  append_u32(out, static_cast<std::uint32_t>(*enterprise));
  return append_counted(octets_of(*field(datum, "data")), out);
}

}  // namespace

std::string hex_text(Bytes octets) { return base::cat(kHexPrefix, base::hex(octets)); }

std::optional<Octets> octets_of_hex(const Datum& datum) {
  const auto* written = std::get_if<std::string>(&datum.value);
  if (written == nullptr) return std::nullopt;
  std::string_view digits = *written;
  if (digits.starts_with(kHexPrefix)) digits.remove_prefix(kHexPrefix.size());
  return base::parse_hex(digits);
}

std::optional<Datum> read_masked(ByteReader& reader, Bytes) {
  return read_pair(reader, "address", "mask");
}
bool write_masked(const Datum& datum, Octets& out) {
  return write_pair(datum, "address", "mask", out);
}

std::optional<Datum> read_routed(ByteReader& reader, Bytes) {
  return read_pair(reader, "destination", "router");
}
bool write_routed(const Datum& datum, Octets& out) {
  return write_pair(datum, "destination", "router", out);
}

std::optional<Datum> read_route(ByteReader& reader, Bytes) {
  // RFC 3442: the mask's width, then only those octets of the destination that it covers.
  const std::uint8_t width = reader.u8();
  std::uint32_t destination = 0;
  unsigned shift = 32;
  for (const std::uint8_t octet : reader.take((width + 7u) / 8)) {
    if (shift == 0) return std::nullopt;
    shift -= 8;
    destination |= std::uint32_t{octet} << shift;
  }
  const net::Ipv4 gateway(reader.u32());
  // RFC 3442: "the DHCP client MUST zero any bits ... where the mask is zero", as make() does.
  const auto prefix = net::Prefix::make(net::Ipv4(destination), width);
  if (!reader.ok() || !prefix) return std::nullopt;
  return Datum{DatumRecord{{"destination", text_datum(net::text(*prefix))},
                           {"gateway", text_datum(net::text(gateway))}}};
}

bool write_route(const Datum& datum, Octets& out) {
  const Datum* destination = field(datum, "destination");
  const auto gateway = address_of(field(datum, "gateway"));
  if (!has_keys(datum, {"destination", "gateway"}) || !gateway) return false;
  const auto* written = std::get_if<std::string>(&destination->value);
  const auto prefix = written == nullptr ? std::nullopt : net::Prefix::parse(*written);
  if (!prefix || prefix->family() != net::Family::kV4) return false;
  out.push_back(static_cast<std::uint8_t>(prefix->length()));
  const auto octets = prefix->network().v4().octets();
  const Bytes significant = Bytes(octets).first((prefix->length() + 7) / 8);
  out.insert(out.end(), significant.begin(), significant.end());
  append_u32(out, gateway->value());
  return true;
}

std::optional<Datum> read_vendor_class(ByteReader& reader, Bytes) {
  return read_vendor(reader, [](Bytes data) { return text_datum(hex_text(data)); });
}

bool write_vendor_class(const Datum& datum, Octets& out) {
  return write_vendor(datum, octets_of_hex, out);
}

std::optional<Datum> read_vendor_data(ByteReader& reader, Bytes) {
  // RFC 3925 section 4 wants sub-options in it, vendors have put anything there.
  return read_vendor(reader, [](Bytes data) { return decode_or_hex(Form::kSubOptions, data); });
}

bool write_vendor_data(const Datum& datum, Octets& out) {
  const auto octets_of = [](const Datum& data) -> std::optional<Octets> {
    if (std::holds_alternative<std::string>(data.value)) return octets_of_hex(data);
    auto octets = encode(Form::kSubOptions, data);
    return octets ? std::optional(std::move(*octets)) : std::nullopt;
  };
  return write_vendor(datum, octets_of, out);
}

std::optional<Datum> read_sub_option(ByteReader& reader, Bytes) {
  const std::uint8_t code = reader.u8();
  const Bytes data = reader.take(reader.u8());
  if (!reader.ok()) return std::nullopt;
  return Datum{
      DatumRecord{{"code", Datum{std::int64_t{code}}}, {"data", text_datum(hex_text(data))}}};
}

bool write_sub_option(const Datum& datum, Octets& out) {
  const auto code = number_of(field(datum, "code"), 255);
  if (!has_keys(datum, {"code", "data"}) || !code) return false;
  out.push_back(static_cast<std::uint8_t>(*code));
  return append_counted(octets_of_data(*field(datum, "data")), out);
}

std::optional<Datum> read_vendor_option(ByteReader& reader, Bytes whole) {
  auto datum = read_sub_option(reader, whole);
  return datum && is_vendor_code(number_of(field(*datum, "code"), 255)) ? datum : std::nullopt;
}

bool write_vendor_option(const Datum& datum, Octets& out) {
  return is_vendor_code(number_of(field(datum, "code"), 255)) && write_sub_option(datum, out);
}

std::optional<Datum> read_sip_servers(ByteReader& reader, Bytes whole) {
  const std::uint8_t encoding = reader.u8();
  if (!reader.ok() || encoding > kSipAddresses) return std::nullopt;
  DatumList servers;
  while (!reader.empty() && servers.size() < kMostNames) {
    if (encoding == kSipAddresses) {
      servers.push_back(text_datum(net::text(net::Ipv4(reader.u32()))));
    } else {
      auto name = read_name(reader, whole);
      // A name that reads like an address would be written as one.
      if (!name || net::Ipv4::parse(*name)) return std::nullopt;
      servers.push_back(text_datum(std::move(*name)));
    }
  }
  if (!reader.finished() || servers.empty()) return std::nullopt;
  return Datum{std::move(servers)};
}

bool write_sip_servers(const Datum& datum, Octets& out) {
  const auto* list = std::get_if<DatumList>(&datum.value);
  const DatumList servers = list != nullptr ? *list : DatumList{datum};
  if (servers.empty() || servers.size() > kMostNames) return false;
  const bool addresses = address_of(&servers.front()).has_value();
  out.push_back(addresses ? kSipAddresses : kSipNames);
  // RFC 3361 section 3: names or addresses, never both in one option.
  return std::ranges::all_of(servers, [&](const Datum& server) {
    const auto address = address_of(&server);
    if (address.has_value() != addresses) return false;
    if (address) return append_u32(out, address->value()), true;
    const auto* name = std::get_if<std::string>(&server.value);
    return name != nullptr && write_name(*name, out);
  });
}

}  // namespace melange::wire
