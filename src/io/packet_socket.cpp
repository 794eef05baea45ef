// SPDX-License-Identifier: Apache-2.0
#include "packet_socket.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <utility>

#include "melange/base/text.h"
#include "socket_options.h"

namespace melange::io {
namespace {

constexpr std::array kOptions = std::to_array<SocketOption>({
    {SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA"},
    {SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING"},
});

constexpr unsigned kVlanIdMask = 0x0fff;  // the tag's other bits are a priority

// Where the socket is bound; nothing, with errno set, if the kernel does not say.
std::optional<sockaddr_ll> bound_to(const Descriptor& fd) {
  sockaddr_ll bound{};
  socklen_t size = sizeof bound;
  void* const address = &bound;
  if (getsockname(fd.get(), static_cast<sockaddr*>(address), &size) != 0) return std::nullopt;
  return bound;
}

base::Status check_ethernet(const Descriptor& fd) {
  const auto bound = bound_to(fd);
  if (!bound) return base::system_error("getsockname", errno);
  if (bound->sll_hatype == ARPHRD_ETHER) return {};
  return base::failure(base::Fault::kUnavailable, "not an Ethernet interface");
}

base::Status bind_to_interface(const Descriptor& fd, int ifindex) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = ifindex;
  return bind_to(fd, address);
}

// Protocol 0 receives nothing: until `bind` names ETH_P_ALL the queue stays empty, and then the
// filter is in place.
base::Result<Descriptor> open(int ifindex, std::span<const sock_filter> filter) {
  // Index 0 would mean every interface of the host.
  if (ifindex <= 0) return base::failure(base::Fault::kUnavailable, "no such interface");
  Descriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return base::system_error("packet socket (needs CAP_NET_RAW)", errno);
  if (auto done = lock_filter(fd, filter); !done) return std::unexpected(done.error());
  if (auto done = set_options(fd, kOptions); !done) return std::unexpected(done.error());
  if (auto done = bind_to_interface(fd, ifindex); !done) return std::unexpected(done.error());
  if (auto done = check_ethernet(fd); !done) return std::unexpected(done.error());
  return fd;
}

}  // namespace

base::Result<Descriptor> open_packet_socket(int ifindex, std::span<const sock_filter> filter,
                                            std::string_view name) {
  auto fd = open(ifindex, filter);
  if (!fd) return base::failure(fd.error().fault, base::cat(name, ": ", fd.error().message));
  return fd;
}

std::optional<tpacket_auxdata> untagged(const Inbox& inbox, std::size_t i) {
  const auto facts = inbox.control<tpacket_auxdata>(i, SOL_PACKET, PACKET_AUXDATA);
  // Without the facts a tag might have been taken off unseen, and a tenant would hop VLANs.
  if (!facts) return std::nullopt;
  const bool tagged = (facts->tp_status & TP_STATUS_VLAN_VALID) != 0;
  if (tagged && (facts->tp_vlan_tci & kVlanIdMask) != 0) return std::nullopt;
  return facts;
}

bool for_another_host(const Inbox& inbox, std::size_t i) {
  return inbox.sender<sockaddr_ll>(i).sll_pkttype == PACKET_OTHERHOST;
}

// A deleted interface gives one ENETDOWN, as when it goes down, then nothing. But the socket then
// has no interface any more (hostile.md X2).
base::Status check_interface(const Descriptor& fd, int ifindex, std::string_view name) {
  const auto bound = bound_to(fd);
  if (bound && bound->sll_ifindex == ifindex) return {};
  return base::failure(base::Fault::kUnavailable, base::cat(name, ": interface is gone"));
}

std::uint64_t drops_since_last_time(const Descriptor& fd) {
  tpacket_stats statistics{};
  socklen_t size = sizeof statistics;
  // Reading them sets them to zero.
  if (getsockopt(fd.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
  return statistics.tp_drops;
}

}  // namespace melange::io
