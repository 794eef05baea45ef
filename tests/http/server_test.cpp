// SPDX-License-Identifier: Apache-2.0
//
// What well-behaved clients see: answers in order, kept connections, replies from any thread.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "client.h"
#include "melange/base/text.h"
#include "stand_in.h"

namespace melange::http {
namespace {

using std::chrono::milliseconds;

TEST(Server, AnswersOverAKeptConnection) {
  Fixture fixture;
  Client client(fixture.address());
  for (const auto* target : {"/echo", "/echo?a=b", "/echo/%20"}) {
    client.send(request("GET", target));
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, base::cat("GET ", target));
    EXPECT_EQ(answer.field("Connection"), "-");
  }
}

TEST(Server, GivesTheSameOctetsForTheSameResponse) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("GET", "/echo"));
  EXPECT_EQ(client.read().head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n");
}

TEST(Server, TakesBodiesUpToTheLimit) {
  Fixture fixture;
  Client client(fixture.address());
  for (const std::size_t size : {1u, 100'000u, 1u << 20}) {
    const std::string body(size, 'b');
    client.send(request("POST", "/echo", "", body));
    EXPECT_EQ(client.read().body, base::cat("POST /echo ", body));
  }
}

TEST(Server, GivesHeadNoBody) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("HEAD", "/echo") + request("GET", "/echo"));
  const Answer head = client.read(true);
  EXPECT_EQ(head.field("Content-Length"), "10");
  EXPECT_EQ(client.read().body, "GET /echo");
}

TEST(Server, H9AnswersPipelinedRequestsInTheirOrder) {
  Fixture fixture;
  Client client(fixture.address());
  std::string all;
  for (int i = 0; i < 1000; ++i) all += request("POST", base::cat("/echo/", i), "", "{}");
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(client.read().body, base::cat("POST /echo/", i, " {}"));
  }
  sender.join();
}

TEST(Server, H9WaitsForTheFirstAnswerBeforeTheSecondRequestIsAsked) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("GET", "/held") + request("GET", "/echo"));
  const auto held = fixture.application.take_held(1);
  EXPECT_TRUE(client.is_quiet(milliseconds(50)));
  EXPECT_EQ(fixture.application.handled(), 1);
  held[0](plain("first"));
  EXPECT_EQ(client.read().body, "first");
  EXPECT_EQ(client.read().body, "GET /echo");
}

TEST(Server, TakesARequestOctetByOctet) {
  Fixture fixture;
  Client client(fixture.address());
  for (const char octet : request("PUT", "/echo", "", "{}")) {
    client.send(std::string_view(&octet, 1));
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(client.read().body, "PUT /echo {}");
}

TEST(Server, TakesRepliesFromOtherThreadsAndOfEachTheFirst) {
  Fixture fixture;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(fixture.address()));
    clients.back()->send(request("GET", "/held"));
  }
  const auto held = fixture.application.take_held(20);
  std::vector<std::thread> threads;
  for (const Reply& reply : held) {
    threads.emplace_back([&reply] {
      reply(plain("one"));
      reply(plain("two"));
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto& client : clients) {
    EXPECT_EQ(client->read().body, "one");
    client->send(request("GET", "/echo"));
    EXPECT_EQ(client->read().body, "GET /echo");
  }
}

TEST(Server, AReplyMayComeAfterItsConnectionAndItsServer) {
  std::optional<Fixture> fixture(std::in_place);
  std::optional<Client> client(fixture->address());
  client->send(request("GET", "/held"));
  auto first = fixture->application.take_held(1);
  client->reset();
  first[0](plain("nobody"));
  client.emplace(fixture->address());
  client->send(request("GET", "/held"));
  const auto second = fixture->application.take_held(1);
  fixture.reset();
  second[0](plain("nobody"));
  EXPECT_EQ(client->read_rest(), "");
}

TEST(Server, StopsAtOnceWhileRequestsAreUnderWay) {
  std::optional<Fixture> fixture(std::in_place);
  Client held(fixture->address());
  held.send(request("GET", "/held"));
  Client half(fixture->address());
  half.send("GET / HT");
  Client reading(fixture->address());
  reading.send(request("GET", "/big"));
  Client following(fixture->address());
  following.send(request("GET", "/events"));
  following.read();
  fixture->application.take_held(1);
  const auto before = std::chrono::steady_clock::now();
  fixture->server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(500));
  EXPECT_EQ(fixture->application.feed.sources, 0);
  EXPECT_EQ(held.read_rest(), "");
  EXPECT_EQ(half.read_rest(), "");
}

TEST(Server, AsksForTheBodyThatIsExpectedToBeAskedFor) {
  Fixture fixture;
  Client client(fixture.address());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  client.send(head);
  EXPECT_EQ(client.read().head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_EQ(client.read().body, "POST /echo {}");
  client.send(head + "[]");  // did not wait
  EXPECT_EQ(client.read().body, "POST /echo []");
}

TEST(Server, RefusesInThePlaceOfAskingForTheBody) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(
      "POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 401);
  EXPECT_EQ(client.read_rest(), "");
  EXPECT_EQ(fixture.application.handled(), 0);
}

TEST(Server, EndsTheConnectionWhenItIsAskedTo) {
  Fixture fixture;
  for (const auto* text :
       {"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /echo HTTP/1.0\r\nHost: localhost\r\n\r\n",
        "GET /echo HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"}) {
    Client client(fixture.address());
    client.send(text);
    const Answer answer = client.read();
    EXPECT_EQ(answer.body, "GET /echo");
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(client.read_rest(), "");
  }
}

TEST(Server, AnExceptionOfTheApplicationEndsOneConnection) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("GET", "/throw"));
  EXPECT_EQ(client.read_rest(), "");
  Client other(fixture.address());
  other.send(request("GET", "/echo"));
  EXPECT_EQ(other.read().status, 200);
}

// The thread's entry under /proc, by its name.
std::filesystem::path http_thread() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm") >> std::ws, name);
    if (name == "http") return entry.path();
  }
  return {};
}

TEST(Server, RunsOnAThreadOfItsOwnThatIsNiceAndTakesNoSignals) {
  Fixture fixture;
  Client client(fixture.address());
  client.send(request("GET", "/echo"));
  client.read();  // so that it runs
  const auto path = http_thread();
  ASSERT_FALSE(path.empty());
  const auto id = static_cast<id_t>(std::stoi(path.filename()));
  EXPECT_EQ(getpriority(PRIO_PROCESS, id), getpriority(PRIO_PROCESS, 0) + 10);
  std::ifstream status(path / "status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("SigBlk:")) {
  }
  // All but SIGKILL, SIGSTOP and the two that glibc keeps for itself.
  EXPECT_EQ(line, "SigBlk:\tfffffffe7ffbfeff");
}

}  // namespace
}  // namespace melange::http
