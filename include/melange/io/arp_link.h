// SPDX-License-Identifier: Apache-2.0
//
// Asking the hosts on a wire whether an address is in use: an AF_PACKET socket for ARP on one
// interface, beside the raw link of DHCP. It sends the probes of RFC 5227 and gives what is heard;
// what that proves is judged elsewhere (dhcp/probes.h). The kernel's own ARP is left alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "melange/base/error.h"
#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/io/poller.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/wire/arp.h"

namespace melange::io {

class Inbox;

// What is taken in at one time, and the buffers for it: one serves all links, one after another.
class ArpBatch {
 public:
  ArpBatch();
  ArpBatch(const ArpBatch&) = delete;
  ArpBatch& operator=(const ArpBatch&) = delete;
  ~ArpBatch();

  void clear();

  base::InlineVector<wire::ArpPacket, base::limits::kArpBatch> packets;
  std::array<std::uint64_t, wire::kArpErrors> refused{};  // frames by wire::ArpError
  std::uint64_t drops = 0;  // lost in the kernel before we could take them

 private:
  friend class ArpLink;
  std::unique_ptr<Inbox> inbox_;
};

class ArpLink {
 public:
  // Needs CAP_NET_RAW. Its queue is short: a flood costs little memory, and what it drops is known.
  static base::Result<ArpLink> open(int ifindex, std::string name);

  // For poll(2): readable when `receive` has something.
  int descriptor() const { return fd_.get(); }

  // Appends the packets that others sent, without waiting, until the batch is full. A link that
  // went down gives nothing and no failure; one that is gone for good gives kUnavailable.
  base::Status receive(ArpBatch& batch);

  // Broadcasts one probe (RFC 5227 section 2.1.1). `sender` is the interface's own MAC, so that the
  // answer finds the way back. False if it did not leave (queue full, link down): it is lost, as on
  // any wire.
  bool probe(const net::Mac& sender, net::Ipv4 address);

 private:
  ArpLink(Descriptor fd, int ifindex, std::string name);

  Descriptor fd_;
  int ifindex_;
  std::string name_;
};

}  // namespace melange::io
