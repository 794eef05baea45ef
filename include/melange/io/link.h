// SPDX-License-Identifier: Apache-2.0
//
// Where datagrams come from and go to. A Link is one socket: an AF_PACKET socket on one interface
// (broadcasts, and answers to clients that have no address yet), or the UDP socket of port 67
// (unicast to us, and answers that the kernel routes). Each datagram is taken in once: the raw
// links take those for 255.255.255.255, the UDP socket all others. Tests stand in with links of
// their own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/error.h"
#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/net/address.h"
#include "melange/wire/frame.h"

namespace melange::io {

// What one turn takes in. The datagrams' payloads stay valid until their link receives again.
struct Batch {
  // Frames that were not taken, each link and reason once.
  struct Refused {
    int ifindex = 0;
    wire::FrameError error{};
    std::uint64_t count = 0;
  };

  base::InlineVector<wire::Datagram, base::limits::kBatchFrames> datagrams;
  std::vector<Refused> refused;
  std::uint64_t ring_drops = 0;  // lost in the kernel before we could take them

  void clear();
  void refuse(int ifindex, wire::FrameError error);
};

// What one turn sends: a whole frame (raw links) or a payload for the kernel to route (UDP).
struct Outgoing {
  base::Bytes bytes;
  net::Ipv4 source;        // UDP only: the address to send from; 0.0.0.0 leaves it to the kernel
  net::Ipv4 destination;   // UDP only
  std::uint16_t port = 0;  // UDP only
};

class Link {
 public:
  virtual ~Link() = default;
  // For poll(2): readable when `receive` has something.
  virtual int descriptor() const = 0;
  // Appends what is there, without waiting, until the batch is full. A link that went down gives
  // nothing and no failure; one that is gone for good gives kUnavailable.
  virtual base::Status receive(Batch& batch) = 0;
  // Sends all, in order, without waiting; returns how many did not leave (ENOBUFS, EAGAIN, link
  // down): they are lost, as on any wire, and the caller counts them.
  virtual std::size_t send(std::span<const Outgoing> packets) = 0;
};

// An AF_PACKET socket on one interface with a BPF filter for UDP port 67 that is locked once set
// (SO_LOCK_FILTER). Needs CAP_NET_RAW. `ifindex` is stamped on each datagram.
base::Result<std::unique_ptr<Link>> open_raw_link(int ifindex, const std::string& name);

// The UDP socket 0.0.0.0:67. Datagrams to 255.255.255.255 are skipped: the raw links have them.
// Needs CAP_NET_BIND_SERVICE. `port` is 67 but in tests.
base::Result<std::unique_ptr<Link>> open_udp_link(std::uint16_t port);

}  // namespace melange::io
