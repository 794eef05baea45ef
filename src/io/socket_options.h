// SPDX-License-Identifier: Apache-2.0
//
// Setting up sockets: options as tables, buffer sizes, and the socket address casts of the C API.
#pragma once

#include <linux/filter.h>
#include <sys/socket.h>

#include <span>
#include <string_view>

#include "melange/base/error.h"
#include "melange/io/poller.h"

namespace melange::io {

struct SocketOption {
  int level;
  int name;
  int value;
  std::string_view text;  // the option's name, for the failure
};

base::Status set_options(const Descriptor& fd, std::span<const SocketOption> options);

// Room for some thousand datagrams each way: what comes in while a commit waits for the disk, and
// one turn's replies. Beyond the host's rmem_max only with CAP_NET_ADMIN; less is no failure.
void enlarge_buffers(const Descriptor& fd);

// From now on the socket queues only what `program` accepts, and nobody can take the program off
// again (SO_LOCK_FILTER). To be called before `bind`, so that nothing was queued unfiltered.
base::Status lock_filter(const Descriptor& fd, std::span<const sock_filter> program);

base::Status bind_to(const Descriptor& fd, const void* address, socklen_t size);

template <class Address>
base::Status bind_to(const Descriptor& fd, const Address& address) {
  return bind_to(fd, &address, sizeof address);
}

}  // namespace melange::io
