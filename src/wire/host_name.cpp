// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/host_name.h"

#include <algorithm>
#include <array>

#include "melange/base/text.h"
#include "text_octets.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;

constexpr std::size_t kLabelSize = 63;
constexpr std::uint8_t kAllFlags = fqdn_flag::kS | fqdn_flag::kO | fqdn_flag::kE | fqdn_flag::kN;
constexpr std::uint8_t kNoResult = 255;  // RFC 4702 section 2.2: what servers send as RCODE

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 1123 section 2.1: "a valid host name can never have the dotted-decimal form #.#.#.#".
bool is_dotted_decimal(std::string_view name) {
  return std::ranges::count(name, '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Takes the text before the first dot, and the dot, off `rest`.
std::string_view take_label(std::string_view& rest) {
  const std::string_view label = rest.substr(0, rest.find('.'));
  rest.remove_prefix(std::min(label.size() + 1, rest.size()));
  return label;
}

bool take_last_dot(std::string_view& name) {
  const bool dot = name.ends_with('.');
  if (dot) name.remove_suffix(1);
  return dot;
}

// RFC 4702 section 2.3: labels in the form of RFC 1035 section 3.1, uncompressed; a name that lacks
// its domain also lacks the root label.
bool read_wire_name(ByteReader& reader, Fqdn& fqdn) {
  std::array<std::uint8_t, kHostNameSize> buffer;
  ByteWriter name(buffer);
  while (!reader.empty() && !fqdn.complete) {
    // A compression pointer reads as a length over 63, for which is_host_label refuses it.
    const std::string_view label = base::text_of(reader.take(reader.u8()));
    fqdn.complete = reader.ok() && label.empty();
    if (fqdn.complete) continue;
    if (!is_host_label(label) || (name.size() > 0 && !name.u8('.'))) return false;
    if (!name.put(base::bytes_of(label))) return false;
  }
  fqdn.name = HostName(name.written());
  return reader.finished();
}

// RFC 4702 section 2.3.1: clients of the deprecated ASCII form leave the domain out, or send the
// name with all of it. The dot at its end was never asked of them.
bool read_ascii_name(ByteReader& reader, Fqdn& fqdn) {
  std::string_view name = text_without_nuls(reader.take_rest());
  if (name.size() > kHostNameSize + 1) return false;
  fqdn.complete = take_last_dot(name) || name.find('.') != std::string_view::npos;
  if (name.size() > kHostNameSize) return false;
  fqdn.name = HostName(base::bytes_of(name));
  return true;
}

bool write_wire_name(std::string_view name, bool complete, ByteWriter& writer) {
  while (!name.empty()) {
    const std::string_view label = take_label(name);
    if (!writer.u8(static_cast<std::uint8_t>(label.size()))) return false;
    if (!writer.put(base::bytes_of(label))) return false;
  }
  return !complete || writer.u8(0);
}

}  // namespace

bool is_host_label(std::string_view label) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  return !label.empty() && label.size() <= kLabelSize && is_letter_or_digit(label.front()) &&
         is_letter_or_digit(label.back()) && std::ranges::all_of(label, allowed);
}

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > kHostNameSize || name.ends_with('.')) return false;
  if (is_dotted_decimal(name)) return false;
  while (!name.empty()) {
    if (!is_host_label(take_label(name))) return false;
  }
  return true;
}

std::optional<HostName> read_host_name(Bytes octets) {
  std::string_view name = text_without_nuls(octets);
  take_last_dot(name);
  if (!is_host_name(name)) return std::nullopt;
  return HostName(base::bytes_of(name));
}

std::optional<Fqdn> read_fqdn(Bytes octets) {
  ByteReader reader(octets);
  Fqdn fqdn;
  // RFC 4702 sections 2.1 and 2.2: receivers ignore the reserved flags and the RCODEs.
  fqdn.flags = reader.u8() & kAllFlags;
  reader.skip(2);
  if (!reader.ok()) return std::nullopt;
  // RFC 4702 section 2.1: "If the "N" bit is 1, the "S" bit MUST be 0."
  if ((fqdn.flags & fqdn_flag::kN) != 0 && (fqdn.flags & fqdn_flag::kS) != 0) return std::nullopt;
  const bool wire_form = (fqdn.flags & fqdn_flag::kE) != 0;
  if (!(wire_form ? read_wire_name(reader, fqdn) : read_ascii_name(reader, fqdn))) {
    return std::nullopt;
  }
  // No name at all is a question; the root's name is no answer to which host this is.
  if (fqdn.name.empty()) return fqdn.complete ? std::nullopt : std::optional(fqdn);
  if (!is_host_name(base::text_of(fqdn.name.view()))) return std::nullopt;
  return fqdn;
}

std::size_t write_fqdn(const Fqdn& asked, std::string_view name, base::MutableBytes out) {
  const bool complete = take_last_dot(name);
  if (!is_host_name(name) && (complete || !name.empty())) return 0;
  // RFC 4702 section 2.1: N says that the server makes no updates, S must then be 0, and O must be
  // 1 if that is not the client's S. Section 4: the encoding is the client's.
  std::uint8_t flags = fqdn_flag::kN | (asked.flags & fqdn_flag::kE);
  if ((asked.flags & fqdn_flag::kS) != 0) flags |= fqdn_flag::kO;
  ByteWriter writer(out);
  bool fits = writer.u8(flags) && writer.u8(kNoResult) && writer.u8(kNoResult);
  if ((flags & fqdn_flag::kE) != 0) {
    fits = fits && write_wire_name(name, complete, writer);
  } else {
    fits = fits && writer.put(base::bytes_of(name));
  }
  return fits ? writer.size() : 0;
}

std::string text(const Fqdn& fqdn) {
  std::string flags;
  if ((fqdn.flags & fqdn_flag::kN) != 0) flags += 'N';
  if ((fqdn.flags & fqdn_flag::kE) != 0) flags += 'E';
  if ((fqdn.flags & fqdn_flag::kO) != 0) flags += 'O';
  if ((fqdn.flags & fqdn_flag::kS) != 0) flags += 'S';
  return base::cat(base::escape(base::text_of(fqdn.name.view())), fqdn.complete ? "." : "",
                   " flags=", flags);
}

}  // namespace melange::wire
