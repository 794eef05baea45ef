// SPDX-License-Identifier: Apache-2.0
//
// Replies and records as a transcript shows them, and what holds for every reply whatever was
// asked.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

#include "melange/base/text.h"
#include "melange/wire/options4.h"
#include "player.h"
#include "words.h"

namespace melange::test {
namespace {

using base::cat;
using wire::Message4;
namespace code = wire::option4;

struct Exchange {
  const Sent& sent;
  const Receive& receive;
  const Setup& setup;
  Message4 asked;
  Message4 reply;
};

void must_hold(bool holds, std::string_view what) {
  if (!holds) throw std::logic_error(cat("in the reply: ", what));
}

std::uint32_t number_in(const Message4& message, std::uint8_t option) {
  return base::ByteReader(message.option(option)).u32();
}

// Nothing of BOOTP.
std::optional<wire::MessageType4> type_of(const Message4& message) {
  if (!message.has(code::kMessageType)) return std::nullopt;
  return wire::MessageType4{message.option(code::kMessageType).front()};
}

// The last option of those behind the fixed fields, before End.
std::uint8_t last_option(base::Bytes payload) {
  base::ByteReader reader(payload);
  reader.skip(240);
  std::uint8_t last = 0;
  while (reader.ok()) {
    const std::uint8_t option = reader.u8();
    if (option == code::kEnd) break;
    reader.skip(reader.u8());
    last = option;
  }
  return last;
}

bool names_boot_server(const Setup& setup) {
  const auto named = [](const config::Boot& boot) { return boot.server.has_value(); };
  const auto has = [&](const auto& giver) { return named(giver.boot); };
  const auto in_network = [&](const config::Network& network) {
    return has(network) || std::ranges::any_of(network.blocks, has) ||
           std::ranges::any_of(network.reservations, has);
  };
  return has(setup.config.dhcp) || std::ranges::any_of(setup.config.classes, has) ||
         std::ranges::any_of(setup.config.networks, in_network);
}

bool trusts_relay_information(const Setup& setup) {
  return std::ranges::any_of(setup.config.networks, &config::Network::trust_relay_information);
}

// RFC 2131 table 3, RFC 6842, RFC 3046 section 2.2.
void check_echoes(const Exchange& exchange) {
  const wire::Header4& asked = exchange.asked.header();
  const wire::Header4& reply = exchange.reply.header();
  must_hold(reply.op == wire::kBootReply, "op");
  must_hold(reply.htype == asked.htype && reply.hlen == asked.hlen, "htype and hlen");
  must_hold(reply.hops == 0 && reply.secs == 0, "hops and secs are zero");
  must_hold(reply.xid == asked.xid && reply.giaddr == asked.giaddr, "xid and giaddr");
  must_hold(reply.chaddr == asked.chaddr, "chaddr");
  must_hold(reply.siaddr.is_unspecified() || names_boot_server(exchange.setup),
            "siaddr without a boot server");
  must_hold(base::equal(exchange.asked.option(61), exchange.reply.option(61)), "option 61");
  const bool on_link = exchange.receive.datagram.source_mac.has_value();
  const bool echoed =
      !asked.giaddr.is_unspecified() || (on_link && trusts_relay_information(exchange.setup));
  must_hold(exchange.reply.has(82) == (echoed && exchange.asked.has(82)), "option 82 is there");
  if (exchange.reply.has(82)) {
    must_hold(base::equal(exchange.asked.option(82), exchange.reply.option(82)), "option 82");
    must_hold(last_option(exchange.sent.payload) == 82, "option 82 is the last");
  }
}

void check_options(const Exchange& exchange) {
  const Message4& reply = exchange.reply;
  const auto type = type_of(reply);
  if (type) {
    must_hold(reply.codes().front() == code::kMessageType, "option 53 is the first");
    const bool overloaded = reply.has(code::kOverload);
    must_hold(overloaded || reply.codes()[1] == code::kServerId, "option 54 is the second");
  }
  must_hold(!reply.has(50) && !reply.has(55) && !reply.has(57), "table 3: MUST NOT");
  const std::size_t size = exchange.sent.payload.size();
  must_hold(size >= wire::kBootpSize, "300 octets");
  const bool sized = exchange.asked.option(57).size() == 2;
  const auto wish = sized ? base::ByteReader(exchange.asked.option(57)).u16() : std::uint16_t{576};
  must_hold(size + 28 <= std::max<std::size_t>(wish, 576), "as long as the client takes");
  if (type != wire::MessageType4::kNak) return;
  must_hold(reply.header().siaddr.is_unspecified(), "a NAK names no boot server");
  must_hold(reply.header().ciaddr.is_unspecified() && reply.header().yiaddr.is_unspecified(),
            "a NAK has no addresses");
  for (const std::uint8_t option : reply.codes()) {
    constexpr std::array<std::uint8_t, 5> kInNak{53, 54, 56, 61, 82};
    must_hold(std::ranges::find(kInNak, option) != kInNak.end(), "an option in a NAK");
  }
}

// Option 54 may be configured; then the packet comes from the link's own address, if it has one.
bool leaves_from_us(const Exchange& exchange) {
  const net::Ipv4 source = exchange.sent.addresses.source;
  const auto& networks = exchange.setup.config.networks;
  const auto configured = [](const auto& network) { return network.server_id.has_value(); };
  if (exchange.reply.has(54) && source.value() == number_in(exchange.reply, 54)) return true;
  if (exchange.reply.has(54) && std::ranges::none_of(networks, configured)) return false;
  const auto& hosts = exchange.setup.hosts;
  const auto host = std::ranges::find(hosts, exchange.sent.ifindex, &net::HostLink::ifindex);
  const auto& addresses = host->addresses;
  return std::ranges::find(addresses, source, &net::HostAddress::address) != addresses.end();
}

void check_path(const Exchange& exchange) {
  const Sent& sent = exchange.sent;
  must_hold(sent.addresses.source_port == wire::kServerPort4, "source port");
  if (sent.ifindex == 0) return;
  must_hold(sent.ifindex == exchange.receive.datagram.ifindex, "the link that it came from");
  must_hold(sent.addresses.source_mac != net::Mac(), "source MAC");
  must_hold(leaves_from_us(exchange), "source is ours, and option 54 where none is configured");
  must_hold(sent.addresses.destination.is_broadcast() ==
                (sent.addresses.destination_mac == net::kBroadcastMac),
            "IP and Ethernet agree on broadcast");
}

std::string destination(const Exchange& exchange) {
  const wire::FrameAddresses& to = exchange.sent.addresses;
  if (exchange.sent.ifindex == 0) return cat(text(to.destination), ':', to.destination_port);
  std::string out = to.destination.is_broadcast() ? "broadcast" : text(to.destination);
  const auto asker = net::Mac::from_bytes(base::Bytes(exchange.asked.header().chaddr).first(6));
  const bool elsewhere = !to.destination.is_broadcast() && to.destination_mac != asker;
  if (elsewhere) out += cat('/', short_text(to.destination_mac));
  if (to.destination_port != wire::kClientPort4) out += cat(':', to.destination_port);
  if (exchange.sent.ifindex != 1) out += cat(" on=eth", exchange.sent.ifindex - 1);
  return out;
}

std::string seconds_text(const Message4& message, std::uint8_t option) {
  if (!message.has(option)) return "none";
  return base::text(base::Seconds{number_in(message, option)});
}

std::string order(const Message4& message) {
  std::vector<std::string> codes;
  for (const std::uint8_t option : message.codes()) codes.push_back(std::to_string(option));
  return base::join(codes, ",");
}

std::string no_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

// A fixed field up to its NUL (RFC 2131 section 2); "options" if it holds such (RFC 2132 9.3).
std::string field_text(const Exchange& exchange, std::size_t at, std::size_t size) {
  const base::Bytes whole = base::Bytes(exchange.sent.payload).subspan(at, size);
  const std::uint8_t bit = size == 128 ? 1 : 2;
  const base::Bytes overload = exchange.reply.option(code::kOverload);
  if (!overload.empty() && (overload.front() & bit) != 0) return "options";
  const std::string_view text = base::text_of(whole);
  return std::string(text.substr(0, text.find('\0')));
}

std::string shown(const Exchange& exchange, const std::string& what) {
  const Message4& reply = exchange.reply;
  if (what == "times") {
    return cat("t1=", seconds_text(reply, 58), " t2=", seconds_text(reply, 59));
  }
  if (what == "order") return cat("order=", order(reply));
  if (what == "siaddr") return cat("siaddr=", text(reply.header().siaddr));
  if (what == "sname") return cat("sname=", field_text(exchange, 44, 64));
  if (what == "file") return cat("file=", field_text(exchange, 108, 128));
  if (what == "size") return cat("size=", exchange.sent.payload.size() + 28);
  if (what == "lengths") {
    std::vector<std::string> lengths;
    for (const std::uint8_t option : reply.codes()) {
      lengths.push_back(cat(option, ':', reply.option(option).size()));
    }
    return "lengths=" + base::join(lengths, ",");
  }
  const auto option = wire::option4_code(what);
  if (!option) throw std::invalid_argument("cannot show " + what);
  if (!reply.has(*option)) return what + "=none";
  return cat(what, '=', no_spaces(text(wire::decode_option4(*option, reply.option(*option)))));
}

std::string told(const Exchange& exchange) {
  const Message4& reply = exchange.reply;
  const wire::Header4& header = reply.header();
  const auto type = type_of(reply);
  std::string out = cat("send ", type ? text(*type) : "BOOTREPLY", " xid=", header.xid);
  if (!header.yiaddr.is_unspecified()) out += " yiaddr=" + text(header.yiaddr);
  if (!header.ciaddr.is_unspecified()) out += " ciaddr=" + text(header.ciaddr);
  if (reply.has(code::kLeaseTime)) out += " lease=" + seconds_text(reply, code::kLeaseTime);
  if (header.flags != 0)
    out += cat(" flags=", base::hex(std::array{static_cast<std::uint8_t>(header.flags >> 8),
                                               static_cast<std::uint8_t>(header.flags)}));
  const net::Ipv4 server(number_in(reply, code::kServerId));
  if (type && server != exchange.setup.us()) out += " server-id=" + text(server);
  return out + " to=" + destination(exchange);
}

}  // namespace

std::string describe(const Sent& sent, const Receive& receive, const Setup& setup) {
  const auto exchange = std::make_unique<Exchange>(Exchange{sent, receive, setup, {}, {}});
  must_hold(!exchange->asked.read(receive.payload), "the question could be read");
  must_hold(!exchange->reply.read(sent.payload), "it can be read");
  check_echoes(*exchange);
  check_options(*exchange);
  check_path(*exchange);
  std::string out = told(*exchange);
  for (const std::string& what : receive.show) out += ' ' + shown(*exchange, what);
  return out;
}

namespace {

// "client-id=ff01", "circuit-id=port7"; what a relay says of itself is mostly text.
std::string described(const wire::Identity& identity) {
  const auto octets = identity.bytes();
  const bool from_relay = identity.kind() == wire::IdentityKind::kCircuitId ||
                          identity.kind() == wire::IdentityKind::kRemoteId;
  const bool plain = std::ranges::all_of(octets, [](auto c) { return c > ' ' && c < 127; });
  const std::string value =
      from_relay && plain ? std::string(base::text_of(octets)) : base::hex(octets);
  return cat(text(identity.kind()), '=', value);
}

std::string holder(const store::AddressRecord& record) {
  std::string out;
  const auto kind = record.identity.kind();
  if (kind != wire::IdentityKind::kMac && kind != wire::IdentityKind::kNone) {
    out += ' ' + described(record.identity);
  }
  if (const auto mac = hardware(record)) out += cat(" mac=", short_text(*mac));
  const auto& name = record.client_name;
  if (!name.empty()) out += cat(" name=", base::text_of(name.view()));
  const auto& owner = record.reserved_for;
  if (owner.empty()) return out;
  const auto mac = net::Mac::from_bytes(owner.bytes());
  return out + cat(" owner=", mac ? short_text(*mac) : described(owner));
}

}  // namespace

std::string describe(const store::AddressRecord& record) {
  std::string out = cat("lease ", text(record.key.address), ' ', text(record.state));
  out += holder(record);
  if (record.expires == base::Instant::max()) return out + " until=infinite";
  if (record.expires == base::Instant{}) return out;
  const auto until = std::chrono::floor<base::Seconds>(record.expires - kStart);
  return out + cat(" until=", base::text(until));
}

}  // namespace melange::test
