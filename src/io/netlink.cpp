// SPDX-License-Identifier: Apache-2.0
#include "netlink.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <utility>

#include "melange/base/check.h"

namespace melange::io {
namespace {

// The kernel fills up to 32 KiB per message of a dump.
constexpr std::size_t kBufferSize = 32768;
// Changes that may wait while a turn is busy; some hundred octets to two KiB each.
constexpr int kEventBuffer = 4 << 20;
// A dump's parts are there at once. This is only so that a kernel fault cannot hang us.
constexpr timeval kDumpTimeout{1, 0};

void set_event_buffer(int fd) {
  const int size = kEventBuffer;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
}

// Calls `each` for the messages of one datagram until it returns false.
template <class Each>
void for_each_message(const void* buffer, std::size_t size, Each&& each) {
  int left = static_cast<int>(size);
  auto* message = static_cast<const nlmsghdr*>(buffer);
  while (mnl_nlmsg_ok(message, left) && each(*message)) message = mnl_nlmsg_next(message, &left);
}

// What a dump has come to after a message.
struct DumpState {
  bool ended = false;
  bool consistent = true;
  int error = 0;
};

void step(DumpState& state, const nlmsghdr& message, const NetlinkHandler& handler) {
  if ((message.nlmsg_flags & NLM_F_DUMP_INTR) != 0) state.consistent = false;
  if (message.nlmsg_type == NLMSG_DONE) {
    state.ended = true;
  } else if (message.nlmsg_type == NLMSG_ERROR) {
    state.ended = true;
    state.error = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&message))->error;
  } else {
    handler(message);
  }
}

int call(const nlattr* attribute, void* handler) {
  (*static_cast<const AttributeHandler*>(handler))(*attribute);
  return MNL_CB_OK;
}

}  // namespace

void for_each_attribute(const nlmsghdr& message, std::size_t body_size,
                        const AttributeHandler& handler) {
  AttributeHandler copy = handler;  // libmnl takes a pointer that is not const
  mnl_attr_parse(&message, static_cast<unsigned>(body_size), call, &copy);
}

void Netlink::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Netlink::Netlink(Socket socket) : socket_(std::move(socket)), buffer_(kBufferSize) {}

base::Result<Netlink> Netlink::open(unsigned groups) {
  Socket socket(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
  if (!socket) return base::system_error("netlink socket", errno);
  const int fd = mnl_socket_get_fd(socket.get());
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kDumpTimeout, sizeof kDumpTimeout);
  if (groups != 0) set_event_buffer(fd);
  if (mnl_socket_bind(socket.get(), groups, MNL_SOCKET_AUTOPID) < 0) {
    return base::system_error("netlink bind", errno);
  }
  return Netlink(std::move(socket));
}

int Netlink::descriptor() const { return mnl_socket_get_fd(socket_.get()); }

nlmsghdr& Netlink::new_request(std::uint16_t type) {
  nlmsghdr* const request = mnl_nlmsg_put_header(buffer_.data());
  request->nlmsg_type = type;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request->nlmsg_seq = ++sequence_;
  return *request;
}

base::Result<bool> Netlink::dump_links(const NetlinkHandler& handler) {
  nlmsghdr& request = new_request(RTM_GETLINK);
  mnl_nlmsg_put_extra_header(&request, sizeof(ifinfomsg));
  // Counters are most of a link's message, and nobody reads them here.
  mnl_attr_put_u32(&request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return dump(request, handler);
}

base::Result<bool> Netlink::dump_addresses(const NetlinkHandler& handler) {
  nlmsghdr& request = new_request(RTM_GETADDR);
  auto* const body =
      static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(&request, sizeof(ifaddrmsg)));
  body->ifa_family = AF_INET;
  return dump(request, handler);
}

base::Result<bool> Netlink::dump(const nlmsghdr& request, const NetlinkHandler& handler) {
  if (mnl_socket_sendto(socket_.get(), &request, request.nlmsg_len) < 0) {
    return base::system_error("netlink request", errno);
  }
  DumpState state;
  while (!state.ended) {
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return base::system_error("netlink dump", errno);
    for_each_message(buffer_.data(), static_cast<std::size_t>(size), [&](const nlmsghdr& message) {
      // Left over from a dump that failed half-way.
      if (message.nlmsg_seq == sequence_) step(state, message, handler);
      return !state.ended;
    });
  }
  if (state.error != 0) return base::system_error("netlink dump", state.error);
  return state.consistent;
}

base::Result<bool> Netlink::drain(const NetlinkHandler& handler) {
  bool complete = true;
  while (true) {
    const ssize_t size = recv(descriptor(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return complete;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != ENOBUFS) return base::system_error("netlink", errno);
    if (size < 0) {
      complete = false;
      continue;
    }
    for_each_message(buffer_.data(), static_cast<std::size_t>(size), [&](const nlmsghdr& message) {
      handler(message);
      return true;
    });
  }
}

}  // namespace melange::io
