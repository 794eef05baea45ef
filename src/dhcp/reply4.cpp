// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/reply4.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::Bytes;
using base::Seconds;
using wire::OptionToSend;

constexpr std::size_t kIpAndUdpHeaders = 28;
constexpr std::size_t kLeastMessageSize = 576;

// The options of one reply in the order of sending, each once. Numbers are encoded here; all other
// values stay where they are.
class OptionList {
 public:
  void add(std::uint8_t option, Bytes value, bool required = false) {
    if (listed_[option] || value.empty()) return;
    listed_[option] = true;
    options_[count_++] = {option, value, required};
  }
  void add_u8(std::uint8_t option, std::uint8_t value) { add_number(option, value, 1, true); }
  void add_u32(std::uint8_t option, std::uint32_t value, bool required) {
    add_number(option, value, 4, required);
  }
  // Keeps the option out, whoever asks for it.
  void leave_out(std::uint8_t option) { listed_[option] = true; }
  std::span<const OptionToSend> list() const { return std::span(options_).first(count_); }

 private:
  void add_number(std::uint8_t option, std::uint32_t value, std::size_t octets, bool required) {
    const auto slot = base::MutableBytes(numbers_).subspan(numbers_used_, octets);
    base::ByteWriter writer(slot);
    if (octets == 1) {
      writer.u8(static_cast<std::uint8_t>(value));
    } else {
      writer.u32(value);
    }
    numbers_used_ += octets;
    add(option, writer.written(), required);
  }

  std::array<OptionToSend, 256> options_;
  std::size_t count_ = 0;
  std::bitset<256> listed_;
  std::array<std::uint8_t, 32> numbers_;
  std::size_t numbers_used_ = 0;
};

// dhcp.md rule 14: even when the client asks for little room, these are in every answer.
bool is_required(std::uint8_t option) {
  return option == code::kSubnetMask || option == code::kRouters ||
         option == code::kClasslessRoutes;
}

void add_lease_times(const Reply4& reply, OptionList& options) {
  if (!reply.lease_time) return;
  options.add_u32(code::kLeaseTime, static_cast<std::uint32_t>(reply.lease_time->count()), true);
  if (const auto t = timers(*reply.block, *reply.lease_time)) {
    options.add_u32(code::kRenewalTime, static_cast<std::uint32_t>(t->renewal.count()), false);
    options.add_u32(code::kRebindingTime, static_cast<std::uint32_t>(t->rebinding.count()), false);
  }
}

Bytes value_of(const std::vector<store::OptionValue>& options, std::uint8_t option) {
  const auto at = std::ranges::find(options, option, &store::OptionValue::code);
  return at == options.end() ? Bytes{} : Bytes(at->octets);
}

// The most specific value: the address's, the block's, the network's; 249 is 121 under Microsoft's
// number.
Bytes value_of(const Reply4& reply, std::uint8_t option) {
  if (const Bytes own = value_of(reply.options, option); !own.empty()) return own;
  if (option == code::kHostName && !reply.hostname.empty()) return reply.hostname.view();
  const Bytes value = reply.network->option(*reply.block, option);
  if (value.empty() && option == code::kClasslessRoutesMicrosoft) {
    return value_of(reply, code::kClasslessRoutes);
  }
  return value;
}

// A client that asks for nothing gets what there is.
void add_all(const Reply4& reply, OptionList& options) {
  options.add(code::kHostName, value_of(reply, code::kHostName));
  std::bitset<256> there;
  for (const store::OptionValue& own : reply.options) there.set(own.code);
  for (const std::uint8_t option : reply.block->options.codes()) there.set(option);
  for (const std::uint8_t option : reply.network->options.codes()) there.set(option);
  for (unsigned i = 0; i < there.size(); ++i) {
    const auto option = static_cast<std::uint8_t>(i);
    if (there[i]) options.add(option, value_of(reply, option), is_required(option));
  }
}

void add_block_options(const Query4& query, const Reply4& reply, OptionList& options) {
  const Bytes asked = query.message->option(code::kParameterRequestList);
  const bool asks_routes = std::ranges::find(asked, code::kClasslessRoutes) != asked.end();
  const bool sends_routes =
      (asks_routes || asked.empty()) && !value_of(reply, code::kClasslessRoutes).empty();
  if (sends_routes) {
    // RFC 3442: the client would ignore them beside option 121.
    options.leave_out(code::kRouters);
    options.leave_out(code::kStaticRoutes);
  }
  // RFC 2132 section 3.3: the mask stands before the routers.
  for (const std::uint8_t option : {code::kSubnetMask, code::kRouters}) {
    options.add(option, value_of(reply, option), true);
  }
  for (const std::uint8_t option : asked) {
    options.add(option, value_of(reply, option), is_required(option));
  }
  if (asked.empty()) add_all(reply, options);
}

wire::Header4 header_of(const Query4& query, const Reply4& reply) {
  // RFC 2131 table 3.
  const wire::Header4& asked = query.message->header();
  wire::Header4 header;
  header.op = wire::kBootReply;
  header.htype = asked.htype;
  header.hlen = asked.hlen;
  header.xid = asked.xid;
  header.flags = reply.broadcast_flag ? wire::kBroadcastFlag : std::uint16_t{0};
  header.ciaddr = reply.ciaddr;
  header.yiaddr = reply.yiaddr;
  header.giaddr = asked.giaddr;
  header.chaddr = asked.chaddr;
  return header;
}

}  // namespace

std::optional<Timers4> timers(const ServedBlock& block, Seconds lease_time) {
  // Whole seconds leave no room for T1 < T2 in a lease that is all but over.
  if (lease_time == base::kInfinite || lease_time < Seconds{3}) return std::nullopt;
  const Seconds rebinding = block.rebind_time.value_or(lease_time * 7 / 8);
  const Seconds renewal = block.renew_time.value_or(lease_time / 2);
  if (renewal < rebinding && rebinding < lease_time) return Timers4{renewal, rebinding};
  // A lease shorter than the configured times, as when the client asked for less.
  return Timers4{lease_time / 2, lease_time * 7 / 8};
}

std::size_t write_reply(const Query4& query, const Reply4& reply, base::MutableBytes out) {
  OptionList options;
  options.add_u8(code::kMessageType, static_cast<std::uint8_t>(reply.type));
  options.add_u32(code::kServerId, reply.server_id.value(), true);
  if (reply.block != nullptr) {
    add_lease_times(reply, options);
    add_block_options(query, reply, options);
  }
  // RFC 6842: the client identifier is echoed in every reply, and never made up.
  if (query.client_id) options.add(code::kClientId, query.client_id->bytes(), true);
  if (query.relayed()) {
    // RFC 3046 section 2.2: echoed as it is, after all other options.
    options.add(code::kRelayAgentInformation, query.message->option(code::kRelayAgentInformation),
                true);
  }
  wire::MessagePlan4 plan;
  plan.header = header_of(query, reply);
  plan.options = options.list();
  // RFC 2131 section 2: a client takes 576 octets at least, and so does any link that it can be on.
  const std::size_t link = std::max<std::size_t>(reply.mtu, kLeastMessageSize);
  const std::size_t packet =
      std::min({std::size_t{query.max_message_size}, link, base::limits::kReplySize});
  plan.max_size = packet - kIpAndUdpHeaders;
  return wire::build_message(plan, out);
}

}  // namespace melange::dhcp
