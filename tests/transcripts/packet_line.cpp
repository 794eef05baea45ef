// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "melange/base/text.h"
#include "melange/wire/options4.h"
#include "said.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using wire::MessageType4;
namespace code = wire::option4;

std::optional<MessageType4> type_of(Words& words) {
  const std::string word = words.next();
  if (word == "BOOTP") return std::nullopt;
  for (std::uint8_t i = 1; i <= 8; ++i) {
    if (text(MessageType4{i}) == word) return MessageType4{i};
  }
  return MessageType4{static_cast<std::uint8_t>(number_of(word))};
}

void read_header(Words& words, net::Ipv4 near, TestMessage& message) {
  const auto address = [&](const std::string& text) { return short_address(text, near); };
  const auto octet = [&](std::string_view key, std::uint8_t otherwise) {
    const auto number = words.take_as(key, number_of);
    return number ? static_cast<std::uint8_t>(*number) : otherwise;
  };
  message.op = octet("op", message.op);
  message.htype = octet("htype", message.htype);
  message.hlen = octet("hlen", message.hlen);
  message.hops = octet("hops", message.hops);
  message.xid = words.take_as("xid", number_of).value_or(1);
  message.secs = static_cast<std::uint16_t>(words.take_as("secs", number_of).value_or(0));
  if (words.take_word("broadcast")) message.flags = wire::kBroadcastFlag;
  message.chaddr = words.take_as("mac", short_mac).value_or(mac_of(1));
  message.ciaddr = words.take_as("ciaddr", address).value_or(net::Ipv4());
  message.giaddr = words.take_as("giaddr", address).value_or(net::Ipv4());
  message.sname = words.take_as("sname", octets_of).value_or(Octets{});
  message.file = words.take_as("file", octets_of).value_or(Octets{});
}

TestOption requested_options(const std::string& list) {
  TestOption option{code::kParameterRequestList, {}};
  for (const std::string_view part : base::split(list, ',')) {
    option.value.push_back(static_cast<std::uint8_t>(number_of(std::string(part))));
  }
  return option;
}

void read_options(Words& words, const Setup& setup, net::Ipv4 near, TestMessage& message) {
  auto& options = message.options;
  const auto address_option = [&](std::string_view key, std::uint8_t option) {
    const auto value = words.take(key);
    if (!value) return;
    const net::Ipv4 address = *value == "us" ? setup.us() : short_address(*value, near);
    options.push_back(option_u32(option, address.value()));
  };
  if (const auto id = words.take("client-id")) options.push_back({code::kClientId, octets_of(*id)});
  address_option("requested", code::kRequestedAddress);
  address_option("server-id", code::kServerId);
  if (const auto lease = words.take_as("lease", duration_of)) {
    options.push_back(option_u32(code::kLeaseTime, static_cast<std::uint32_t>(lease->count())));
  }
  if (const auto size = words.take_as("size", number_of)) {
    options.push_back(option_u16(code::kMaxMessageSize, static_cast<std::uint16_t>(*size)));
  }
  if (const auto list = words.take("prl")) options.push_back(requested_options(*list));
  read_client(words, message.options);
  read_relay(words, near, message.options);
  for (const auto& [key, value] : words.take_pairs()) {
    options.push_back({static_cast<std::uint8_t>(number_of(key)), octets_of(value)});
  }
}

// How the packet came: broadcast on a link, forwarded by a relay, or sent to us through the kernel.
wire::Datagram path_of(Words& words, const Setup& setup, net::Ipv4 near,
                       const TestMessage& message) {
  const auto address = [&](const std::string& text) { return short_address(text, near); };
  const bool relayed = !message.giaddr.is_unspecified();
  const std::string via = words.take("via").value_or(relayed ? "relay" : "link");
  if (via != "relay" && via != "link" && via != "unicast") words.fail("unknown path");
  const std::string link = words.take("link").value_or(setup.hosts.front().name);
  const auto host = std::ranges::find(setup.hosts, link, &net::HostLink::name);
  if (host == setup.hosts.end()) words.fail("unknown link");
  const bool direct = via == "link";
  wire::Datagram datagram;
  datagram.ifindex = host->ifindex;
  if (direct) datagram.source_mac = message.chaddr;
  datagram.source =
      words.take_as("src", address).value_or(via == "relay" ? message.giaddr : message.ciaddr);
  datagram.destination =
      words.take_as("dst", address).value_or(direct ? net::kBroadcast : setup.us());
  const unsigned port = via == "relay" ? wire::kServerPort4 : wire::kClientPort4;
  datagram.source_port =
      static_cast<std::uint16_t>(words.take_as("port", number_of).value_or(port));
  datagram.destination_port = wire::kServerPort4;
  return datagram;
}

}  // namespace

Receive read_packet(Words& words, const Setup& setup) {
  const net::Ipv4 near = setup.near();
  Receive receive;
  const auto type = type_of(words);
  TestMessage message;
  read_header(words, near, message);
  if (const auto show = words.take("show")) {
    for (const std::string_view part : base::split(*show, ',')) receive.show.emplace_back(part);
    receive.show_classes = std::erase(receive.show, "classes") > 0;
  }
  receive.datagram = path_of(words, setup, near, message);
  read_options(words, setup, near, message);
  receive.payload = make_message(type, message);
  return receive;
}

}  // namespace melange::test
