// SPDX-License-Identifier: Apache-2.0
#include "melange/io/arp_link.h"

#include <sys/socket.h>

#include <utility>

#include "messages.h"
#include "packet_filter.h"
#include "packet_socket.h"
#include "socket_options.h"

namespace melange::io {
namespace {

// Of the kernel's memory, which doubles it: room for some 150 packets. The host's own ARP traffic
// comes by here too, and most of it is not asked for.
constexpr std::array kOptions = std::to_array<SocketOption>({
    {SOL_SOCKET, SO_RCVBUF, 64 << 10, "SO_RCVBUF"},
});

std::expected<wire::ArpPacket, wire::ArpError> read(const Inbox& inbox, std::size_t i) {
  if (!untagged(inbox, i)) return std::unexpected(wire::ArpError::kVlan);
  return wire::parse_arp(inbox.bytes(i));
}

}  // namespace

ArpBatch::ArpBatch() : inbox_(std::make_unique<Inbox>()) {}
ArpBatch::~ArpBatch() = default;

void ArpBatch::clear() {
  packets.clear();
  refused.fill(0);
  drops = 0;
}

base::Result<ArpLink> ArpLink::open(int ifindex, std::string name) {
  const auto filter = arp_filter();
  if (!filter) return std::unexpected(filter.error());
  auto fd = open_packet_socket(ifindex, *filter, name);
  if (!fd) return std::unexpected(fd.error());
  if (auto done = set_options(*fd, kOptions); !done) return std::unexpected(done.error());
  return ArpLink(std::move(*fd), ifindex, std::move(name));
}

ArpLink::ArpLink(Descriptor fd, int ifindex, std::string name)
    : fd_(std::move(fd)), ifindex_(ifindex), name_(std::move(name)) {}

base::Status ArpLink::receive(ArpBatch& batch) {
  const Inbox& inbox = *batch.inbox_;
  const std::size_t room = base::limits::kArpBatch - batch.packets.size();
  const auto count = batch.inbox_->receive(fd_.get(), room, name_);
  if (!count) return std::unexpected(count.error());
  if (*count == 0) return check_interface(fd_, ifindex_, name_);
  for (std::size_t i = 0; i < *count; ++i) {
    if (for_another_host(inbox, i)) continue;
    if (const auto packet = read(inbox, i)) {
      batch.packets.push_back(*packet);
    } else {
      ++batch.refused.at(static_cast<std::size_t>(packet.error()));
    }
  }
  batch.drops += drops_since_last_time(fd_);
  return {};
}

bool ArpLink::probe(const net::Mac& sender, net::Ipv4 address) {
  std::array<std::uint8_t, wire::kArpFrame> frame{};
  wire::put_arp_probe(frame, sender, address);
  const ssize_t sent = send(fd_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
  return sent == static_cast<ssize_t>(frame.size());
}

}  // namespace melange::io
