// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/explain4.h"

#include <algorithm>
#include <array>
#include <memory>

#include "claim4.h"
#include "melange/base/limits.h"
#include "melange/dhcp/reply4.h"
#include "melange/wire/options4.h"
#include "scene4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::Bytes;

// What the decision sees of the client, whether it is answered or not.
void look_at_client(const Scene4& scene, Explanation4& out) {
  for (const ServedClass* const each : scene.classes) out.classes.push_back(each->name);
  out.has_reservation = std::ranges::any_of(scene.own, [&](const store::AddressKey& key) {
    const auto& record = scene.record(key);
    return record && owns(scene, *record);
  });
}

std::optional<store::AddressKey> subject_of(const Query4& query, const Decision4& decision) {
  net::Ipv4 address = query.subject();
  const auto* const held = std::get_if<HoldOffer>(&decision.offer);
  if (held != nullptr) return held->offer.address;
  const auto& reply = decision.reply;
  if (reply && !reply->yiaddr.is_unspecified()) address = reply->yiaddr;
  if (decision.network == nullptr || address.is_unspecified()) return std::nullopt;
  const ServedBlock* const block = decision.network->block_of(address);
  if (block == nullptr) return std::nullopt;
  return store::AddressKey{block->id, address};
}

std::vector<std::uint8_t> bytes_of_reply(const Query4& query, const Reply4& reply) {
  std::vector<std::uint8_t> out(base::limits::kReplySize);
  out.resize(write_reply(query, reply, out));
  return out;
}

}  // namespace

Explanation4 explain(const wire::Datagram& datagram, const store::View& view,
                     const Topology& topology, const Offers& offers, const Limits4& limits,
                     base::Instant now) {
  Explanation4 out;
  out.query = "packet";
  const auto message = std::make_unique<wire::Message4>();
  if (message->read(datagram.payload)) return out;  // malformed, as a decision is from the start
  const auto query = read_query(*message, datagram);
  if (!query) {
    out.decision.reason = query.error();
    return out;
  }
  Limits4 without_probes = limits;
  without_probes.can_probe = false;
  out.query = text(*query);
  out.decision = decide(*query, view, topology, offers, without_probes, now,
                        [&](const Scene4& scene) { look_at_client(scene, out); });
  out.subject = subject_of(*query, out.decision);
  if (!out.decision.reply) return out;
  out.reply = bytes_of_reply(*query, *out.decision.reply);
  if (!out.reply.empty()) return out;
  out.decision.reply.reset();
  out.decision.reason = Reason::kReplyTooLong;
  return out;
}

namespace {

struct Named {
  std::string_view name;
  Intent4 intent;
};
constexpr std::array kIntents{
    Named{"discover", Intent4::kDiscover}, Named{"request", Intent4::kSelect},
    Named{"reboot", Intent4::kReboot},     Named{"renew", Intent4::kRenew},
    Named{"rebind", Intent4::kRebind},     Named{"inform", Intent4::kInform},
    Named{"release", Intent4::kRelease},   Named{"decline", Intent4::kDecline},
    Named{"bootp", Intent4::kBootp},
};

// RFC 2131 table 4.
std::optional<wire::MessageType4> type_of(Intent4 intent) {
  switch (intent) {
    case Intent4::kDiscover:
      return wire::MessageType4::kDiscover;
    case Intent4::kSelect:
    case Intent4::kReboot:
    case Intent4::kRenew:
    case Intent4::kRebind:
      return wire::MessageType4::kRequest;
    case Intent4::kDecline:
      return wire::MessageType4::kDecline;
    case Intent4::kRelease:
      return wire::MessageType4::kRelease;
    case Intent4::kInform:
      return wire::MessageType4::kInform;
    case Intent4::kBootp:
      break;
  }
  return std::nullopt;
}

// RFC 2131 table 5: who has an address says so in ciaddr, others ask for one in option 50.
bool has_address(Intent4 intent) {
  return intent == Intent4::kRenew || intent == Intent4::kRebind || intent == Intent4::kRelease ||
         intent == Intent4::kInform;
}

bool needs_address(Intent4 intent) {
  return intent != Intent4::kDiscover && intent != Intent4::kBootp;
}

// RFC 2131 section 4.4.4: sent to the server alone, past any relay.
bool is_unicast(Intent4 intent) { return intent == Intent4::kRenew || intent == Intent4::kRelease; }

// Where the client is, as its packet tells.
struct Place {
  const net::HostLink* link = nullptr;  // null: behind the relay
  net::Ipv4 server;                     // our address that relays and clients send to
};

std::expected<Place, Unaskable4> on_link(const net::HostLink& link, const Topology& topology) {
  const ServedLink* const served = topology.link(link.ifindex);
  if (served == nullptr) return Place{&link, {}};  // to be told that no network serves it
  Place4 place;
  place.network = served->network;
  place.link = served;
  return Place{&link, source_for(place, nullptr)};
}

// A relay sends to whichever address of ours it was given: best to one in its own subnet.
net::Ipv4 server_for(net::Ipv4 relay, std::span<const net::HostLink> hosts) {
  net::Ipv4 any;
  for (const net::HostLink& host : hosts) {
    for (const net::HostAddress& own : host.addresses) {
      if (own.address.is_loopback()) continue;
      if (own.prefix.contains(relay)) return own.address;
      if (any.is_unspecified()) any = own.address;
    }
  }
  return any;
}

std::expected<Place, Unaskable4> place_of(const Question4& question,
                                          std::span<const net::HostLink> hosts,
                                          const Topology& topology) {
  if (!question.interface.empty()) {
    const auto link = std::ranges::find(hosts, question.interface, &net::HostLink::name);
    if (link == hosts.end()) return std::unexpected(Unaskable4::kNoSuchLink);
    return on_link(*link, topology);
  }
  if (question.relay) return Place{nullptr, server_for(*question.relay, hosts)};
  if (topology.links().size() != 1) return std::unexpected(Unaskable4::kNoPlace);
  return on_link(topology.links().front().host, topology);
}

// The message of a question, and the datagram around it.
class Packet {
 public:
  Packet(const Question4& question, const Place& place) {
    const bool past_relay = is_unicast(question.intent);
    set_header(question, place, past_relay);
    set_datagram(question, place, past_relay);
    if (const auto type = type_of(question.intent)) {
      add(code::kMessageType, {static_cast<std::uint8_t>(*type)});
    }
    if (question.address && !has_address(question.intent)) {
      add_address(code::kRequestedAddress, *question.address);
    }
    if (question.server_id) add_address(code::kServerId, *question.server_id);
    values_.insert(values_.end(), question.options.begin(), question.options.end());
    if (!question.relay_information.empty() && !past_relay) {
      add(code::kRelayAgentInformation, question.relay_information);
    }
  }

