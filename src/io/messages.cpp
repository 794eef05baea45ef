// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

#include "melange/base/check.h"
#include "melange/base/text.h"

namespace melange::io {
namespace {

// After these the socket is as good as before: nothing there, a link that went down (hostile.md
// X1), memory short, and what ICMP answers to something that was sent earlier (ip(7)).
constexpr std::array kPassing =
    std::to_array<int>({EAGAIN, EINTR, ENETDOWN, ENOBUFS, ENOMEM, ECONNREFUSED, EHOSTUNREACH,
                        EHOSTDOWN, ENETUNREACH, ENOPROTOOPT, EPROTO, EMSGSIZE, EOPNOTSUPP, EACCES});

void attach(mmsghdr& header, Envelope& envelope, std::size_t address, std::size_t control) {
  header = {};
  header.msg_hdr.msg_iov = &envelope.part;
  header.msg_hdr.msg_iovlen = 1;
  header.msg_hdr.msg_name = address == 0 ? nullptr : envelope.address.data();
  header.msg_hdr.msg_namelen = static_cast<socklen_t>(address);
  header.msg_hdr.msg_control = control == 0 ? nullptr : envelope.control.data();
  header.msg_hdr.msg_controllen = control;
}

}  // namespace

Inbox::Inbox() {
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    envelopes_[i].part = {frames_[i].data(), frames_[i].size()};
  }
}

base::Result<std::size_t> Inbox::receive(int fd, std::size_t room, std::string_view socket_name) {
  const auto headers = std::span(headers_).first(std::min(room, headers_.size()));
  for (std::size_t i = 0; i < headers.size(); ++i) {
    // The kernel wrote over the sizes of the batch before.
    Envelope& envelope = envelopes_[i];
    attach(headers[i], envelope, envelope.address.size(), envelope.control.size());
  }
  const int count =
      recvmmsg(fd, headers.data(), static_cast<unsigned>(headers.size()), MSG_DONTWAIT, nullptr);
  if (count >= 0) return static_cast<std::size_t>(count);
  const int error = errno;
  if (std::ranges::find(kPassing, error) != kPassing.end()) return std::size_t{0};
  return base::failure(base::Fault::kUnavailable,
                       base::cat(socket_name, ": ", std::generic_category().message(error)));
}

base::Bytes Inbox::bytes(std::size_t i) const {
  return base::Bytes(frames_[i])
      .first(std::min<std::size_t>(headers_[i].msg_len, frames_[i].size()));
}

bool Inbox::truncated(std::size_t i) const {
  return (headers_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

const unsigned char* Inbox::find_control(std::size_t i, int level, int type,
                                         std::size_t size) const {
  msghdr header = headers_[i].msg_hdr;  // CMSG_NXTHDR wants it writable
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == level && c->cmsg_type == type && c->cmsg_len >= CMSG_LEN(size)) {
      return CMSG_DATA(c);
    }
  }
  return nullptr;
}

Outbox::Outbox() = default;

void Outbox::add(base::Bytes bytes) {
  base::check(!full());
  Envelope& envelope = envelopes_[size_];
  // sendmmsg does not write to it; iovec serves both directions.
  envelope.part = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  attach(headers_[size_], envelope, 0, 0);
  ++size_;
}

void Outbox::address_last(const void* address, std::size_t size) {
  Envelope& envelope = envelopes_[size_ - 1];
  base::check(size <= envelope.address.size());
  std::memcpy(envelope.address.data(), address, size);
  attach(headers_[size_ - 1], envelope, size, 0);
}

void Outbox::control_last(int level, int type, const void* data, std::size_t size) {
  Envelope& envelope = envelopes_[size_ - 1];
  msghdr& header = headers_[size_ - 1].msg_hdr;
  base::check(CMSG_SPACE(size) <= envelope.control.size());
  header.msg_control = envelope.control.data();
  header.msg_controllen = CMSG_SPACE(size);
  cmsghdr* const c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(size);
  std::memcpy(CMSG_DATA(c), data, size);
}

std::size_t Outbox::flush(int fd) {
  std::span<mmsghdr> rest = std::span(headers_).first(size_);
  size_ = 0;
  std::size_t lost = 0;
  while (!rest.empty()) {
    const int sent = sendmmsg(fd, rest.data(), static_cast<unsigned>(rest.size()), MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    // hostile.md X5: a message that the kernel does not take now is lost; those behind it, which
    // may go another way (UDP) or be smaller, are still tried. Each round is one message shorter.
    if (sent <= 0) ++lost;
    rest = rest.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
  return lost;
}

}  // namespace melange::io
