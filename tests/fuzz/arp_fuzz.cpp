// SPDX-License-Identifier: Apache-2.0
//
// Input: a frame. Padding changes nothing, what is cut off is refused, what was read can be
// printed, and a probe for the target comes back.
#include "melange/wire/arp.h"

#include <array>

#include "demand.h"

namespace {

using namespace melange;
using fuzz::demand;

void probe_for_target(const wire::ArpPacket& packet) {
  std::array<std::uint8_t, wire::kArpFrame> frame{};
  wire::put_arp_probe(frame, packet.sender_mac, packet.target_address);
  const auto probe = wire::parse_arp(frame);
  demand(probe.has_value(), "our own probe is well-formed");
  demand(*probe == wire::ArpPacket{.sender_mac = packet.sender_mac,
                                   .sender_address = {},
                                   .target_mac = {},
                                   .target_address = packet.target_address},
         "it asks for the address and claims none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto frame = fuzz::exact_copy(data, size);
  const auto packet = wire::parse_arp(frame);
  if (!packet) {
    demand(!wire::text(packet.error()).empty(), "every error has a name");
    return 0;
  }
  demand(size >= wire::kArpFrame, "a packet has all its octets");
  demand(fuzz::printable(wire::text(*packet)), "a packet prints");
  frame.push_back(0xa5);
  demand(wire::parse_arp(frame) == packet, "padding changes nothing");
  const auto cut = fuzz::exact_copy(data, wire::kArpFrame - 1);
  demand(!wire::parse_arp(cut), "what is cut off is refused");
  probe_for_target(*packet);
  return 0;
}