  // Null if the message does not fit.
  const wire::Datagram* datagram() {
    std::vector<wire::OptionToSend> options;
    for (const store::OptionValue& value : values_) {
      options.push_back({value.code, value.octets, true});
    }
    wire::MessagePlan4 plan;
    plan.header = header_;
    plan.options = options;
    plan.max_size = octets_.size();
    const std::size_t size = wire::build_message(plan, octets_);
    datagram_.payload = Bytes(octets_).first(size);
    return size != 0 ? &datagram_ : nullptr;
  }

 private:
  void add(std::uint8_t option, std::vector<std::uint8_t> octets) {
    values_.push_back({option, std::move(octets)});
  }
  void add_address(std::uint8_t option, net::Ipv4 address) {
    std::vector<std::uint8_t> octets(4);
    base::ByteWriter(octets).u32(address.value());
    add(option, std::move(octets));
  }

  void set_header(const Question4& question, const Place& place, bool past_relay) {
    header_.op = wire::kBootRequest;
    header_.htype = wire::kEthernet;
    header_.hlen = 6;
    std::ranges::copy(question.mac.bytes(), header_.chaddr.begin());
    if (has_address(question.intent)) header_.ciaddr = question.address.value_or(net::Ipv4{});
    if (place.link != nullptr || past_relay) return;
    header_.hops = 1;
    header_.giaddr = *question.relay;
  }

  void set_datagram(const Question4& question, const Place& place, bool past_relay) {
    datagram_.source = header_.ciaddr;
    datagram_.source_port = wire::kClientPort4;
    datagram_.destination = place.server;
    datagram_.destination_port = wire::kServerPort4;
    if (place.link != nullptr) datagram_.ifindex = place.link->ifindex;
    if (past_relay) return;
    if (place.link == nullptr) {
      datagram_.source = *question.relay;
      datagram_.source_port = wire::kServerPort4;
      return;
    }
    datagram_.destination = net::kBroadcast;
    datagram_.source_mac = question.mac;
  }

  wire::Header4 header_;
  wire::Datagram datagram_;
  std::vector<store::OptionValue> values_;
  std::array<std::uint8_t, base::limits::kReplySize> octets_{};
};

// What a client goes on from: the offer that it would get.
void take_up(const Explanation4& offered, const Place& place, Question4& question) {
  const auto& reply = offered.decision.reply;
  if (!question.address && reply && !reply->yiaddr.is_unspecified()) {
    question.address = reply->yiaddr;
  }
  if (question.intent != Intent4::kSelect || question.server_id) return;
  question.server_id = reply ? reply->server_id : place.server;
}

}  // namespace

std::optional<Intent4> parse_intent(std::string_view text) {
  const auto found = std::ranges::find(kIntents, text, &Named::name);
  return found != kIntents.end() ? std::optional(found->intent) : std::nullopt;
}

std::string_view sentence(Unaskable4 reason) {
  switch (reason) {
    case Unaskable4::kNoPlace:
      return "is missing: name the link, or the relay, that the client is behind";
    case Unaskable4::kNoSuchLink:
      return "is no link of the server's";
    case Unaskable4::kNoAddress:
      return "is missing, and the client would be offered none";
    case Unaskable4::kTooLong:
      return "do not fit one message";
  }
  return "?";
}

std::expected<Explanation4, Unaskable4> explain(const Question4& question,
                                                std::span<const net::HostLink> hosts,
                                                const store::View& view, const Topology& topology,
                                                const Offers& offers, const Limits4& limits,
                                                base::Instant now) {
  const auto place = place_of(question, hosts, topology);
  if (!place) return std::unexpected(place.error());
  Question4 asked = question;
  const bool goes_on = needs_address(asked.intent) && !asked.address;
  if (goes_on || asked.intent == Intent4::kSelect) {
    Question4 first = question;
    first.intent = Intent4::kDiscover;
    first.server_id.reset();
    Packet discover(first, *place);
    const wire::Datagram* const datagram = discover.datagram();
    if (datagram == nullptr) return std::unexpected(Unaskable4::kTooLong);
    take_up(explain(*datagram, view, topology, offers, limits, now), *place, asked);
    if (!asked.address) return std::unexpected(Unaskable4::kNoAddress);
  }
  Packet packet(asked, *place);
  const wire::Datagram* const datagram = packet.datagram();
  if (datagram == nullptr) return std::unexpected(Unaskable4::kTooLong);
  return explain(*datagram, view, topology, offers, limits, now);
}

}  // namespace melange::dhcp
