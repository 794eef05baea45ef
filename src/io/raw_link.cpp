// SPDX-License-Identifier: Apache-2.0
//
// A link for clients that have no address yet: an AF_PACKET socket on one Ethernet interface. It
// gives what goes to 255.255.255.255 port 67, and sends whole frames. It knows nothing of the
// host's addresses. Frames are received into the link's own buffers, so a link may be asked once
// per turn.
//
// Facts that it rests on (dhcp.md section 4): only ETH_P_ALL shows VLAN tags and works on a bridge
// port; the kernel takes the outer tag off and tells of it in the auxdata; a socket whose interface
// is deleted stays silent for ever.
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
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

constexpr std::array kOptions = std::to_array<SocketOption>({
    {SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA"},
    {SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING"},
});

constexpr unsigned kVlanIdMask = 0x0fff;  // the tag's other bits are a priority

// The tag that the kernel took off. VLAN 0 is no VLAN, only a priority (hostile.md W7).
bool in_vlan(const tpacket_auxdata& facts) {
  return (facts.tp_status & TP_STATUS_VLAN_VALID) != 0 && (facts.tp_vlan_tci & kVlanIdMask) != 0;
}

wire::Checksum checksum_of(const tpacket_auxdata& facts) {
  return (facts.tp_status & TP_STATUS_CSUMNOTREADY) != 0 ? wire::Checksum::kPartial
                                                         : wire::Checksum::kComplete;
}

std::expected<wire::Datagram, wire::FrameError> read(const Inbox& inbox, std::size_t i,
                                                     int ifindex) {
  const auto facts = inbox.control<tpacket_auxdata>(i, SOL_PACKET, PACKET_AUXDATA);
  // Without the facts a tag might have been taken off unseen, and a tenant would hop VLANs.
  if (!facts || in_vlan(*facts)) return std::unexpected(wire::FrameError::kVlan);
  // A frame that is longer than its buffer has lost its end; the IP total length shows it.
  return wire::parse_frame(inbox.bytes(i), checksum_of(*facts), ifindex);
}

class RawLink final : public Link {
 public:
  RawLink(Descriptor fd, int ifindex, std::string name)
      : fd_(std::move(fd)), ifindex_(ifindex), name_(std::move(name)) {}

  int descriptor() const override { return fd_.get(); }

  base::Status receive(Batch& batch) override {
    const std::size_t room = base::limits::kBatchFrames - batch.datagrams.size();
    const auto count = inbox_->receive(fd_.get(), room, name_);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return check_interface();
    for (std::size_t i = 0; i < *count; ++i) take(i, batch);
    batch.ring_drops += drops_since_last_time();
    return {};
  }

  std::size_t send(std::span<const Outgoing> packets) override {
    std::size_t lost = 0;
    for (const Outgoing& packet : packets) {
      if (outbox_->full()) lost += outbox_->flush(fd_.get());
      outbox_->add(packet.bytes);
    }
    return lost + outbox_->flush(fd_.get());
  }

 private:
  void take(std::size_t i, Batch& batch) {
    // Not to us, but seen because the interface is promiscuous (a bridge port).
    if (inbox_->sender<sockaddr_ll>(i).sll_pkttype == PACKET_OTHERHOST) return;
    const auto datagram = read(*inbox_, i, ifindex_);
    if (!datagram) {
      ++batch.refused.at(static_cast<std::size_t>(datagram.error()));
    } else if (datagram->destination.is_broadcast()) {
      batch.datagrams.push_back(*datagram);
    }
  }

  // A deleted interface gives no error of its own: one ENETDOWN, as when it goes down, then
  // nothing. But the socket then has no interface any more (hostile.md X2).
  base::Status check_interface() const {
    sockaddr_ll bound{};
    socklen_t size = sizeof bound;
    void* const address = &bound;
    const bool known = getsockname(fd_.get(), static_cast<sockaddr*>(address), &size) == 0;
    if (known && bound.sll_ifindex == ifindex_) return {};
    return base::failure(base::Fault::kUnavailable, base::cat(name_, ": interface is gone"));
  }

  std::uint64_t drops_since_last_time() const {
    tpacket_stats statistics{};
    socklen_t size = sizeof statistics;
    // Reading them sets them to zero.
    if (getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
    return statistics.tp_drops;
  }

  Descriptor fd_;
  int ifindex_;
  std::string name_;
  std::unique_ptr<Inbox> inbox_ = std::make_unique<Inbox>();
  std::unique_ptr<Outbox> outbox_ = std::make_unique<Outbox>();
};

base::Status check_ethernet(const Descriptor& fd) {
  sockaddr_ll bound{};
  socklen_t size = sizeof bound;
  void* const address = &bound;
  if (getsockname(fd.get(), static_cast<sockaddr*>(address), &size) != 0) {
    return base::system_error("getsockname", errno);
  }
  if (bound.sll_hatype == ARPHRD_ETHER) return {};
  return base::failure(base::Fault::kUnavailable, "not an Ethernet interface");
}

// Protocol 0 receives nothing: until `bind` names ETH_P_ALL the queue stays empty, and then the
// filter is in place.
base::Result<Descriptor> open_socket(int ifindex) {
  Descriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return base::system_error("packet socket (needs CAP_NET_RAW)", errno);
  const auto filter = broadcast_dhcp4_filter();
  if (!filter) return std::unexpected(filter.error());
  if (auto done = lock_filter(fd, *filter); !done) return std::unexpected(done.error());
  if (auto done = set_options(fd, kOptions); !done) return std::unexpected(done.error());
  enlarge_buffers(fd);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = ifindex;
  if (auto done = bind_to(fd, address); !done) return std::unexpected(done.error());
  if (auto done = check_ethernet(fd); !done) return std::unexpected(done.error());
  return fd;
}

}  // namespace

base::Result<std::unique_ptr<Link>> open_raw_link(int ifindex, const std::string& name) {
  // Index 0 would mean every interface of the host.
  if (ifindex <= 0) return base::failure(base::Fault::kUnavailable, name + ": no such interface");
  auto fd = open_socket(ifindex);
  if (!fd) return base::failure(fd.error().fault, base::cat(name, ": ", fd.error().message));
  return std::make_unique<RawLink>(std::move(*fd), ifindex, name);
}

}  // namespace melange::io
