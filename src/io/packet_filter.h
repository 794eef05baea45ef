// SPDX-License-Identifier: Apache-2.0
//
// The classic BPF programs of the sockets. Two of them divide the datagrams between them: what
// goes to 255.255.255.255 is a raw link's, everything else the UDP socket's (hostile.md I5: one
// packet, at most one reply). They also keep a flood of the one from filling the queue of the
// other.
#pragma once

#include <linux/filter.h>

#include <span>
#include <vector>

#include "melange/base/error.h"

namespace melange::io {

// For Ethernet packet sockets; compiled by libpcap.
base::Result<std::vector<sock_filter>> broadcast_dhcp4_filter();
base::Result<std::vector<sock_filter>> arp_filter();

// For a UDP socket: neither 255.255.255.255 nor multicast.
std::span<const sock_filter> unicast_filter();

}  // namespace melange::io
