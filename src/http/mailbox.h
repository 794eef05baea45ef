// SPDX-License-Identifier: Apache-2.0
//
// Where other threads leave what the server's thread shall do: responses, and the word that event
// sources may have something. A burst wakes the thread once. A mailbox outlives its server in the
// Replies that were given out; what comes after it was closed is thrown away.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "melange/http/server.h"

namespace melange::http {

// One request of one connection; numbers are not used again.
struct Ticket {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;

  bool operator==(const Ticket&) const = default;
};

class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  // `wake` makes the server's thread call `take` soon; it is called from any thread.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  struct Letter {
    Ticket ticket;
    Response response;
  };
  struct Contents {
    std::vector<Letter> letters;
    bool notified = false;
  };

  Reply reply_to(Ticket ticket);
  void notify();
  Contents take();
  // `wake` is not called any more once this has returned.
  void close();

 private:
  void put(Letter letter);
  void wake_once();

  std::mutex mutex_;
  std::function<void()> wake_;
  Contents contents_;
  bool woken_ = false;
};

}  // namespace melange::http
