// SPDX-License-Identifier: Apache-2.0
//
// What recvmmsg(2) and sendmmsg(2) work on, made once per socket: one system call moves a batch and
// nothing is allocated for a packet. Slots are written from the first, so that a quiet link touches
// few of its pages.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "melange/base/bytes.h"
#include "melange/base/error.h"
#include "melange/base/limits.h"

namespace melange::io {

// The sender or receiver of one message, and what the kernel says beside it (cmsg(3)).
struct Envelope {
  alignas(8) std::array<std::byte, 32> address;        // sockaddr_ll has 20 octets, sockaddr_in 16
  alignas(cmsghdr) std::array<std::byte, 64> control;  // one tpacket_auxdata or in_pktinfo
  iovec part;
};

class Inbox {
 public:
  // Leaves the frames uninitialised: what was not received is never looked at.
  Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Takes at most `room` messages, in place of those that are here. None, and no failure, if
  // nothing is there or the error is one that passes; kUnavailable if the socket is lost.
  base::Result<std::size_t> receive(int fd, std::size_t room, std::string_view socket_name);

  // Message `i` of the last `receive`.
  base::Bytes bytes(std::size_t i) const;
  bool truncated(std::size_t i) const;
  template <class Address>
  Address sender(std::size_t i) const {
    return copy<Address>(envelopes_[i].address.data());
  }
  template <class T>
  std::optional<T> control(std::size_t i, int level, int type) const {
    const unsigned char* data = find_control(i, level, type, sizeof(T));
    return data == nullptr ? std::nullopt : std::optional(copy<T>(data));
  }

 private:
  template <class T>
  static T copy(const void* from) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  const unsigned char* find_control(std::size_t i, int level, int type, std::size_t size) const;

  std::array<mmsghdr, base::limits::kBatchFrames> headers_;
  std::array<Envelope, base::limits::kBatchFrames> envelopes_;
  std::array<std::array<std::uint8_t, base::limits::kFrameSize>, base::limits::kBatchFrames>
      frames_;
};

class Outbox {
 public:
  Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  bool full() const { return size_ == headers_.size(); }
  // Must not be full. `bytes` must stay until the flush.
  void add(base::Bytes bytes);
  template <class Address, class Control>
  void add(base::Bytes bytes, const Address& to, int level, int type, const Control& control) {
    add(bytes);
    address_last(&to, sizeof to);
    control_last(level, type, &control, sizeof control);
  }
  // Sends everything in order and is empty again. Returns how many the kernel did not take.
  std::size_t flush(int fd);

 private:
  void address_last(const void* address, std::size_t size);
  void control_last(int level, int type, const void* data, std::size_t size);

  std::array<mmsghdr, base::limits::kBatchFrames> headers_{};
  std::array<Envelope, base::limits::kBatchFrames> envelopes_;
  std::size_t size_ = 0;
};

}  // namespace melange::io
