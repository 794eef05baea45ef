// SPDX-License-Identifier: Apache-2.0
//
// GCC 12 destroys some temporaries of a co_await expression twice: what is awaited here takes
// named values only.
#include "session.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "encode.h"
#include "guard.h"
#include "parse.h"
#include "policy.h"

namespace melange::http {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kHeartbeatComment = ":\n\n";

// One of a number of places, as long as it lives.
class Claim {
 public:
  explicit Claim(std::atomic<std::size_t>& taken) : taken_(taken) { ++taken_; }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() { --taken_; }

 private:
  std::atomic<std::size_t>& taken_;
};

}  // namespace

// A head that the guard is not through with always leaves room for more.
static_assert(limits::kReadBuffer > limits::kRequestLine + limits::kFieldSection + 4);

Session::Session(Shared& shared, std::unique_ptr<Stream> stream, Accepted accepted)
    : shared_(shared),
      id_(++shared.next_session),
      stream_(std::move(stream)),
      accepted_(std::move(accepted)),
      waker_(shared.io) {
  shared_.sessions.emplace(id_, this);
}

Session::~Session() { shared_.sessions.erase(id_); }

Awaitable<void> Session::run() {
  allow(shared_.settings.timeout);
  bool more = co_await stream_->open();
  while (more) more = co_await serve_one();
}

void Session::allow(base::Seconds time) {
  expired_ = false;
  deadline_ = shared_.now + time + limits::kTick;
}

void Session::look_at_clock() {
  if (shared_.now < deadline_) return;
  expired_ = true;
  if (waiting_) {
    wake();
  } else {
    stream_->cancel();
  }
}

Awaitable<void> Session::wait() {
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  waiting_ = true;
  waker_.expires_at(asio::steady_timer::time_point::max());
  co_await waker_.async_wait(token);
  waiting_ = false;
}

void Session::wake() {
  if (waiting_) waker_.cancel();
}

void Session::notify() { wake(); }

void Session::deliver(std::uint64_t request, Response response) {
  if (request != request_ || reply_) return;
  reply_ = std::move(response);
  wake();
}

Awaitable<bool> Session::serve_one() {
  keep_alive_ = false;  // until a whole request is there
  body_wanted_ = true;
  auto request = co_await read_request();
  Ending response;
  if (request) {
    response = co_await ask(std::move(*request));
  } else {
    response = std::move(request.error());
  }
  if (!response) co_return false;
  co_return co_await answer(std::move(*response));
}

Awaitable<Session::OrEnding<Request>> Session::read_request() {
  auto head = co_await read_head();
  if (!head) co_return std::unexpected(std::move(head.error()));
  auto parsed = take_head(*head);
  if (!parsed) co_return std::unexpected(std::move(parsed.error()));
  Request& request = parsed->request;
  bool arrived = co_await invite_body(request, *head);
  if (arrived) arrived = co_await read_body(request.body, head->content_length);
  if (!arrived) co_return std::unexpected(too_slow());
  keep_alive_ = parsed->keep_alive;
  co_return std::move(request);
}

Awaitable<Session::OrEnding<Head>> Session::read_head() {
  const bool idle = input_.empty() && request_ > 0;
  allow(idle ? shared_.settings.idle_timeout : shared_.settings.timeout);
  for (;;) {
    if (!input_.empty()) {
      const Verdict verdict = judge_head(input_.octets());
      if (const auto* head = std::get_if<Head>(&verdict)) co_return *head;
      if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
        co_return std::unexpected(Ending(refuse(*refusal)));
      }
    }
    const bool more = co_await fill();
    if (!more) co_return std::unexpected(input_.empty() ? Ending() : too_slow());
  }
}

// Takes a good head out of the input, and asks everybody who may refuse it.
Session::OrEnding<ParsedHead> Session::take_head(const Head& head) {
  auto parsed = parse_head(input_.octets().substr(0, head.size), head);
  if (!parsed) return std::unexpected(Ending(refuse(Refusal::kUnparsed)));
  input_.drop(head.size);
  Request& request = parsed->request;
  request.peer = accepted_.peer;
  body_wanted_ = request.method != Method::kHead;
  if (auto refusal = judge_request(request, head, shared_.hosts, accepted_.local)) {
    return std::unexpected(Ending(refuse(*refusal)));
  }
  if (auto refused = shared_.application.admit(request)) {
    return std::unexpected(std::move(refused));
  }
  return std::move(*parsed);
}

