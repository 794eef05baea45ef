// SPDX-License-Identifier: Apache-2.0
//
// Input: a DHCPv4 message. What is read is built and read again: nothing is lost, the second
// building gives the same octets, and a small message holds only whole options.
#include <memory>

#include "demand.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"

namespace {

using namespace melange;
using fuzz::demand;
using wire::Message4;

constexpr std::size_t kBufferSize = 1 << 17;  // more than the longest datagram, split and padded

std::vector<wire::OptionToSend> options_of(const Message4& message) {
  constexpr std::uint8_t kLast = wire::option4::kRelayAgentInformation;
  std::vector<wire::OptionToSend> options;
  for (const std::uint8_t code : message.codes()) {
    // Where the options stand is not part of what the message says.
    if (code == wire::option4::kOverload || code == kLast) continue;
    options.push_back({.code = code, .value = message.option(code)});
  }
  if (message.has(kLast)) options.push_back({.code = kLast, .value = message.option(kLast)});
  return options;
}

std::vector<std::uint8_t> build(const Message4& message, std::size_t max_size) {
  std::vector<std::uint8_t> out(kBufferSize, 0xa5);
  const auto options = options_of(message);
  const wire::MessagePlan4 plan{.header = message.header(),
                                .options = options,
                                .max_size = max_size,
                                .sname = message.sname(),
                                .file = message.file()};
  out.resize(wire::build_message(plan, out));
  return out;
}

void demand_same_header(const Message4& a, const Message4& b) {
  const wire::Header4& x = a.header();
  const wire::Header4& y = b.header();
  demand(x.op == y.op && x.htype == y.htype && x.hlen == y.hlen && x.hops == y.hops, "op..hops");
  demand(x.xid == y.xid && x.secs == y.secs && x.flags == y.flags, "xid, secs, flags");
  demand(x.ciaddr == y.ciaddr && x.yiaddr == y.yiaddr && x.siaddr == y.siaddr &&
             x.giaddr == y.giaddr && x.chaddr == y.chaddr,
         "addresses");
}

void check_views(const Message4& message, base::Bytes payload) {
  std::size_t octets = 0;
  for (const std::uint8_t code : message.codes()) {
    demand(message.has(code), "a code in the list is there");
    const base::Bytes value = message.option(code);
    octets += fuzz::exact_copy(value.data(), value.size()).size();
  }
  demand(octets <= payload.size(), "options hold no more than was sent");
  demand(fuzz::inside(message.sname(), payload) && fuzz::inside(message.file(), payload),
         "sname and file lie inside the message");
  demand(fuzz::printable(wire::text(message)), "the text is printable");
}

// Built with room for everything, the message says the same, and is the same when built again.
void check_rebuilt(const Message4& message) {
  const auto built = build(message, kBufferSize);
  const auto again = std::make_unique<Message4>();
  demand(!again->read(built), "what is built can be read");
  demand_same_header(message, *again);
  for (const wire::OptionToSend& option : options_of(message)) {
    demand(again->has(option.code), "no option is lost");
    demand(base::equal(again->option(option.code), option.value), "no option changes");
  }
  demand(build(*again, kBufferSize) == built, "building is stable");
}

void check_small(const Message4& message) {
  const std::size_t max_size = wire::kBootpSize + message.header().xid % 1200;
  const auto built = build(message, max_size);
  demand(built.size() <= max_size && built.size() >= wire::kBootpSize, "the size is kept");
  const auto small = std::make_unique<Message4>();
  demand(!small->read(built), "a small message can be read");
  for (const std::uint8_t code : small->codes()) {
    if (code == wire::option4::kOverload) continue;
    demand(base::equal(small->option(code), message.option(code)), "options are whole");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Kept between inputs as a server keeps it: nothing of an earlier message may show.
  static Message4 message;
  const auto payload = fuzz::exact_copy(data, size);
  if (const auto error = message.read(payload)) {
    demand(!wire::text(*error).empty() && message.codes().empty(), "an error leaves no options");
    return 0;
  }
  check_views(message, payload);
  check_rebuilt(message);
  check_small(message);
  return 0;
}
