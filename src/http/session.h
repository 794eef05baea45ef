// SPDX-License-Identifier: Apache-2.0
//
// One connection: it reads a request, has it answered, writes the answer, and begins anew; so the
// requests of a connection are answered in their order however fast they come. A session is a
// coroutine; it keeps itself alive until its end. Time is told by Shared::now, which the server
// moves on: a session notes until when the present step may last, and `look_at_clock` makes what
// lasts longer give up.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "delays.h"
#include "input.h"
#include "listener.h"
#include "mailbox.h"
#include "melange/http/server.h"
#include "parse.h"
#include "stream.h"

namespace melange::http {

class Session;

// What the sessions of one server have in common. All of it belongs to the server's thread.
struct Shared {
  Shared(Application& the_application, const Settings& the_settings)
      : application(the_application), settings(the_settings), hosts(the_settings.host_names) {}

  Application& application;
  const Settings settings;
  const HostList hosts;
  std::shared_ptr<Mailbox> mailbox;
  base::Millis now{};  // since the server's start, in steps of limits::kTick
  Delays delays;
  std::atomic<std::size_t> event_streams = 0;  // read by who notifies them
  std::unordered_map<std::uint64_t, Session*> sessions;
  std::uint64_t next_session = 0;
  boost::asio::io_context io{1};  // last: it takes its sessions along, and they use the rest
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Shared& shared, std::unique_ptr<Stream> stream, Accepted accepted);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // The whole life of the connection, but for its end: the stream is closed by the destructor.
  Awaitable<void> run();
  // The answer to a request, if it is the one that is waited for.
  void deliver(std::uint64_t request, Response response);
  // The event source may have something.
  void notify();
  void look_at_clock();

 private:
  // Why there is no request: a response that ends the connection, or nothing if there is nobody to
  // read one.
  using Ending = std::optional<Response>;
  template <class T>
  using OrEnding = std::expected<T, Ending>;

  Awaitable<bool> serve_one();
  Awaitable<OrEnding<Request>> read_request();
  Awaitable<OrEnding<Head>> read_head();
  OrEnding<ParsedHead> take_head(const Head& head);
  Awaitable<bool> invite_body(const Request& request, const Head& head);
  Awaitable<bool> read_body(std::string& body, std::size_t length);
  Awaitable<bool> fill();
  Awaitable<Response> ask(Request request);
  Ending too_slow() const;  // or nothing, if the client has gone

  // These say whether the connection goes on.
  Awaitable<bool> answer(Response response);
  Awaitable<bool> send(std::string_view octets);
  Awaitable<void> delay_refusal();
  Awaitable<void> linger();
  Awaitable<void> send_events(Response response);
  static Awaitable<void> watch_client(std::shared_ptr<Session> self);

  // The present step may last `time` from now on.
  void allow(base::Seconds time);
  Awaitable<void> wait();  // for a delivery, a notification, or until the time is up
  void wake();

  Shared& shared_;
  const std::uint64_t id_;
  const std::unique_ptr<Stream> stream_;
  const Accepted accepted_;
  Input input_;

  base::Millis deadline_{};
  bool expired_ = false;
  bool waiting_ = false;
  boost::asio::steady_timer waker_;

  std::uint64_t request_ = 0;      // of this connection, counted from 1
  std::optional<Response> reply_;  // to it
  bool keep_alive_ = false;        // once the present request is answered
  bool body_wanted_ = true;        // it is no HEAD
  bool client_left_ = false;       // an event stream's
};

}  // namespace melange::http