// RFC 9110 10.1.1: not if the body is on its way already, and never to HTTP/1.0.
Awaitable<bool> Session::invite_body(const Request& request, const Head& head) {
  const bool waits = !request.field("expect").empty() && !head.is_http_1_0;
  if (!waits || head.content_length == 0 || !input_.empty()) co_return true;
  co_return co_await stream_->write(kContinue);
}

Awaitable<bool> Session::read_body(std::string& body, std::size_t length) {
  body = input_.octets().substr(0, length);
  input_.drop(body.size());
  std::size_t filled = body.size();
  while (filled < length) {
    if (filled == body.size()) body.resize(std::min(length, filled + limits::kBodyRead));
    const std::span<char> room = std::span(body).subspan(filled);
    const std::size_t count = co_await stream_->read_some(room);
    if (count == 0) co_return false;
    filled += count;
  }
  co_return true;
}

// The time of a request runs from its first octet (H1).
Awaitable<bool> Session::fill() {
  const bool first = input_.empty();
  const std::span<char> room = input_.room();
  const std::size_t count = co_await stream_->read_some(room);
  input_.arrived(count);
  if (first && count > 0) allow(shared_.settings.timeout);
  co_return count > 0;
}

Session::Ending Session::too_slow() const {
  return expired_ ? Ending(refuse(Refusal::kTooSlow)) : Ending();
}

Awaitable<Response> Session::ask(Request request) {
  allow(shared_.settings.timeout);
  reply_.reset();
  ++request_;
  shared_.application.handle(std::move(request), shared_.mailbox->reply_to({id_, request_}));
  while (!reply_ && !expired_) co_await wait();
  if (reply_) co_return std::move(*reply_);
  keep_alive_ = false;
  co_return refuse(Refusal::kNoAnswer);
}

Awaitable<bool> Session::answer(Response response) {
  if (response.status == 401) co_await delay_refusal();
  if (response.events) keep_alive_ = false;  // the connection's end is the body's
  if (response.events && shared_.event_streams >= limits::kEventStreams) {
    response = refuse(Refusal::kTooManyEventStreams);
  }
  if (response.events && body_wanted_) {
    co_await send_events(std::move(response));
    co_return false;
  }
  std::string octets = encode_head(response, keep_alive_);
  response.events.reset();
  if (!body_wanted_ || !has_body(response.status)) response.body.clear();
  const bool joined = response.body.size() <= limits::kJoinedWrite;
  if (joined) octets += response.body;
  bool sent = co_await send(octets);
  if (sent && !joined) sent = co_await send(response.body);
  if (sent && !keep_alive_) co_await linger();
  co_return (sent && keep_alive_);
}

// A client that reads slowly has its time for each piece (H1, H9).
Awaitable<bool> Session::send(std::string_view octets) {
  while (!octets.empty()) {
    const std::string_view piece = octets.substr(0, limits::kWritePiece);
    allow(shared_.settings.timeout);
    const bool sent = co_await stream_->write(piece);
    if (!sent) co_return false;
    octets.remove_prefix(piece.size());
  }
  co_return true;
}

Awaitable<void> Session::delay_refusal() {
  if (accepted_.source.empty()) co_return;
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  asio::steady_timer pause(shared_.io, shared_.delays.next(accepted_.source, shared_.now));
  co_await pause.async_wait(token);
}

// RFC 9112 9.6: closing while the client still sends would reset the connection, and take the
// response away before it was read.
Awaitable<void> Session::linger() {
  allow(limits::kLinger);
  co_await stream_->end();
  input_.drop(input_.octets().size());
  for (std::size_t thrown = 0; thrown < limits::kLingerOctets && !expired_;) {
    const std::span<char> room = input_.room();
    const std::size_t count = co_await stream_->discard(room);
    if (count == 0) co_return;
    thrown += count;
  }
}

Awaitable<void> Session::send_events(Response response) {
  const Claim claim(shared_.event_streams);
  const std::string head = encode_head(response, false);
  bool sent = co_await send(head);
  asio::co_spawn(shared_.io, watch_client(shared_from_this()), asio::detached);
  while (sent && !client_left_) {
    std::string events = response.events->next();
    if (events.empty()) {
      allow(limits::kHeartbeat);
      co_await wait();
      if (!expired_) continue;
      events = kHeartbeatComment;
    }
    sent = co_await send(events);
  }
  stream_->close();  // the watcher ends too
}

// Whoever reads events has nothing more to say: octets of its are as good as its end.
Awaitable<void> Session::watch_client(std::shared_ptr<Session> self) {
  const std::span<char> room = self->input_.room();
  co_await self->stream_->read_some(room);
  self->client_left_ = true;
  self->wake();
}

}  // namespace melange::http
