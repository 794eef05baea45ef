// SPDX-License-Identifier: Apache-2.0
#include "operations.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace melange::daemon {
namespace {

constexpr std::size_t kWaiting = 4096;  // each connection has one at a time

}  // namespace

base::Result<Operations> Operations::open() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) return base::system_error("eventfd", errno);
  return Operations(io::Descriptor(fd));
}

Operations::Operations(Operations&& other) noexcept
    : wake_(std::move(other.wake_)), waiting_(std::move(other.waiting_)) {}

bool Operations::push(Operation&& operation) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.size() >= kWaiting) return false;
  waiting_.push_back(std::move(operation));
  if (waiting_.size() == 1) signal();
  return true;
}

std::vector<Operation> Operations::take(std::size_t most) {
  const std::scoped_lock lock(mutex_);
  std::vector<Operation> taken;
  while (!waiting_.empty() && taken.size() < most) {
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (waiting_.empty()) clear_signal();
  return taken;
}

void Operations::put_back(std::span<Operation> operations) {
  const std::scoped_lock lock(mutex_);
  if (operations.empty()) return;
  if (waiting_.empty()) signal();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(operations.begin()),
                  std::make_move_iterator(operations.end()));
}

// Neither can fail but for a counter that is full, or empty already.
void Operations::signal() { eventfd_write(wake_.get(), 1); }

void Operations::clear_signal() {
  eventfd_t count = 0;
  eventfd_read(wake_.get(), &count);
}

}  // namespace melange::daemon
