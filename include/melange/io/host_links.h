// SPDX-License-Identifier: Apache-2.0
//
// The host's interfaces and their IPv4 addresses, as netlink tells them, so that a link that
// appears, goes or changes its address is served rightly at once (design.md section 5). Only
// rtnetlink is read; nothing of the host is changed.
#pragma once

#include <memory>
#include <span>

#include "melange/base/error.h"
#include "melange/net/host_link.h"

namespace melange::io {

using net::HostAddress;
using net::HostLink;

class HostLinks {
 public:
  // Subscribes to changes, then reads all links and addresses.
  static base::Result<HostLinks> open();
  HostLinks(HostLinks&&) noexcept;
  HostLinks& operator=(HostLinks&&) noexcept;
  ~HostLinks();

  int descriptor() const;
  // Takes in what netlink has sent, without waiting; true if `links` changed. After an overrun of
  // the socket (ENOBUFS) everything is read again.
  base::Result<bool> refresh();
  std::span<const HostLink> links() const;  // ascending by ifindex

 private:
  struct State;
  explicit HostLinks(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace melange::io
