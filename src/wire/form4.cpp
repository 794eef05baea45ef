// SPDX-License-Identifier: Apache-2.0
//
// The forms, and what is the same for all of them: one element or a list, octets left over, values
// that are too long. Records and SIP servers are in form4_elements.cpp.
#include "form4.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dns_name.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/wire/dhcp4.h"
#include "text_octets.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;

// No message holds a longer value, so none is worth storing.
constexpr std::size_t kIpAndUdpHeaders = 28;
constexpr std::size_t kLongestValue = base::limits::kReplySize - kIpAndUdpHeaders - kHeaderSize4;
constexpr std::size_t kMostElements = base::limits::kJoinedOptions;

std::optional<Datum> if_ok(const ByteReader& reader, Datum datum) {
  return reader.ok() ? std::optional(std::move(datum)) : std::nullopt;
}

void append_number(std::int64_t number, std::size_t size, Octets& out) {
  for (std::size_t shift = 8 * size; shift > 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
  }
}

std::optional<Datum> read_flag(ByteReader& reader, Bytes) {
  const std::uint8_t octet = reader.u8();
  return octet > 1 ? std::nullopt : if_ok(reader, Datum{octet == 1});
}

bool write_flag(const Datum& datum, Octets& out) {
  const auto* flag = std::get_if<bool>(&datum.value);
  if (flag != nullptr) out.push_back(*flag ? 1 : 0);
  return flag != nullptr;
}

template <class Number>
std::optional<Datum> read_number(ByteReader& reader, Bytes) {
  std::uint32_t number = 0;
  for (const std::uint8_t octet : reader.take(sizeof(Number))) number = number << 8 | octet;
  return if_ok(reader, Datum{std::int64_t{static_cast<Number>(number)}});
}

template <class Number>
bool write_number(const Datum& datum, Octets& out) {
  const auto* number = std::get_if<std::int64_t>(&datum.value);
  if (number == nullptr || !std::in_range<Number>(*number)) return false;
  append_number(*number, sizeof(Number), out);
  return true;
}

std::optional<Datum> read_duration(ByteReader& reader, Bytes) {
  const base::Seconds seconds{reader.u32()};
  return if_ok(reader, Datum{base::text(seconds)});
}

bool write_duration(const Datum& datum, Octets& out) {
  const auto* written = std::get_if<std::string>(&datum.value);
  if (written == nullptr) return write_number<std::uint32_t>(datum, out);
  const auto seconds = base::parse_duration(*written);
  if (seconds) append_number(seconds->count(), 4, out);
  return seconds.has_value();
}

std::optional<Datum> read_address(ByteReader& reader, Bytes) {
  const net::Ipv4 address(reader.u32());
  return if_ok(reader, Datum{net::text(address)});
}

bool write_address(const Datum& datum, Octets& out) {
  const auto* written = std::get_if<std::string>(&datum.value);
  const auto address = written == nullptr ? std::nullopt : net::Ipv4::parse(*written);
  if (address) append_number(address->value(), 4, out);
  return address.has_value();
}

bool is_text(std::string_view text) {
  return !text.empty() && text.find('\0') == std::string_view::npos;
}

std::optional<Datum> read_text(ByteReader& reader, Bytes) {
  const std::string_view text = text_without_nuls(reader.take_rest());
  // Octets that spell "hex:" must not be taken for digits when they are written again.
  if (!is_text(text) || text.starts_with(kHexPrefix)) return std::nullopt;
  return Datum{std::string(text)};
}

bool write_text(const Datum& datum, Octets& out) {
  const auto* text = std::get_if<std::string>(&datum.value);
  if (text == nullptr || !is_text(*text)) return false;
  out.insert(out.end(), text->begin(), text->end());
  return true;
}

std::optional<Datum> read_domain_name(ByteReader& reader, Bytes whole) {
  auto name = read_name(reader, whole);
  return name ? std::optional(Datum{std::move(*name)}) : std::nullopt;
}

bool write_domain_name(const Datum& datum, Octets& out) {
  const auto* name = std::get_if<std::string>(&datum.value);
  return name != nullptr && write_name(*name, out);
}

