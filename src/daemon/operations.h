// SPDX-License-Identifier: Apache-2.0
//
// API requests on their way from the HTTP server's thread to the turn: a bounded queue, and a
// descriptor that wakes the server's loop.
#pragma once

#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "melange/admin/principal.h"
#include "melange/base/error.h"
#include "melange/http/server.h"
#include "melange/io/poller.h"

namespace melange::daemon {

struct Operation {
  http::Request request;
  admin::Principal principal;
  http::Reply reply;
};

class Operations {
 public:
  static base::Result<Operations> open();
  Operations(Operations&& other) noexcept;

  // Readable when there is something to take.
  int descriptor() const { return wake_.get(); }
  // From any thread. False, and the operation stays the caller's, if the queue is full.
  bool push(Operation&& operation);
  // The oldest, at most `most`. One thread takes.
  std::vector<Operation> take(std::size_t most);
  // Those that it did not come to are the oldest again.
  void put_back(std::span<Operation> operations);

 private:
  explicit Operations(io::Descriptor wake) : wake_(std::move(wake)) {}
  void signal();
  void clear_signal();

  io::Descriptor wake_;
  std::mutex mutex_;
  std::deque<Operation> waiting_;
};

}  // namespace melange::daemon
