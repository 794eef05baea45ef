// SPDX-License-Identifier: Apache-2.0
//
// Waiting for descriptors (epoll) and for signals (signalfd). One thread owns a Poller.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/time.h"

namespace melange::io {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class Poller {
 public:
  static base::Result<Poller> open();

  // `token` comes back from `wait` when `fd` can be read or has failed.
  base::Status add(int fd, std::uint64_t token);
  // Before the descriptor is closed. One that is not there is ignored.
  void remove(int fd);
  // Tokens of ready descriptors, in the order that epoll gives; empty when the time is up. A signal
  // that interrupts the wait ends it. The span is valid until the next call.
  base::Result<std::span<const std::uint64_t>> wait(base::Millis timeout);

 private:
  explicit Poller(Descriptor epoll);

  Descriptor epoll_;
  std::vector<std::uint64_t> ready_;
};

// Blocks `signals` in the calling thread (and those that it starts later) and gives a descriptor
// that is readable when one arrives.
class SignalQueue {
 public:
  static base::Result<SignalQueue> open(std::initializer_list<int> signals);
  int descriptor() const { return fd_.get(); }
  // The next signal's number; 0 if there is none.
  int next();

 private:
  explicit SignalQueue(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

}  // namespace melange::io