// RFC 3004 section 4: each class is at least one octet long.
std::optional<Datum> read_counted_text(ByteReader& reader, Bytes) {
  const std::string_view text = base::text_of(reader.take(reader.u8()));
  return is_text(text) ? std::optional(Datum{std::string(text)}) : std::nullopt;
}

bool write_counted_text(const Datum& datum, Octets& out) {
  const auto* text = std::get_if<std::string>(&datum.value);
  if (text == nullptr || text->size() > 255) return false;
  out.push_back(static_cast<std::uint8_t>(text->size()));
  return write_text(datum, out);
}

std::optional<Datum> read_hex(ByteReader& reader, Bytes) {
  return Datum{hex_text(reader.take_rest())};
}

bool write_hex(const Datum& datum, Octets& out) {
  const auto octets = octets_of_hex(datum);
  if (octets) out.insert(out.end(), octets->begin(), octets->end());
  return octets.has_value();
}

std::optional<Datum> read_nothing(ByteReader&, Bytes) { return Datum{true}; }

bool write_nothing(const Datum& datum, Octets&) { return datum == Datum{true}; }

constexpr std::array kForms{
    Form4{Form::kFlag, "flag", "true or false", 0, read_flag, write_flag},
    Form4{Form::kU8, "u8", "an integer from 0 to 255", 0, read_number<std::uint8_t>,
          write_number<std::uint8_t>},
    Form4{Form::kU16, "u16", "an integer from 0 to 65535", 0, read_number<std::uint16_t>,
          write_number<std::uint16_t>},
    Form4{Form::kU32, "u32", "an integer from 0 to 4294967295", 0, read_number<std::uint32_t>,
          write_number<std::uint32_t>},
    Form4{Form::kI32, "i32", "an integer from -2147483648 to 2147483647", 0,
          read_number<std::int32_t>, write_number<std::int32_t>},
    Form4{Form::kDuration, "duration", "a duration such as \"1h30m\"", 0, read_duration,
          write_duration},
    Form4{Form::kU8List, "u8-list", "a list of integers from 0 to 255", kMostElements,
          read_number<std::uint8_t>, write_number<std::uint8_t>},
    Form4{Form::kU16List, "u16-list", "a list of integers from 0 to 65535", kMostElements,
          read_number<std::uint16_t>, write_number<std::uint16_t>},
    Form4{Form::kAddress, "address", "an IPv4 address", 0, read_address, write_address},
    Form4{Form::kAddressList, "address-list", "a list of IPv4 addresses", kMostElements,
          read_address, write_address},
    Form4{Form::kAddressMasks, "address-mask-list", "a list of {address, mask}", kMostElements,
          read_masked, write_masked},
    Form4{Form::kAddressRouters, "address-router-list", "a list of {destination, router}",
          kMostElements, read_routed, write_routed},
    Form4{Form::kText, "text", "a text without NUL", 0, read_text, write_text},
    Form4{Form::kDomainName, "domain-name", "a domain name", 0, read_domain_name,
          write_domain_name},
    Form4{Form::kDomainList, "domain-list", "a list of at most 64 domain names", kMostNames,
          read_domain_name, write_domain_name},
    Form4{Form::kRoutes, "route-list", "a list of {destination, gateway}", kMostElements,
          read_route, write_route},
    Form4{Form::kSipServers, "sip-servers",
          "a list of at most 64 domain names or of IPv4 addresses", 0, read_sip_servers,
          write_sip_servers},
    Form4{Form::kVendorClasses, "vendor-class-list", "a list of {enterprise, data}, data in hex",
          kMostElements, read_vendor_class, write_vendor_class},
    Form4{Form::kVendorData, "vendor-data-list",
          "a list of {enterprise, data}, data in hex or a list of {code, data}", kMostElements,
          read_vendor_data, write_vendor_data},
    Form4{Form::kTextList, "text-list", "a list of texts of 1 to 255 octets without NUL",
          kMostElements, read_counted_text, write_counted_text},
    Form4{Form::kSubOptions, "sub-option-list",
          "a list of {code, data}, data a text or hex such as \"hex:0a1b\"", kMostElements,
          read_sub_option, write_sub_option},
    Form4{Form::kVendorOptions, "vendor-option-list",
          "a list of {code, data} with codes from 1 to 254, or octets in hex", kMostElements,
          read_vendor_option, write_vendor_option},
    Form4{Form::kHex, "hex", "octets in hex such as \"hex:0a1b\"", 0, read_hex, write_hex},
    Form4{Form::kEmpty, "empty", "true", 0, read_nothing, write_nothing},
};

