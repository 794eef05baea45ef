// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/reply4.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/wire/host_name.h"
#include "melange/wire/options4.h"
#include "reply_options.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::Bytes;
using base::Seconds;
using wire::OptionToSend;

constexpr std::size_t kIpAndUdpHeaders = 28;
constexpr std::size_t kLeastMessageSize = 576;
// Both fields end with a NUL (RFC 2131 section 2).
constexpr std::size_t kLongestServerName = base::limits::kServerNameSize;
constexpr std::size_t kLongestFile = 127;

// The options of one reply in the order of sending, each once. Numbers are encoded here; all other
// values stay where they are.
class OptionList {
 public:
  void add(std::uint8_t option, Bytes value, bool required = false) {
    if (listed_[option] || value.empty()) return;
    listed_[option] = true;
    options_[count_++] = {option, value, required};
  }
  // An option that says by being there what it has to say.
  void add_empty(std::uint8_t option) {
    if (listed_[option]) return;
    listed_[option] = true;
    options_[count_++] = {option, {}, true};
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

// What the boot fields say where no option does. UEFI 2.10 section 24.7.3.1: a client that boots by
// HTTP takes no answer that does not name its vendor class.
Bytes value_of(const Reply4& reply, const Boot4& boot, std::uint8_t option) {
  if (boot.by_http && option == code::kVendorClass) return base::bytes_of(kHttpClient);
  const Bytes value = value_of(reply, option);
  if (!value.empty()) return value;
  if (option == code::kTftpServerName) return boot.server_name;
  return option == code::kBootFileName ? boot.file : Bytes{};
}

// Codes that are sent unasked, and, to a client that asks for nothing, all that there are.
std::bitset<256> unasked(const Reply4& reply, bool all) {
  std::bitset<256> codes;
  const auto mark = [&](std::span<const std::uint8_t> marked) {
    for (const std::uint8_t option : marked) codes.set(option);
  };
  mark(reply.forced);
  for_each_set(reply, [&](const OptionSet4& set) {
    mark(set.forced());
    if (all) mark(set.codes());
    return false;
  });
  if (!all) return codes;
  for (const store::OptionValue& own : reply.options) codes.set(own.code);
  return codes;
}

// HTTP boot reads the URI from option 67 alone; a file too long for the fixed field is there too.
void add_boot_options(const Reply4& reply, const Boot4& boot, OptionList& options) {
  if (boot.by_http) options.add(code::kVendorClass, value_of(reply, boot, code::kVendorClass));
  if (!boot.by_http && boot.file.size() <= kLongestFile) return;
  options.add(code::kBootFileName, value_of(reply, boot, code::kBootFileName));
}

void add_block_options(const Query4& query, const Reply4& reply, const Boot4& boot,
                       OptionList& options) {
  const Bytes asked = query.message->option(code::kParameterRequestList);
  const bool all = asked.empty();
  const std::bitset<256> more = unasked(reply, all);
  const bool sends_routes =
      (query.asks_for(code::kClasslessRoutes) || more[code::kClasslessRoutes]) &&
      !value_of(reply, code::kClasslessRoutes).empty();
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
    options.add(option, value_of(reply, boot, option), is_required(option));
  }
  if (all) options.add(code::kHostName, value_of(reply, code::kHostName));
  for (unsigned i = 0; more.any() && i < more.size(); ++i) {
    const auto option = static_cast<std::uint8_t>(i);
    if (more[i]) options.add(option, value_of(reply, boot, option), is_required(option));
  }
  add_boot_options(reply, boot, options);
}

using FqdnBuffer = std::array<std::uint8_t, wire::kFqdnSize>;

// RFC 4702 section 4: who sends the option is answered: which name it has, and that nobody here
// tells the DNS. The operator's name goes before the client's; one that lacks a domain gets the
// domain that the client is told.
void add_fqdn(const Query4& query, const Reply4& reply, FqdnBuffer& buffer, OptionList& options) {
  if (!query.message->has(code::kFqdn)) return;
  const auto asked = wire::read_fqdn(query.message->option(code::kFqdn));
  if (!asked) return;
  const bool given = !reply.hostname.empty();
  std::array<char, 2 * wire::kHostNameSize + 2> text;
  std::size_t size = 0;
  const auto append = [&](std::string_view part) {
    size += part.copy(text.data() + size, text.size() - size);
  };
  append(base::text_of(given ? reply.hostname.view() : asked->name.view()));
  const Bytes domain = value_of(reply, code::kDomainName);
  bool complete = !given && asked->complete;
  if (size > 0 && !complete && !domain.empty() && domain.size() <= wire::kHostNameSize) {
    append(".");
    append(base::text_of(domain));
    complete = true;
  }
  if (complete && text[size - 1] != '.') append(".");
  options.add(code::kFqdn,
              Bytes(buffer).first(wire::write_fqdn(*asked, {text.data(), size}, buffer)));
}

wire::Header4 header_of(const Query4& query, const Reply4& reply, const Boot4& boot) {
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
  header.siaddr = boot.server;
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

namespace {

// What the reply says, in the order of dhcp.md rule 15.
void add_options(const Query4& query, const Reply4& reply, const Boot4& boot, FqdnBuffer& fqdn,
                 OptionList& options) {
  if (!reply.bootp) {
    options.add_u8(code::kMessageType, static_cast<std::uint8_t>(reply.type));
    options.add_u32(code::kServerId, reply.server_id.value(), true);
  }
  if (reply.type == wire::MessageType4::kOffer && reply.yiaddr.is_unspecified()) {
    // Nothing is offered but the advice to go without an address (RFC 2563, RFC 8925).
    const bool without = query.asks_for(code::kV6OnlyPreferred);
    const std::uint8_t advice = without ? code::kV6OnlyPreferred : code::kAutoConfigure;
    options.add(advice, value_of(reply, advice), true);
  } else if (reply.block != nullptr) {
    add_lease_times(reply, options);
    add_block_options(query, reply, boot, options);
    add_fqdn(query, reply, fqdn, options);
  }
  if (reply.rapid_commit) options.add_empty(code::kRapidCommit);
  // RFC 6842: the client identifier is echoed in every reply, and never made up.
  if (query.client_id) options.add(code::kClientId, query.client_id->bytes(), true);
  if (query.relay) {
    // RFC 3046 section 2.2: echoed as it is, after all other options.
    options.add(code::kRelayAgentInformation, query.message->option(code::kRelayAgentInformation),
                true);
  }
}

// Of the IP packet.
std::size_t longest(const Query4& query, const Reply4& reply) {
  // RFC 2131 section 2: a client takes 576 octets at least, and so does any link that it can be on.
  const std::size_t link = std::max<std::size_t>(reply.mtu, kLeastMessageSize);
  // RFC 951: a BOOTP client has 300 octets for a message.
  const std::size_t asked =
      reply.bootp ? wire::kBootpSize + kIpAndUdpHeaders : std::size_t{query.max_message_size};
  return std::min({asked, link, base::limits::kReplySize});
}

}  // namespace

std::size_t write_reply(const Query4& query, const Reply4& reply, base::MutableBytes out) {
  const Boot4 boot = reply.block != nullptr ? boot_of(query, reply) : Boot4{};
  FqdnBuffer fqdn;
  OptionList options;
  add_options(query, reply, boot, fqdn, options);
  wire::MessagePlan4 plan;
  plan.header = header_of(query, reply, boot);
  plan.options = options.list();
  if (boot.server_name.size() <= kLongestServerName) plan.sname = boot.server_name;
  if (boot.file.size() <= kLongestFile) plan.file = boot.file;
  plan.max_size = longest(query, reply) - kIpAndUdpHeaders;
  return wire::build_message(plan, out);
}

}  // namespace melange::dhcp
