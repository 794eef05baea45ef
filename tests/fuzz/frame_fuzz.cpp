// SPDX-License-Identifier: Apache-2.0
//
// Input: a frame. Its payload lies inside it, a partial checksum only forgives, and the payload
// comes back from a frame of our own.
#include "melange/wire/frame.h"

#include "demand.h"

namespace {

using namespace melange;
using fuzz::demand;

void put_and_parse(base::Bytes payload, const wire::Datagram& datagram) {
  if (payload.empty()) return;
  std::vector<std::uint8_t> frame(wire::kFrameOverhead, 0xa5);
  frame.insert(frame.end(), payload.begin(), payload.end());
  wire::put_frame_headers(frame, {.source_mac = *datagram.source_mac,
                                  .destination_mac = net::kBroadcastMac,
                                  .source = datagram.source,
                                  .destination = datagram.destination,
                                  .source_port = datagram.source_port,
                                  .destination_port = datagram.destination_port});
  const auto again = wire::parse_frame(frame, wire::Checksum::kComplete, datagram.ifindex);
  demand(again.has_value(), "our own frame is well-formed");
  demand(base::equal(again->payload, payload), "the payload comes back");
  demand(again->source == datagram.source && again->destination == datagram.destination &&
             again->source_mac == datagram.source_mac &&
             again->source_port == datagram.source_port &&
             again->destination_port == datagram.destination_port,
         "addresses and ports come back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = fuzz::exact_copy(data, size);
  const auto complete = wire::parse_frame(frame, wire::Checksum::kComplete, 1);
  const auto partial = wire::parse_frame(frame, wire::Checksum::kPartial, 1);
  if (complete) {
    demand(partial.has_value(), "a partial checksum forgives");
    demand(base::equal(complete->payload, partial->payload), "and changes nothing");
  }
  if (!partial) {
    demand(!wire::text(partial.error()).empty(), "every error has a name");
    return 0;
  }
  demand(fuzz::inside(partial->payload, frame), "the payload lies inside the frame");
  put_and_parse(partial->payload, *partial);
  return 0;
}
