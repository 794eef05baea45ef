// SPDX-License-Identifier: Apache-2.0
#include "wire_tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

namespace melange::test {

WireTap::WireTap(int ifindex) : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const int on = 1;
  const int room = 8 << 20;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = ifindex;
  const void* const generic = &address;
  if (!fd_.valid() ||
      setsockopt(fd_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0 ||
      bind(fd_.get(), static_cast<const sockaddr*>(generic), sizeof address) != 0) {
    throw std::runtime_error("cannot open a packet socket: must be run as root");
  }
}

bool WireTap::send(base::Bytes frame) const {
  const ssize_t sent = ::send(fd_.get(), frame.data(), frame.size(), 0);
  return sent == static_cast<ssize_t>(frame.size());
}

std::optional<std::vector<std::uint8_t>> WireTap::next(base::Millis timeout) const {
  std::vector<std::uint8_t> frame(65536);
  if (!wait_readable(fd_.get(), timeout)) return std::nullopt;
  const ssize_t size = recv(fd_.get(), frame.data(), frame.size(), 0);
  if (size < 0) return std::nullopt;
  frame.resize(static_cast<std::size_t>(size));
  return frame;
}

bool wait_readable(int fd, base::Millis timeout) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace melange::test
