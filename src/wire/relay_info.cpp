// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/relay_info.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>

#include "melange/base/text.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;

bool take_some(Bytes& field, Bytes value) {
  field = value;
  return !value.empty();
}

bool take_any(Bytes& field, Bytes value) {
  field = value;
  return true;
}

bool take_address(std::optional<net::Ipv4>& field, Bytes value) {
  ByteReader reader(value);
  field = net::Ipv4(reader.u32());
  return reader.finished();
}

struct SubOption {
  std::uint8_t code;
  bool (*take)(RelayInfo& info, Bytes value);  // false if the value is not of its form
};
constexpr std::array kSubOptions{
    SubOption{1, [](RelayInfo& info, Bytes value) { return take_some(info.circuit_id, value); }},
    SubOption{2, [](RelayInfo& info, Bytes value) { return take_any(info.remote_id, value); }},
    SubOption{
        5, [](RelayInfo& info, Bytes value) { return take_address(info.link_selection, value); }},
    SubOption{6, [](RelayInfo& info, Bytes value) { return take_any(info.subscriber_id, value); }},
    SubOption{11, [](RelayInfo& info,
                     Bytes value) { return take_address(info.server_id_override, value); }},
    SubOption{12, [](RelayInfo& info, Bytes value) { return take_any(info.relay_id, value); }},
    // RFC 8357: a relay sends it empty, as the port is that of its datagram.
    SubOption{19,
              [](RelayInfo& info, Bytes value) {
                info.source_port = true;
                return value.empty();
              }},
};
static_assert(std::ranges::adjacent_find(kSubOptions, std::ranges::greater_equal{},
                                         &SubOption::code) == kSubOptions.end());

void append(std::string& line, std::string_view name, std::string_view value) {
  if (!line.empty()) line += ' ';
  line += value.empty() ? std::string(name) : base::cat(name, '=', value);
}

void append(std::string& line, std::string_view name, Bytes value) {
  if (!value.empty()) append(line, name, base::hex(value));
}

void append(std::string& line, std::string_view name, const std::optional<net::Ipv4>& value) {
  if (value) append(line, name, net::text(*value));
}

}  // namespace

std::optional<RelayInfo> read_relay_info(Bytes octets) {
  // RFC 3046 section 2.0: "at least one sub-option must be defined".
  if (octets.empty()) return std::nullopt;
  RelayInfo info;
  std::bitset<256> seen;
  ByteReader reader(octets);
  while (!reader.empty()) {
    const std::uint8_t code = reader.u8();
    const Bytes value = reader.take(reader.u8());
    if (!reader.ok()) return std::nullopt;
    const auto known = std::ranges::find(kSubOptions, code, &SubOption::code);
    if (known == kSubOptions.end()) continue;
    if (seen.test(code) || !known->take(info, value)) return std::nullopt;
    seen.set(code);
  }
  return info;
}

std::string text(const RelayInfo& info) {
  std::string line;
  append(line, "circuit-id", info.circuit_id);
  append(line, "remote-id", info.remote_id);
  append(line, "link-selection", info.link_selection);
  append(line, "subscriber-id", info.subscriber_id);
  append(line, "server-id-override", info.server_id_override);
  append(line, "relay-id", info.relay_id);
  if (info.source_port) append(line, "source-port", std::string_view());
  return line;
}

}  // namespace melange::wire
