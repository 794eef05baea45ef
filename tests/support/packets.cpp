// SPDX-License-Identifier: Apache-2.0
#include "packets.h"

#include <algorithm>

#include "melange/base/check.h"

namespace melange::test {
namespace {

constexpr Octets::value_type kCookie[] = {99, 130, 83, 99};
constexpr std::uint8_t kMessageTypeCode = 53;

void put_number(Octets& out, std::uint64_t value, unsigned octets) {
  for (unsigned shift = 8 * octets; shift > 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
  }
}

void put_area(Octets& out, const Octets& octets, std::size_t size) {
  base::check(octets.size() <= size);
  out.insert(out.end(), octets.begin(), octets.end());
  out.insert(out.end(), size - octets.size(), 0);
}

void put_option(Octets& out, const TestOption& option) {
  base::check(option.value.size() <= 255);
  out.push_back(option.code);
  out.push_back(static_cast<std::uint8_t>(option.value.size()));
  out.insert(out.end(), option.value.begin(), option.value.end());
}

void put_header(Octets& out, const TestMessage& fields) {
  out.insert(out.end(), {fields.op, fields.htype, fields.hlen, fields.hops});
  put_number(out, fields.xid, 4);
  put_number(out, fields.secs, 2);
  put_number(out, fields.flags, 2);
  for (const net::Ipv4 address : {fields.ciaddr, fields.yiaddr, fields.siaddr, fields.giaddr}) {
    put_number(out, address.value(), 4);
  }
  const base::Bytes mac = fields.chaddr.bytes();
  put_area(out, Octets(mac.begin(), mac.end()), 16);
  put_area(out, fields.sname, 64);
  put_area(out, fields.file, 128);
  out.insert(out.end(), std::begin(kCookie), std::end(kCookie));
}

}  // namespace

TestOption option(std::uint8_t code, std::initializer_list<std::uint8_t> octets) {
  return {code, Octets(octets)};
}

TestOption option_u16(std::uint8_t code, std::uint16_t value) {
  TestOption made{code, {}};
  put_number(made.value, value, 2);
  return made;
}

TestOption option_u32(std::uint8_t code, std::uint32_t value) {
  TestOption made{code, {}};
  put_number(made.value, value, 4);
  return made;
}

TestOption option_address(std::uint8_t code, std::string_view address) {
  const auto parsed = net::Ipv4::parse(address);
  base::check(parsed.has_value());
  return option_u32(code, parsed->value());
}

TestOption option_text(std::uint8_t code, std::string_view text) {
  return {code, Octets(text.begin(), text.end())};
}

TestOption option_filled(std::uint8_t code, std::size_t count, std::uint8_t octet) {
  return {code, Octets(count, octet)};
}

net::Mac mac_of(std::uint32_t number) {
  Octets octets{2, 0};
  put_number(octets, number, 4);
  return *net::Mac::from_bytes(octets);
}

Octets option_octets(const std::vector<TestOption>& options) {
  Octets out;
  for (const TestOption& option : options) put_option(out, option);
  return out;
}

Octets make_message(std::optional<wire::MessageType4> type, const TestMessage& fields) {
  Octets out;
  put_header(out, fields);
  if (type) put_option(out, option(kMessageTypeCode, {static_cast<std::uint8_t>(*type)}));
  for (const TestOption& option : fields.options) put_option(out, option);
  out.insert(out.end(), fields.tail.begin(), fields.tail.end());
  out.resize(std::max(out.size(), fields.pad_to));
  return out;
}

wire::FrameAddresses client_addresses(const net::Mac& source) {
  return {.source_mac = source,
          .destination_mac = net::kBroadcastMac,
          .source = net::Ipv4{},
          .destination = net::kBroadcast,
          .source_port = wire::kClientPort4,
          .destination_port = wire::kServerPort4};
}

Octets frame_of(base::Bytes payload, const wire::FrameAddresses& addresses) {
  Octets frame(wire::kFrameOverhead + payload.size());
  std::ranges::copy(payload, base::MutableBytes(frame).subspan(wire::kFrameOverhead).begin());
  wire::put_frame_headers(frame, addresses);
  return frame;
}

}  // namespace melange::test
