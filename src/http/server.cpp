// SPDX-License-Identifier: Apache-2.0
//
// The server's thread: it accepts connections, moves the sessions' clock on, and empties the
// mailbox. Everything else happens in the sessions.
#include "melange/http/server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>

#include "encode.h"
#include "listener.h"
#include "melange/base/check.h"
#include "melange/base/text.h"
#include "session.h"
#include "tls.h"

namespace melange::http {

namespace asio = boost::asio;
using boost::system::error_code;

struct Server::State {
  State(const Settings& settings, Application& application) : shared(application, settings) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  base::Status open();
  void start_thread();

  void serve();
  Awaitable<void> accept_on(const Listener& listener, asio::posix::stream_descriptor ready);
  bool accept_some(const Listener& listener);
  std::size_t most_sessions(int family) const;
  bool welcome(Accepted accepted);
  void turn_away(const Accepted& accepted) const;
  Awaitable<void> keep_time();
  void empty_mailbox();

  std::optional<asio::ssl::context> tls;
  std::vector<Listener> listeners;
  std::string full;  // the response to connections over the limit
  Shared shared;
  std::thread thread;
};

namespace {

Awaitable<void> live(std::shared_ptr<Session> session) { co_await session->run(); }

// What a session throws (memory that is not there) ends its connection, not the server (X7).
void let_go(std::exception_ptr) {}

// A server that accepts nobody, or whose clock stands still, is worse than none.
void must_not_end(std::exception_ptr error) { base::check(error == nullptr); }

base::Status check_settings(const Settings& settings) {
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    return base::failure(base::Fault::kInvalid, "TLS needs both a certificate and its key");
  }
  if (settings.connections == 0) {
    return base::failure(base::Fault::kInvalid, "a server of no connections cannot answer");
  }
  return {};
}

}  // namespace

Server::State::~State() {
  if (!shared.mailbox) return;  // never opened
  shared.mailbox->close();
  shared.io.stop();
  if (thread.joinable()) thread.join();
}

base::Status Server::State::open() {
  const Settings& settings = shared.settings;
  if (auto done = check_settings(settings); !done) return done;
  if (!settings.tls_certificate.empty()) {
    auto loaded = load_tls(settings.tls_certificate, settings.tls_key);
    if (!loaded) return std::unexpected(loaded.error());
    tls.emplace(std::move(*loaded));
  }
  for (const std::string& text : settings.listen) {
    auto listener = Listener::open(text, tls.has_value());
    if (!listener) return std::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  const Response response = refuse(Refusal::kTooManyConnections);
  full = encode_head(response, false) + response.body;
  shared.mailbox =
      std::make_shared<Mailbox>([this] { asio::post(shared.io, [this] { empty_mailbox(); }); });
  return {};
}

// Signals are for the thread that waits for them.
void Server::State::start_thread() {
  for (const Listener& listener : listeners) {
    // Of its own, for Asio closes what it is given.
    const int copy = fcntl(listener.descriptor(), F_DUPFD_CLOEXEC, 0);
    asio::posix::stream_descriptor ready(shared.io, copy);
    asio::co_spawn(shared.io, accept_on(listener, std::move(ready)), must_not_end);
  }
  asio::co_spawn(shared.io, keep_time(), must_not_end);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread = std::thread([this] { serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Server::State::serve() {
  prctl(PR_SET_NAME, "http");
  // On Linux a thread has a nice value of its own.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), limits::kNiceValue);
  shared.io.run();
}

Awaitable<void> Server::State::accept_on(const Listener& listener,
                                         asio::posix::stream_descriptor ready) {
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  asio::steady_timer pause(shared.io);
  for (;;) {
    co_await ready.async_wait(asio::posix::stream_descriptor::wait_read, token);
    if (accept_some(listener)) continue;
    // X6: the connection that cannot be accepted keeps the socket readable. Not to spin.
    pause.expires_after(limits::kAcceptPause);
    co_await pause.async_wait(token);
  }
}

// False if the host has nothing left for a connection.
bool Server::State::accept_some(const Listener& listener) {
  for (std::size_t i = 0; i < limits::kAcceptsAtOnce; ++i) {
    auto next = listener.accept();
    if (auto* accepted = std::get_if<Accepted>(&next)) {
      if (!welcome(std::move(*accepted))) return false;
      continue;
    }
    const auto none = std::get<Listener::None>(next);
    if (none == Listener::None::kExhausted) return false;
    if (none == Listener::None::kEmpty) break;
  }
  return true;
}

// However many strangers there are: who comes by the unix socket finds a place.
std::size_t Server::State::most_sessions(int family) const {
  const std::size_t all = shared.settings.connections;
  return family == AF_UNIX ? all : all - std::min(limits::kKeptForUnix, all / 8);
}

// False as above.
bool Server::State::welcome(Accepted accepted) try {
  if (shared.sessions.size() >= most_sessions(accepted.family)) {
    turn_away(accepted);
    return true;
  }
  auto stream = make_stream(shared.io.get_executor(), accepted.fd, accepted.family,
                            accepted.local.is_tls ? &*tls : nullptr);
  if (!stream) return false;
  auto session = std::make_shared<Session>(shared, std::move(stream), std::move(accepted));
  asio::co_spawn(shared.io, live(std::move(session)), let_go);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

// Nothing is waited for: what the client has sent by now is read, for closing with octets unread
// resets the connection. A TLS client sees it closed.
void Server::State::turn_away(const Accepted& accepted) const {
  if (!accepted.local.is_tls) {
    std::array<char, limits::kReadBuffer> unread;
    (void)!send(accepted.fd, full.data(), full.size(), MSG_NOSIGNAL);
    shutdown(accepted.fd, SHUT_WR);
    (void)!recv(accepted.fd, unread.data(), unread.size(), 0);
  }
  close(accepted.fd);
}

Awaitable<void> Server::State::keep_time() {
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  asio::steady_timer tick(shared.io);
  for (;;) {
    tick.expires_after(limits::kTick);
    co_await tick.async_wait(token);
    shared.now += limits::kTick;
    for (const auto& [id, session] : shared.sessions) session->look_at_clock();
  }
}

void Server::State::empty_mailbox() {
  auto contents = shared.mailbox->take();
  for (Mailbox::Letter& letter : contents.letters) {
    const auto found = shared.sessions.find(letter.ticket.connection);
    if (found == shared.sessions.end()) continue;
    found->second->deliver(letter.ticket.request, std::move(letter.response));
  }
  if (!contents.notified) return;
  for (const auto& [id, session] : shared.sessions) session->notify();
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

base::Result<Server> Server::start(const Settings& settings, Application& application) {
  try {
    auto state = std::make_unique<State>(settings, application);
    if (auto done = state->open(); !done) return std::unexpected(done.error());
    state->start_thread();
    return Server(std::move(state));
  } catch (const std::exception& error) {  // Asio's objects need descriptors
    return base::failure(base::Fault::kSystem, base::cat("HTTP: ", error.what()));
  }
}

// A stream counts before it first asks its source: what is there by then, it sees.
void Server::notify() {
  if (state_->shared.event_streams > 0) state_->shared.mailbox->notify();
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> out;
  for (const Listener& listener : state_->listeners) out.push_back(listener.address());
  return out;
}

}  // namespace melange::http
