// SPDX-License-Identifier: Apache-2.0
//
// An application for the server's tests. By path:
//
//     /echo      what was asked, as text
//     /secret    401 before the body is read, unless "Authorization: Bearer right"
//     /held      kept until the test answers it
//     /never     never answered
//     /big       kBigBody octets
//     /events    an event source that gives what the test puts in
//     /throw     an exception
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "melange/http/server.h"

namespace melange::http {

inline constexpr std::size_t kBigBody = 50u << 20;

// The events of all sources.
class Feed {
 public:
  void put(std::string event);
  std::string at(std::size_t index) const;  // empty if there is none yet
  std::atomic<int> sources = 0;             // that live

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

class StandIn : public Application {
 public:
  std::optional<Response> admit(const Request& head) override;
  void handle(Request request, Reply reply) override;

  // Waits until so many requests are held, and gives their replies in the order of their arrival.
  std::vector<Reply> take_held(std::size_t count);
  // How many requests were handled.
  int handled() const { return handled_; }

  Feed feed;

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Reply> held_;
  std::atomic<int> handled_ = 0;
};

Response plain(std::string body, unsigned status = 200);

// A server on loopback that this test alone knows, with short times.
struct Fixture {
  explicit Fixture(Settings settings = {});

  const std::string& address() const { return addresses.front(); }

  StandIn application;
  std::optional<Server> server;
  std::vector<std::string> addresses;
};

}  // namespace melange::http
