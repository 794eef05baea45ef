// SPDX-License-Identifier: Apache-2.0
//
// A link for clients that have no address yet: an AF_PACKET socket on one Ethernet interface. It
// gives what goes to 255.255.255.255 port 67, and sends whole frames. It knows nothing of the
// host's addresses. Frames are received into the link's own buffers, so a link may be asked once
// per turn.
#include <linux/if_packet.h>

#include <utility>

#include "melange/io/link.h"
#include "melange/io/poller.h"
#include "messages.h"
#include "packet_filter.h"
#include "packet_socket.h"
#include "socket_options.h"

namespace melange::io {
namespace {

wire::Checksum checksum_of(const tpacket_auxdata& facts) {
  return (facts.tp_status & TP_STATUS_CSUMNOTREADY) != 0 ? wire::Checksum::kPartial
                                                         : wire::Checksum::kComplete;
}

std::expected<wire::Datagram, wire::FrameError> read(const Inbox& inbox, std::size_t i,
                                                     int ifindex) {
  const auto facts = untagged(inbox, i);
  if (!facts) return std::unexpected(wire::FrameError::kVlan);
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
    if (*count == 0) return check_interface(fd_, ifindex_, name_);
    for (std::size_t i = 0; i < *count; ++i) take(i, batch);
    batch.ring_drops += drops_since_last_time(fd_);
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
    if (for_another_host(*inbox_, i)) return;
    const auto datagram = read(*inbox_, i, ifindex_);
    if (!datagram) {
      batch.refuse(ifindex_, datagram.error());
    } else if (datagram->destination.is_broadcast()) {
      batch.datagrams.push_back(*datagram);
    }
  }

  Descriptor fd_;
  int ifindex_;
  std::string name_;
  std::unique_ptr<Inbox> inbox_ = std::make_unique<Inbox>();
  std::unique_ptr<Outbox> outbox_ = std::make_unique<Outbox>();
};

}  // namespace

base::Result<std::unique_ptr<Link>> open_raw_link(int ifindex, const std::string& name) {
  const auto filter = broadcast_dhcp4_filter();
  if (!filter) return std::unexpected(filter.error());
  auto fd = open_packet_socket(ifindex, *filter, name);
  if (!fd) return std::unexpected(fd.error());
  enlarge_buffers(*fd);
  return std::make_unique<RawLink>(std::move(*fd), ifindex, name);
}

}  // namespace melange::io
