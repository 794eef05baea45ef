// SPDX-License-Identifier: Apache-2.0
//
// Replies and records as a transcript shows them, and what holds for every reply whatever was
// asked.
#include <algorithm>
#include <array>
#include <memory>
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

bool is_nak(const Message4& message) {
  return message.option(code::kMessageType).front() ==
         static_cast<std::uint8_t>(wire::MessageType4::kNak);
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
  must_hold(reply.siaddr.is_unspecified(), "siaddr without a boot server");
  must_hold(base::equal(exchange.asked.option(61), exchange.reply.option(61)), "option 61");
  const bool relayed = !asked.giaddr.is_unspecified();
  must_hold(exchange.reply.has(82) == (relayed && exchange.asked.has(82)), "option 82 is there");
  if (exchange.reply.has(82)) {
    must_hold(base::equal(exchange.asked.option(82), exchange.reply.option(82)), "option 82");
    must_hold(exchange.reply.codes().back() == 82, "option 82 is the last");
  }
}

void check_options(const Exchange& exchange) {
  const Message4& reply = exchange.reply;
  must_hold(reply.codes().front() == code::kMessageType, "option 53 is the first");
  const bool overloaded = reply.has(code::kOverload);
  must_hold(overloaded || reply.codes()[1] == code::kServerId, "option 54 is the second");
  must_hold(!reply.has(50) && !reply.has(55) && !reply.has(57), "table 3: MUST NOT");
  const std::size_t size = exchange.sent.payload.size();
  must_hold(size >= wire::kBootpSize, "300 octets");
  const bool sized = exchange.asked.option(57).size() == 2;
  const auto wish = sized ? base::ByteReader(exchange.asked.option(57)).u16() : std::uint16_t{576};
  must_hold(size + 28 <= std::max<std::size_t>(wish, 576), "as long as the client takes");
  if (!is_nak(reply)) return;
  must_hold(reply.header().ciaddr.is_unspecified() && reply.header().yiaddr.is_unspecified(),
            "a NAK has no addresses");
  for (const std::uint8_t option : reply.codes()) {
    constexpr std::array<std::uint8_t, 5> kInNak{53, 54, 56, 61, 82};
    must_hold(std::ranges::find(kInNak, option) != kInNak.end(), "an option in a NAK");
  }
}

void check_path(const Exchange& exchange) {
  const Sent& sent = exchange.sent;
  must_hold(sent.addresses.source_port == wire::kServerPort4, "source port");
  if (sent.ifindex == 0) return;
  must_hold(sent.ifindex == exchange.receive.datagram.ifindex, "the link that it came from");
  must_hold(sent.addresses.source_mac != net::Mac(), "source MAC");
  must_hold(sent.addresses.source.value() == number_in(exchange.reply, 54), "source is option 54");
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

std::string shown(const Exchange& exchange, const std::string& what) {
  const Message4& reply = exchange.reply;
  if (what == "times") {
    return cat("t1=", seconds_text(reply, 58), " t2=", seconds_text(reply, 59));
  }
  if (what == "order") return cat("order=", order(reply));
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
  const auto type = wire::MessageType4{reply.option(code::kMessageType).front()};
  std::string out = cat("send ", text(type), " xid=", header.xid);
  if (!header.yiaddr.is_unspecified()) out += " yiaddr=" + text(header.yiaddr);
  if (!header.ciaddr.is_unspecified()) out += " ciaddr=" + text(header.ciaddr);
  if (reply.has(code::kLeaseTime)) out += " lease=" + seconds_text(reply, code::kLeaseTime);
  if (header.flags != 0)
    out += cat(" flags=", base::hex(std::array{static_cast<std::uint8_t>(header.flags >> 8),
                                               static_cast<std::uint8_t>(header.flags)}));
  const net::Ipv4 server(number_in(reply, code::kServerId));
  if (server != exchange.setup.us()) out += " server-id=" + text(server);
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

std::string holder(const store::AddressRecord& record) {
  std::string out;
  if (record.identity.kind() == wire::IdentityKind::kClientId) {
    out += cat(" client-id=", base::hex(record.identity.bytes()));
  }
  if (const auto mac = hardware(record)) out += cat(" mac=", short_text(*mac));
  const auto& owner = record.reserved_for;
  if (owner.empty()) return out;
  const auto mac = net::Mac::from_bytes(owner.bytes());
  return out + cat(" owner=", mac ? short_text(*mac) : base::hex(owner.bytes()));
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
