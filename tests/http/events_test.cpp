// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "client.h"
#include "http_limits.h"
#include "stand_in.h"

namespace melange::http {
namespace {

using std::chrono::milliseconds;

// True once it holds, within two seconds.
template <class Condition>
bool soon(const Condition& condition) {
  for (int i = 0; i < 200 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(10));
  return condition();
}

TEST(Events, AreSentAtOnceAndWhenTheServerIsNotified) {
  Fixture fixture;
  fixture.application.feed.put("data: 1\n\n");
  fixture.application.feed.put("data: 2\n\n");
  Client client(fixture.address());
  client.send(request("GET", "/events"));
  EXPECT_EQ(client.read().head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(client.read_event(), "data: 1\n\n");
  EXPECT_EQ(client.read_event(), "data: 2\n\n");
  EXPECT_TRUE(client.is_quiet(milliseconds(50)));
  fixture.application.feed.put("data: 3\n\n");
  fixture.server->notify();
  EXPECT_EQ(client.read_event(), "data: 3\n\n");
}

TEST(Events, NotificationsFromManyThreadsLoseNone) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("GET", "/events"));
  client.read();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 250; ++j) {
        fixture.application.feed.put("data: x\n\n");
        fixture.server->notify();
      }
    });
  }
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read_event(), "data: x\n\n");
  for (auto& thread : threads) thread.join();
}

TEST(Events, TheSourceGoesWithItsClient) {
  Fixture fixture;
  std::optional<Client> client(fixture.address());
  client->send(request("GET", "/events"));
  client->read();
  EXPECT_EQ(fixture.application.feed.sources, 1);
  client.reset();
  EXPECT_TRUE(soon([&] { return fixture.application.feed.sources == 0; }));
}

TEST(Events, HeadGetsTheHeadAlone) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("HEAD", "/events"));
  EXPECT_EQ(client.read().field("Content-Type"), "text/event-stream");
  EXPECT_EQ(client.read_rest(), "");
  EXPECT_EQ(fixture.application.feed.sources, 0);
}

TEST(Events, H9AFollowerThatDoesNotReadIsClosed) {
  Fixture fixture({.timeout = base::Seconds(1)});
  for (int i = 0; i < 200; ++i) fixture.application.feed.put(std::string(65536, 'x') + "\n\n");
  Client client(fixture.address(), 4096);
  client.send(request("GET", "/events"));
  EXPECT_TRUE(soon([&] { return fixture.application.feed.sources == 1; }));
  EXPECT_TRUE(soon([&] { return fixture.application.feed.sources == 0; }));
}

TEST(Events, ThereAreOnlySoManyStreams) {
  Fixture fixture;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < limits::kEventStreams; ++i) {
    clients.push_back(std::make_unique<Client>(fixture.address()));
    clients.back()->send(request("GET", "/events"));
    EXPECT_EQ(clients.back()->read().status, 200);
  }
  Client more(fixture.address());
  more.send(request("GET", "/events"));
  const Answer answer = more.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
  clients.pop_back();
  EXPECT_TRUE(soon([&] {
    return fixture.application.feed.sources == static_cast<int>(limits::kEventStreams) - 1;
  }));
  Client next(fixture.address());
  next.send(request("GET", "/events"));
  EXPECT_EQ(next.read().status, 200);
}

}  // namespace
}  // namespace melange::http
