// SPDX-License-Identifier: Apache-2.0
//
// One rtnetlink socket, over libmnl: dumps, and what the kernel sends on its own.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "melange/base/error.h"

struct mnl_socket;

namespace melange::io {

using NetlinkHandler = std::function<void(const nlmsghdr&)>;
using AttributeHandler = std::function<void(const nlattr&)>;

// The attributes behind a message's fixed part, which has `body_size` octets.
void for_each_attribute(const nlmsghdr& message, std::size_t body_size,
                        const AttributeHandler& handler);

class Netlink {
 public:
  // `groups` is a mask of RTMGRP_*; 0 for a socket that only asks.
  static base::Result<Netlink> open(unsigned groups);

  int descriptor() const;
  // All links, or all IPv4 addresses, each given to `handler`. False if they changed meanwhile
  // (NLM_F_DUMP_INTR), so that some may be missing or old.
  base::Result<bool> dump_links(const NetlinkHandler& handler);
  base::Result<bool> dump_addresses(const NetlinkHandler& handler);
  // Gives `handler` all that has arrived, without waiting. False if some was lost (ENOBUFS).
  base::Result<bool> drain(const NetlinkHandler& handler);

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  using Socket = std::unique_ptr<mnl_socket, Close>;

  explicit Netlink(Socket socket);
  nlmsghdr& new_request(std::uint16_t type);
  base::Result<bool> dump(const nlmsghdr& request, const NetlinkHandler& handler);

  Socket socket_;
  std::vector<char> buffer_;
  std::uint32_t sequence_ = 0;
};

}  // namespace melange::io
