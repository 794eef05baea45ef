// SPDX-License-Identifier: Apache-2.0
//
// One of the host's network interfaces, as a value: io reads them from the kernel, dhcp decides
// which network each of them serves.
#pragma once

#include <string>
#include <vector>

#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"

namespace melange::net {

struct HostAddress {
  Ipv4 address;
  Prefix prefix = *Prefix::make(Ipv4{}, 0);  // of the link, from the address and its length

  bool operator==(const HostAddress&) const = default;
};

struct HostLink {
  int ifindex = 0;
  std::string name;
  Mac mac;
  unsigned mtu = 1500;
  bool up = false;
  bool ethernet = false;               // ARPHRD_ETHER; others cannot be served
  std::vector<HostAddress> addresses;  // in the kernel's order: the first is the primary one

  bool operator==(const HostLink&) const = default;
};

}  // namespace melange::net
