// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include "melange/base/text.h"

namespace melange::daemon {
namespace {

using dhcp::Unaskable4;

admin::Unaskable unaskable(Unaskable4 reason) {
  const auto field = [reason] {
    switch (reason) {
      case Unaskable4::kNoAddress:
        return "address";
      case Unaskable4::kTooLong:
        return "options";
      case Unaskable4::kNoPlace:
      case Unaskable4::kNoSuchLink:
        break;
    }
    return "interface";
  };
  return {field(), std::string(sentence(reason))};
}

dhcp::Question4 question_of(const admin::Question& asked, dhcp::Intent4 intent) {
  return {.intent = intent,
          .mac = asked.mac,
          .interface = asked.interface,
          .relay = asked.relay,
          .address = asked.address,
          .server_id = asked.server_id,
          .options = asked.options,
          .relay_information = asked.relay_information};
}

std::string pool_of(const dhcp::Reply4& reply) {
  if (reply.pool != nullptr) return text(reply.pool->range);
  const auto range = reply.block->dynamic.ranges.find(reply.yiaddr);
  return range ? text(*range) : "";
}

void show_reply(const dhcp::Reply4& reply, admin::Explanation& out) {
  out.answer = reply.bootp ? "BOOTREPLY" : text(reply.type);
  const net::Ipv4 to = reply.to.address;
  out.to = to.is_broadcast() ? "broadcast" : text(to);
  if (reply.block == nullptr) return;
  out.block = text(reply.block->cidr);
  out.pool = pool_of(reply);
}

}  // namespace

std::expected<admin::Explanation, admin::Unaskable> explain(const admin::Question& question,
                                                            std::span<const net::HostLink> hosts,
                                                            const Turn& turn,
                                                            const store::View& view,
                                                            base::Instant now) {
  const auto intent = dhcp::parse_intent(question.type);
  if (!intent) return std::unexpected(admin::Unaskable{"type", "is no packet of a client's"});
  auto told = dhcp::explain(question_of(question, *intent), hosts, view, turn.topology(),
                            turn.offers(), turn.limits(), now);
  if (!told) return std::unexpected(unaskable(told.error()));
  const dhcp::Decision4& decision = told->decision;
  admin::Explanation out;
  out.query = told->query;
  out.decision = text(decision);
  out.answer = "none";
  out.reason = text(decision.reason);
  out.why = sentence(decision.reason);
  if (decision.network != nullptr) out.network = decision.network->id;
  out.subject = told->subject;
  out.classes = std::move(told->classes);
  if (!decision.identity.empty()) out.identity = text(decision.identity);
  out.reservation = told->has_reservation;
  if (decision.reply) show_reply(*decision.reply, out);
  out.reply = std::move(told->reply);
  return out;
}

}  // namespace melange::daemon
