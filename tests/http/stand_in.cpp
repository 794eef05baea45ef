// SPDX-License-Identifier: Apache-2.0
#include "stand_in.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "melange/base/text.h"

namespace melange::http {
namespace {

class Source : public EventSource {
 public:
  explicit Source(Feed& feed) : feed_(feed) { ++feed_.sources; }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() override { --feed_.sources; }
  std::string next() override {
    std::string event = feed_.at(next_);
    if (!event.empty()) ++next_;
    return event;
  }

 private:
  Feed& feed_;
  std::size_t next_ = 0;
};

Response events(Feed& feed) {
  Response response;
  response.fields.push_back({"Content-Type", "text/event-stream"});
  response.events = std::make_unique<Source>(feed);
  return response;
}

std::string echo(const Request& request) {
  std::string out = base::cat(text(request.method), " ", request.path);
  if (!request.query.empty()) out += base::cat("?", request.query);
  if (!request.body.empty()) out += base::cat(" ", request.body);
  return out;
}

}  // namespace

void Feed::put(std::string event) {
  const std::scoped_lock lock(mutex_);
  events_.push_back(std::move(event));
}

std::string Feed::at(std::size_t index) const {
  const std::scoped_lock lock(mutex_);
  return index < events_.size() ? events_[index] : "";
}

Response plain(std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.fields.push_back({"Content-Type", "text/plain"});
  response.body = std::move(body);
  return response;
}

std::optional<Response> StandIn::admit(const Request& head) {
  if (head.path != "/secret" || head.field("authorization") == "Bearer right") return std::nullopt;
  Response response = plain("who are you?", 401);
  response.fields.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

void StandIn::handle(Request request, Reply reply) {
  ++handled_;
  if (request.path == "/throw") throw std::runtime_error("a bug");
  if (request.path == "/never") return;
  if (request.path == "/held") {
    const std::scoped_lock lock(mutex_);
    held_.push_back(std::move(reply));
    return arrived_.notify_all();
  }
  if (request.path == "/big") return reply(plain(std::string(kBigBody, 'x')));
  if (request.path == "/events") return reply(events(feed));
  reply(plain(echo(request)));
}

std::vector<Reply> StandIn::take_held(std::size_t count) {
  std::unique_lock lock(mutex_);
  const bool there =
      arrived_.wait_for(lock, std::chrono::seconds(5), [&] { return held_.size() >= count; });
  if (!there) throw std::runtime_error("no request was held for five seconds");
  return std::exchange(held_, {});
}

Fixture::Fixture(Settings settings) {
  if (settings.listen.empty()) settings.listen = {"127.0.0.1:0"};
  server.emplace(Server::start(settings, application).value());
  addresses = server->addresses();
}

}  // namespace melange::http
