// SPDX-License-Identifier: Apache-2.0
//
// An AF_PACKET socket on one Ethernet interface, and what must be asked of it beside its frames.
//
// Facts that it rests on (dhcp.md section 4): only ETH_P_ALL shows VLAN tags and works on a bridge
// port; the kernel takes the outer tag off and tells of it in the auxdata; a socket whose interface
// is deleted stays silent for ever.
#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "melange/base/error.h"
#include "melange/io/poller.h"
#include "messages.h"

namespace melange::io {

// It gives whole frames that `filter` accepts, without those that the host sends, and never blocks.
// Nothing is queued before the filter is in place and locked. Failures start with `name`.
base::Result<Descriptor> open_packet_socket(int ifindex, std::span<const sock_filter> filter,
                                            std::string_view name);

// What the kernel says beside frame `i`; nothing if the frame came with the tag of a VLAN. VLAN 0
// is no VLAN, only a priority (hostile.md W7).
std::optional<tpacket_auxdata> untagged(const Inbox& inbox, std::size_t i);

// True if frame `i` is for somebody else, and seen only because the interface is promiscuous (a
// bridge port).
bool for_another_host(const Inbox& inbox, std::size_t i);

// kUnavailable if the interface that the socket was opened on is gone. To be asked when it gives
// nothing: no error tells of it.
base::Status check_interface(const Descriptor& fd, int ifindex, std::string_view name);

// Frames that the kernel dropped since this was last asked, because the queue was full.
std::uint64_t drops_since_last_time(const Descriptor& fd);

}  // namespace melange::io
