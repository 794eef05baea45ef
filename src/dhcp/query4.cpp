// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/query4.h"

#include <algorithm>
#include <array>

#include "melange/base/text.h"
#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::ByteReader;
using base::Bytes;
using wire::Message4;
using wire::MessageType4;

constexpr std::uint8_t kMostHops = 16;  // RFC 1542 section 4.1.1
constexpr std::uint16_t kLeastMessageSize = 576;

// hostile.md W28: these have one length; any other is an attack or a broken client.
struct FixedSize {
  std::uint8_t code;
  std::size_t octets;
};
constexpr std::array kFixedSizes{FixedSize{code::kRequestedAddress, 4},
                                 FixedSize{code::kLeaseTime, 4},
                                 FixedSize{code::kMessageType, 1},
                                 FixedSize{code::kServerId, 4},
                                 FixedSize{code::kMaxMessageSize, 2},
                                 FixedSize{116, 1},
                                 FixedSize{118, 4}};

std::optional<net::Ipv4> address_option(const Message4& message, std::uint8_t option) {
  if (!message.has(option)) return std::nullopt;
  return net::Ipv4(ByteReader(message.option(option)).u32());
}

std::optional<Reason> check_options(const Message4& message) {
  for (const FixedSize& fixed : kFixedSizes) {
    if (message.has(fixed.code) && message.option(fixed.code).size() != fixed.octets) {
      return Reason::kBadOptionLength;
    }
  }
  return std::nullopt;
}

std::optional<Reason> check_sender(const Message4& message, const wire::Datagram& datagram) {
  const wire::Header4& header = message.header();
  if (header.op == wire::kBootReply) return Reason::kRogueServer;
  if (header.op != wire::kBootRequest) return Reason::kMalformed;
  if (header.htype != wire::kEthernet || header.hlen != 6) return Reason::kBadHardwareAddress;
  if (header.hops > kMostHops) return Reason::kTooManyHops;
  if (!datagram.source_mac) return std::nullopt;
  // On a link's own wire there are clients only: relays and servers send unicast.
  if (datagram.source_port == wire::kServerPort4) return Reason::kRogueServer;
  const bool relay_fields = !header.giaddr.is_unspecified() || header.hops > 0;
  return relay_fields ? std::optional(Reason::kRelayOnLink) : std::nullopt;
}

// RFC 2131 section 4.3.2 and table 4: which fields a REQUEST has tells its state.
std::expected<Intent4, Reason> request_state(const Query4& query) {
  const bool has_ciaddr = !query.ciaddr().is_unspecified();
  if (query.server_id) {
    if (!query.requested || has_ciaddr) return std::unexpected(Reason::kMalformed);
    return Intent4::kSelect;
  }
  if (query.requested) {
    if (has_ciaddr) return std::unexpected(Reason::kMalformed);
    return Intent4::kReboot;
  }
  if (!has_ciaddr) return std::unexpected(Reason::kMalformed);
  // A relay forwards only what was broadcast.
  const bool broadcast = query.datagram->destination.is_broadcast() || query.relayed();
  return broadcast ? Intent4::kRebind : Intent4::kRenew;
}

std::expected<Intent4, Reason> intent_of(const Query4& query) {
  if (!query.message->has(code::kMessageType)) return Intent4::kBootp;
  switch (MessageType4{query.message->option(code::kMessageType).front()}) {
    case MessageType4::kDiscover:
      return Intent4::kDiscover;
    case MessageType4::kRequest:
      return request_state(query);
    case MessageType4::kDecline:
      if (!query.requested) return std::unexpected(Reason::kMalformed);
      return Intent4::kDecline;
    case MessageType4::kRelease:
      if (query.ciaddr().is_unspecified()) return std::unexpected(Reason::kMalformed);
      return Intent4::kRelease;
    case MessageType4::kInform:
      return Intent4::kInform;
    case MessageType4::kOffer:
    case MessageType4::kAck:
    case MessageType4::kNak:
      return std::unexpected(Reason::kRogueServer);
  }
  return std::unexpected(Reason::kUnexpectedType);
}

}  // namespace

std::expected<Query4, Reason> read_query(const Message4& message, const wire::Datagram& datagram) {
  if (const auto fault = check_sender(message, datagram)) return std::unexpected(*fault);
  if (const auto fault = check_options(message)) return std::unexpected(*fault);

  Query4 query;
  query.message = &message;
  query.datagram = &datagram;
  query.chaddr = *net::Mac::from_bytes(Bytes(message.header().chaddr).first(6));
  if (message.has(code::kClientId)) {
    query.client_id = wire::ClientId::make(message.option(code::kClientId));
    if (!query.client_id) return std::unexpected(Reason::kBadOptionLength);
  }
  query.requested = address_option(message, code::kRequestedAddress);
  query.server_id = address_option(message, code::kServerId);
  if (message.has(code::kLeaseTime)) {
    query.lease_time = base::Seconds{ByteReader(message.option(code::kLeaseTime)).u32()};
  }
  if (message.has(code::kMaxMessageSize)) {
    const std::uint16_t size = ByteReader(message.option(code::kMaxMessageSize)).u16();
    query.max_message_size = std::max(size, kLeastMessageSize);
  }
  if (message.has(code::kRelayAgentInformation)) {
    query.relay = wire::read_relay_info(message.option(code::kRelayAgentInformation));
    if (!query.relay) return std::unexpected(Reason::kMalformed);
    // dhcp.md rule 12: what is sent to us and came by no relay says nothing of circuits.
    if (!query.direct() && !query.relayed()) query.relay.reset();
  }
  const auto intent = intent_of(query);
  if (!intent) return std::unexpected(intent.error());
  query.intent = *intent;
  return query;
}

bool Query4::asks_for(std::uint8_t option) const {
  const Bytes asked = message->option(code::kParameterRequestList);
  return std::ranges::find(asked, option) != asked.end();
}

std::string_view text(Intent4 intent) {
  switch (intent) {
    case Intent4::kDiscover:
      return "DISCOVER";
    case Intent4::kSelect:
      return "REQUEST(selecting)";
    case Intent4::kReboot:
      return "REQUEST(init-reboot)";
    case Intent4::kRenew:
      return "REQUEST(renewing)";
    case Intent4::kRebind:
      return "REQUEST(rebinding)";
    case Intent4::kDecline:
      return "DECLINE";
    case Intent4::kRelease:
      return "RELEASE";
    case Intent4::kInform:
      return "INFORM";
    case Intent4::kBootp:
      return "BOOTP";
  }
  return "?";
}

std::string text(const Query4& query) {
  std::array<std::uint8_t, 4> xid;
  base::ByteWriter(xid).u32(query.message->header().xid);
  std::string out =
      base::cat(text(query.intent), " mac=", text(query.chaddr), " xid=", base::hex(xid));
  if (query.client_id) out += " client-id=" + text(*query.client_id);
  if (query.requested) out += " requested=" + text(*query.requested);
  if (!query.ciaddr().is_unspecified()) out += " ciaddr=" + text(query.ciaddr());
  if (query.relayed()) out += " giaddr=" + text(query.giaddr());
  if (query.server_id) out += " server-id=" + text(*query.server_id);
  if (query.relay) out += " " + text(*query.relay);
  return out;
}

}  // namespace melange::dhcp
