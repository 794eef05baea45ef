// SPDX-License-Identifier: Apache-2.0
//
// Level-triggered epoll: a descriptor that was not emptied in one turn is reported again in the
// next, after those that waited behind it, so that one flooded link does not starve the others.
#include "melange/io/poller.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

namespace melange::io {
namespace {

// Descriptors reported by one call; the others wait at the head of the kernel's list.
constexpr std::size_t kEventsPerWait = 64;

int clamp(base::Millis timeout) {
  constexpr std::int64_t kLongest = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, kLongest));
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (valid()) close(fd_);
}

Poller::Poller(Descriptor epoll) : epoll_(std::move(epoll)) { ready_.reserve(kEventsPerWait); }

base::Result<Poller> Poller::open() {
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return base::system_error("epoll_create1", errno);
  return Poller(std::move(epoll));
}

base::Status Poller::add(int fd, std::uint64_t token) {
  epoll_event event{};
  event.events = EPOLLIN;  // EPOLLERR and EPOLLHUP are reported unasked
  event.data.u64 = token;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return base::system_error("epoll_ctl", errno);
}

void Poller::remove(int fd) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

base::Result<std::span<const std::uint64_t>> Poller::wait(base::Millis timeout) {
  std::array<epoll_event, kEventsPerWait> events;
  ready_.clear();
  const int count =
      epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), clamp(timeout));
  if (count < 0 && errno != EINTR) return base::system_error("epoll_wait", errno);
  for (const epoll_event& event :
       std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
    ready_.push_back(event.data.u64);
  }
  return ready_;
}

base::Result<SignalQueue> SignalQueue::open(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  if (const int error = pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    return base::system_error("pthread_sigmask", error);
  }
  Descriptor fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd.valid()) return base::system_error("signalfd", errno);
  return SignalQueue(std::move(fd));
}

int SignalQueue::next() {
  signalfd_siginfo info{};
  const ssize_t size = read(fd_.get(), &info, sizeof info);
  return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace melange::io
