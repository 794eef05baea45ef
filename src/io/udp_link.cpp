// SPDX-License-Identifier: Apache-2.0
//
// The link for relays and for clients that have an address: one UDP socket for all interfaces. The
// kernel checks the checksums, joins fragments and routes the answers; that the port is bound also
// keeps it from answering unicast renewals with "port unreachable". Its `ring_drops` stay 0: the
// kernel counts a full queue together with what the filter dropped.
#include <linux/udp.h>
#include <netinet/in.h>

#include <cerrno>
#include <utility>

#include "melange/base/text.h"
#include "melange/io/link.h"
#include "melange/io/poller.h"
#include "messages.h"
#include "packet_filter.h"
#include "socket_options.h"

namespace melange::io {
namespace {

// No SO_REUSEADDR: two servers on one port would each get a part of the packets. No SO_BROADCAST:
// broadcasts leave by the raw links.
//
// IP_PMTUDISC_INTERFACE: an answer that the outgoing link cannot carry in one piece is not sent
// (design.md, invariant 3). Others go without DF, so that a tunnel on the way to a relay may still
// cut them, and a forged "fragmentation needed" can neither stop nor split what we send.
constexpr std::array kOptions = std::to_array<SocketOption>({
    {IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"},
    {IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_INTERFACE, "IP_MTU_DISCOVER"},
});

net::Ipv4 address_of(in_addr address) { return net::Ipv4(ntohl(address.s_addr)); }
in_addr in_addr_of(net::Ipv4 address) { return {htonl(address.value())}; }

sockaddr_in socket_address(net::Ipv4 address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr = in_addr_of(address);
  return out;
}

class UdpLink final : public Link {
 public:
  UdpLink(Descriptor fd, std::uint16_t port)
      : fd_(std::move(fd)), port_(port), name_(base::cat("UDP port ", port)) {}

  int descriptor() const override { return fd_.get(); }

  base::Status receive(Batch& batch) override {
    const std::size_t room = base::limits::kBatchFrames - batch.datagrams.size();
    const auto count = inbox_->receive(fd_.get(), room, name_);
    if (!count) return std::unexpected(count.error());
    for (std::size_t i = 0; i < *count; ++i) take(i, batch);
    return {};
  }

  std::size_t send(std::span<const Outgoing> packets) override {
    std::size_t lost = 0;
    for (const Outgoing& packet : packets) {
      if (outbox_->full()) lost += outbox_->flush(fd_.get());
      // Interface 0: the kernel routes. Source 0.0.0.0: it chooses that, too.
      const in_pktinfo from{0, in_addr_of(packet.source), {}};
      outbox_->add(packet.bytes, socket_address(packet.destination, packet.port), IPPROTO_IP,
                   IP_PKTINFO, from);
    }
    return lost + outbox_->flush(fd_.get());
  }

 private:
  void take(std::size_t i, Batch& batch) {
    const auto arrival = inbox_->control<in_pktinfo>(i, IPPROTO_IP, IP_PKTINFO);
    if (!arrival) return;  // cannot be: IP_PKTINFO is on
    const net::Ipv4 destination = address_of(arrival->ipi_addr);
    // The filter lets none of these in. A raw link has the first, nobody serves the second.
    if (destination.is_broadcast() || destination.is_multicast()) return;
    if (inbox_->truncated(i)) {
      batch.refuse(arrival->ipi_ifindex, wire::FrameError::kTruncated);
      return;
    }
    const auto sender = inbox_->sender<sockaddr_in>(i);
    wire::Datagram datagram;
    datagram.ifindex = arrival->ipi_ifindex;
    datagram.source = address_of(sender.sin_addr);
    datagram.destination = destination;
    datagram.source_port = ntohs(sender.sin_port);
    datagram.destination_port = port_;
    datagram.payload = inbox_->bytes(i);
    batch.datagrams.push_back(datagram);
  }

  Descriptor fd_;
  std::uint16_t port_;
  std::string name_;
  std::unique_ptr<Inbox> inbox_ = std::make_unique<Inbox>();
  std::unique_ptr<Outbox> outbox_ = std::make_unique<Outbox>();
};

base::Result<Descriptor> open_socket(std::uint16_t port) {
  Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
  if (!fd.valid()) return base::system_error("socket", errno);
  if (auto done = lock_filter(fd, unicast_filter()); !done) return std::unexpected(done.error());
  if (auto done = set_options(fd, kOptions); !done) return std::unexpected(done.error());
  enlarge_buffers(fd);
  auto done = bind_to(fd, socket_address(net::Ipv4(), port));
  if (!done) return std::unexpected(done.error());
  return fd;
}

}  // namespace

base::Result<std::unique_ptr<Link>> open_udp_link(std::uint16_t port) {
  auto fd = open_socket(port);
  if (fd) return std::make_unique<UdpLink>(std::move(*fd), port);
  return base::failure(fd.error().fault, base::cat("UDP port ", port, ": ", fd.error().message,
                                                   " (another DHCP server, or no "
                                                   "CAP_NET_BIND_SERVICE?)"));
}

}  // namespace melange::io