consteval bool in_order() {
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    if (static_cast<std::size_t>(kForms[i].form) != i) return false;
  }
  return true;
}
static_assert(in_order() && kForms.back().form == Form::kEmpty && kMostNames == 64);

constexpr auto kFormNames = [] {
  std::array<std::string_view, kForms.size()> names;
  std::ranges::transform(kForms, names.begin(), &Form4::name);
  return names;
}();

consteval bool unique_names() {
  auto names = kFormNames;
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}
static_assert(unique_names());

std::unexpected<std::string> expected(const Form4& form, const Datum& datum) {
  return std::unexpected(base::cat("expects ", form.expects, ", '", text(datum), "' is none"));
}

std::optional<Datum> decode_list(const Form4& form, Bytes octets) {
  ByteReader reader(octets);
  DatumList list;
  while (!reader.empty()) {
    auto element = form.read(reader, octets);
    if (!element || list.size() == form.most) return std::nullopt;
    list.push_back(std::move(*element));
  }
  if (!reader.ok() || list.empty()) return std::nullopt;
  return Datum{std::move(list)};
}

std::expected<Octets, std::string> encode_list(const Form4& form, const DatumList& list) {
  if (list.empty() || list.size() > form.most) {
    return std::unexpected(base::cat("expects ", form.expects, ", not ", list.size(), " of them"));
  }
  Octets out;
  for (const Datum& element : list) {
    if (!form.write(element, out)) return expected(form, element);
  }
  return out;
}

std::expected<Octets, std::string> encode_whole(const Form4& form, const Datum& datum) {
  const auto* list = std::get_if<DatumList>(&datum.value);
  if (form.most > 0) return encode_list(form, list != nullptr ? *list : DatumList{datum});
  Octets out;
  if (!form.write(datum, out)) return expected(form, datum);
  return out;
}

// True for octets that are written as they are, whatever the form.
bool is_hex(Form form, const Datum& datum) {
  const auto* written = std::get_if<std::string>(&datum.value);
  if (written == nullptr) return false;
  const bool without_prefix = form == Form::kVendorOptions && octets_of_hex(datum);
  return without_prefix || written->starts_with(kHexPrefix);
}

}  // namespace

std::string_view text(Form form) { return form4(form).name; }

std::optional<Form> parse_form(std::string_view name) {
  const auto found = std::ranges::find(kForms, name, &Form4::name);
  return found == kForms.end() ? std::nullopt : std::optional(found->form);
}

std::span<const std::string_view> form_names() { return kFormNames; }

const Form4& form4(Form form) { return kForms.at(static_cast<std::size_t>(form)); }

std::optional<Datum> decode(Form form, Bytes octets) {
  const Form4& described = form4(form);
  if (described.most > 0) return decode_list(described, octets);
  ByteReader reader(octets);
  auto datum = described.read(reader, octets);
  return reader.finished() ? datum : std::nullopt;
}

Datum decode_or_hex(Form form, Bytes octets) {
  if (auto datum = decode(form, octets)) return std::move(*datum);
  return Datum{hex_text(octets)};
}

std::expected<Octets, std::string> encode(Form form, const Datum& datum) {
  auto octets = encode_whole(form4(is_hex(form, datum) ? Form::kHex : form), datum);
  if (octets && octets->size() > kLongestValue) {
    return std::unexpected(base::cat("is ", octets->size(), " octets long, at most ", kLongestValue,
                                     " fit into a message"));
  }
  return octets;
}

}  // namespace melange::wire
