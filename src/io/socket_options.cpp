// SPDX-License-Identifier: Apache-2.0
#include "socket_options.h"

#include <cerrno>
#include <vector>

namespace melange::io {
namespace {

// Of the kernel's memory, in which a queued datagram takes 768 octets and more.
constexpr int kReceiveBuffer = 8 << 20;
constexpr int kSendBuffer = 1 << 20;

bool set(const Descriptor& fd, int level, int name, int value) {
  return setsockopt(fd.get(), level, name, &value, sizeof value) == 0;
}

}  // namespace

base::Status set_options(const Descriptor& fd, std::span<const SocketOption> options) {
  for (const SocketOption& option : options) {
    if (!set(fd, option.level, option.name, option.value)) {
      return base::system_error(option.text, errno);
    }
  }
  return {};
}

void enlarge_buffers(const Descriptor& fd) {
  if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer)) {
    set(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  }
  if (!set(fd, SOL_SOCKET, SO_SNDBUFFORCE, kSendBuffer)) {
    set(fd, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  }
}

base::Status lock_filter(const Descriptor& fd, std::span<const sock_filter> program) {
  std::vector<sock_filter> code(program.begin(), program.end());  // the C structure is not const
  const sock_fprog filter{static_cast<unsigned short>(code.size()), code.data()};
  if (setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    return base::system_error("SO_ATTACH_FILTER", errno);
  }
  if (!set(fd, SOL_SOCKET, SO_LOCK_FILTER, 1)) return base::system_error("SO_LOCK_FILTER", errno);
  return {};
}

base::Status bind_to(const Descriptor& fd, const void* address, socklen_t size) {
  if (bind(fd.get(), static_cast<const sockaddr*>(address), size) == 0) return {};
  return base::system_error("bind", errno);
}

}  // namespace melange::io
