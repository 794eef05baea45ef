// SPDX-License-Identifier: Apache-2.0
//
// How long a session waits for what, by a clock that the test moves: one session on one end of a
// socket pair, on the test's own thread.
#include "session.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "client.h"
#include "stand_in.h"

namespace melange::http {
namespace {

using base::Seconds;

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    shared_.mailbox = std::make_shared<Mailbox>([this] { left_ = true; });
    std::array<int, 2> ends{};
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
    client_ = ends[0];
    auto stream = make_stream(shared_.io.get_executor(), ends[1], AF_UNIX, nullptr);
    Accepted accepted{ends[1], AF_UNIX, {}, {true, false, "", 0}, ""};
    auto session = std::make_shared<Session>(shared_, std::move(stream), std::move(accepted));
    boost::asio::co_spawn(shared_.io, live(std::move(session)), boost::asio::detached);
    settle();
  }
  ~SessionTest() override { close(client_); }

  static Awaitable<void> live(std::shared_ptr<Session> session) { co_await session->run(); }

  void send(std::string_view octets) {
    ASSERT_EQ(::send(client_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
    settle();
  }
  // Everything that has come since the last call, at most so many octets.
  std::string receive(std::size_t most = std::size_t{1} << 20) {
    std::string out(most, '\0');
    const ssize_t count = recv(client_, out.data(), out.size(), 0);
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    settle();
    return out;
  }
  // Does what can be done without waiting.
  void settle() {
    for (bool more = true; more;) {
      shared_.io.restart();
      more = shared_.io.poll() > 0;
      if (!std::exchange(left_, false)) continue;
      for (auto& letter : shared_.mailbox->take().letters) {
        if (is_open()) session().deliver(letter.ticket.request, std::move(letter.response));
      }
      more = true;
    }
  }
  void pass(Seconds time) {
    shared_.now += time;
    if (is_open()) session().look_at_clock();
    settle();
  }
  bool is_open() const { return !shared_.sessions.empty(); }
  Session& session() { return *shared_.sessions.begin()->second; }

  StandIn application_;
  Shared shared_{application_, Settings{.timeout = Seconds(10), .idle_timeout = Seconds(60)}};
  bool left_ = false;
  int client_ = -1;
};

TEST_F(SessionTest, H1AConnectionThatSaysNothingIsClosedWithoutAWord) {
  pass(Seconds(10));
  EXPECT_TRUE(is_open());
  pass(Seconds(1));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(receive(), "");
}

TEST_F(SessionTest, H1AKeptConnectionMayIdleForLonger) {
  send(request("GET", "/echo"));
  EXPECT_TRUE(receive().ends_with("GET /echo"));
  pass(Seconds(60));
  EXPECT_TRUE(is_open());
  pass(Seconds(1));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(receive(), "");
}

TEST_F(SessionTest, H1TheTimeOfARequestRunsFromItsFirstOctet) {
  send(request("GET", "/echo"));
  receive();
  pass(Seconds(50));
  send("G");
  pass(Seconds(9));
  send("E");
  EXPECT_TRUE(is_open());
  pass(Seconds(2));
  EXPECT_TRUE(receive().starts_with("HTTP/1.1 408 "));
}

TEST_F(SessionTest, H1TheBodyIsPartOfItsRequest) {
  const std::string whole = request("PUT", "/echo", "", "{}");
  send(whole.substr(0, 20));
  pass(Seconds(6));
  send(whole.substr(20, whole.size() - 21));
  EXPECT_EQ(receive(), "");
  pass(Seconds(5));
  EXPECT_TRUE(receive().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(application_.handled(), 0);
}

TEST_F(SessionTest, AnswersItselfWhenTheApplicationDoesNot) {
  send(request("GET", "/held"));
  pass(Seconds(10));
  EXPECT_EQ(receive(), "");
  pass(Seconds(1));
  EXPECT_TRUE(receive().starts_with("HTTP/1.1 503 "));
  application_.take_held(1)[0](plain("too late"));
  settle();
  EXPECT_EQ(receive(), "");
}

TEST_F(SessionTest, LingersForAClientThatDoesNotCloseButNotForLong) {
  send(request("GET", "/echo", "Connection: close\r\n"));
  EXPECT_TRUE(receive().ends_with("GET /echo"));
  send("what it had still to say");
  EXPECT_TRUE(is_open());
  pass(Seconds(2));
  EXPECT_FALSE(is_open());
}

TEST_F(SessionTest, H9AClientThatDoesNotReadIsClosed) {
  send(request("GET", "/big"));
  pass(Seconds(10));
  EXPECT_TRUE(is_open());
  pass(Seconds(1));
  EXPECT_FALSE(is_open());
}

TEST_F(SessionTest, H9EachPieceOfAResponseHasItsOwnTime) {
  send(request("GET", "/big"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_GT(receive(limits::kWritePiece).size(), 0u);
    pass(Seconds(5));
    ASSERT_TRUE(is_open());
  }
}

TEST_F(SessionTest, EventStreamsAreKeptAliveInSilence) {
  send(request("GET", "/events"));
  receive();
  for (int i = 0; i < 5; ++i) {
    pass(limits::kHeartbeat);
    EXPECT_EQ(receive(), "");
    pass(Seconds(1));
    EXPECT_EQ(receive(), ":\n\n");
  }
  pass(Seconds(10));
  application_.feed.put("data: 1\n\n");
  session().notify();
  settle();
  EXPECT_EQ(receive(), "data: 1\n\n");
  pass(limits::kHeartbeat);
  EXPECT_EQ(receive(), "") << "there was no silence for so long";
}

TEST_F(SessionTest, OctetsOfAClientThatFollowsEventsEndIt) {
  send(request("GET", "/events"));
  receive();
  EXPECT_EQ(application_.feed.sources, 1);
  send("G");
  EXPECT_FALSE(is_open());
  EXPECT_EQ(application_.feed.sources, 0);
}

}  // namespace
}  // namespace melange::http
