// SPDX-License-Identifier: Apache-2.0
//
// hostile.md's rows H1 to H10 and X6 over real sockets: the refusal that leaves, that the
// connection is closed, and that nothing of it reaches the application.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <thread>

#include "child.h"
#include "client.h"
#include "http_limits.h"
#include "melange/base/text.h"
#include "stand_in.h"

namespace melange::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const Settings kHasty{.timeout = base::Seconds(1), .idle_timeout = base::Seconds(1)};

// The status, when the connection was closed behind it and no second answer came.
int only_status(const std::string& address, std::string_view octets) {
  Client client(address);
  client.send(octets);
  const Answer answer = client.read();
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(answer.field("Content-Type"), "application/problem+json");
  EXPECT_NE(answer.body.find(R"("type":"about:blank")"), std::string::npos);
  EXPECT_EQ(client.read_rest(), "");
  return answer.status;
}

TEST(HostileClient, H1OctetBySlowOctetIsCutInTheHeadAndInTheBody) {
  Fixture fixture(kHasty);
  Client head(fixture.address());
  head.send("GET /");
  Client body(fixture.address());
  body.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000\r\n\r\n");
  const auto begin = steady_clock::now();
  while (head.is_quiet(milliseconds(50)) && body.is_quiet(milliseconds(50)) &&
         steady_clock::now() - begin < milliseconds(3000)) {
    head.send("x");
    body.send("x");
  }
  for (Client* client : {&head, &body}) {
    EXPECT_EQ(client->read().status, 408);
    EXPECT_EQ(client->read_rest(), "");
  }
  EXPECT_LT(steady_clock::now() - begin, milliseconds(2000));
  EXPECT_EQ(fixture.application.handled(), 0);
}

TEST(HostileClient, H1ConnectionsOverTheLimitAreTurnedAway) {
  Fixture fixture({.connections = 4});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(fixture.address()));
    clients.back()->send(request("GET", "/echo"));
    EXPECT_EQ(clients.back()->read().status, 200);
  }
  for (int i = 0; i < 100; ++i) {
    Client more(fixture.address());
    const Answer answer = more.read();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.field("Retry-After"), "1");
    EXPECT_EQ(more.read_rest(), "");
  }
  clients[0]->send(request("GET", "/echo"));
  EXPECT_EQ(clients[0]->read().status, 200);
  clients.erase(clients.begin());
  Answer answer;
  for (int i = 0; i < 100 && answer.status != 200; ++i) {
    Client again(fixture.address());
    again.send(request("GET", "/echo"));
    answer = again.read();
  }
  EXPECT_EQ(answer.status, 200);
}

TEST(HostileClient, H2SizesOverTheLimitsAreRefused) {
  Fixture fixture;
  const auto status = [&](std::string_view octets) {
    return only_status(fixture.address(), octets);
  };
  const std::string mebibyte(limits::kBody, 'b');
  EXPECT_EQ(status(request("POST", "/echo", "", mebibyte + "b")), 413);
  EXPECT_EQ(status(request("POST", "/echo", "Content-Length: 9223372036854775808\r\n")), 413);
  EXPECT_EQ(status(request("GET", "/echo", base::cat("X: ", std::string(8192, 'x'), "\r\n"))), 431);
  std::string fields;
  for (int i = 0; i < 1000; ++i) fields += "a: b\r\n";
  EXPECT_EQ(status(request("GET", "/echo", fields)), 431);
  EXPECT_EQ(status(request("GET", "/" + std::string(65536, 'u'))), 414);
  EXPECT_EQ(fixture.application.handled(), 0);
}

TEST(HostileClient, H3ChunkedRequestsAreRefused) {
  Fixture fixture;
  EXPECT_EQ(only_status(fixture.address(),
                        "POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            411);
}

TEST(HostileClient, H5SmuggledRequestsReachNobody) {
  Fixture fixture;
  const std::string inner = request("GET", "/echo");
  const std::string length = base::cat("Content-Length: ", inner.size(), "\r\n");
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& outer : {
           head + "Transfer-Encoding: identity\r\n" + length + "\r\n",
           head + "Transfer-Encoding: xchunked\r\n\r\n",
           head + "Transfer-Encoding: chunked, gzip\r\n\r\n",
           std::string(
               "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"),
           head + "Host: localhost\r\n\r\n",
           std::string("POST /echo HTTP/1.1\r\n\r\n"),
           head + "X: a\r\n b: c\r\n\r\n",
           head + length + "Content-Length: 0\r\n\r\n",
           head + "Content-Length : 5\r\n\r\n",
       }) {
    EXPECT_EQ(only_status(fixture.address(), outer + inner), 400) << outer;
  }
  EXPECT_EQ(fixture.application.handled(), 0);
}

TEST(HostileClient, H6AHostThatIsNotOursIsToldSoBeforeAnybodyIsAsked) {
  Fixture fixture({.host_names = {"ipam.lab.example"}});
  const auto of = [](std::string_view host) {
    return base::cat("GET /secret HTTP/1.1\r\nHost: ", host, "\r\n\r\n");
  };
  EXPECT_EQ(only_status(fixture.address(), of("evil.example")), 421);
  for (const std::string& host :
       {std::string("ipam.lab.example"), fixture.address().substr(std::string("http://").size())}) {
    Client client(fixture.address());
    client.send(of(host));
    EXPECT_EQ(client.read().status, 401) << host;
  }
}

TEST(HostileClient, H7ForeignPagesAreRefusedAndGetNoCorsFields) {
  Fixture fixture;
  const std::string foreign = "Origin: http://evil.example\r\n";
  EXPECT_EQ(only_status(fixture.address(), request("GET", "/echo", foreign)), 403);
  EXPECT_EQ(only_status(fixture.address(), request("POST", "/echo", foreign, "{}")), 403);
  EXPECT_EQ(only_status(fixture.address(), request("OPTIONS", "/echo", foreign)), 403);
  EXPECT_EQ(only_status(fixture.address(), request("OPTIONS", "*")), 405);
  EXPECT_EQ(only_status(fixture.address(),
                        "POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
            415);
  EXPECT_EQ(fixture.application.handled(), 0);
  Client own(fixture.address());
  own.send(request("GET", "/echo", "Origin: http://localhost\r\n"));
  const Answer answer = own.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.head.find("Access-Control"), std::string::npos);
}

TEST(HostileClient, H8PathsThatMeanTwoThingsAreNotFound) {
  Fixture fixture;
  for (const auto* path : {"/../etc/passwd", "/%2e%2e/etc", "/%00", "//echo", "/\\", "/%c0%af"}) {
    EXPECT_EQ(only_status(fixture.address(), request("GET", path)), 404) << path;
  }
  EXPECT_EQ(only_status(fixture.address(), request("GET", "http://localhost/echo")), 400);
  EXPECT_EQ(only_status(fixture.address(), request("GET", "/echo#a")), 400);
  EXPECT_EQ(fixture.application.handled(), 0);
}

TEST(HostileClient, H9AResetInTheMiddleOfARequestDisturbsNobody) {
  Fixture fixture;
  for (const std::string& part :
       {std::string("GET / HT"),
        std::string("POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/json\r\n"
                    "Content-Length: 10\r\n\r\n{"),
        request("GET", "/held"), request("GET", "/big"), request("GET", "/events")}) {
    Client client(fixture.address());
    client.send(part);
    client.reset();
  }
  Client client(fixture.address());
  client.send(request("GET", "/echo"));
  EXPECT_EQ(client.read().status, 200);
}

TEST(HostileClient, H9ASlowReaderThatGoesOnReadingGetsAll) {
  Fixture fixture(kHasty);
  Client client(fixture.address());
  client.send(request("GET", "/big", "Connection: close\r\n"));
  for (int i = 0; i < 15; ++i) {
    std::this_thread::sleep_for(milliseconds(100));
    std::array<char, 300'000> part;
    ASSERT_GT(recv(client.descriptor(), part.data(), part.size(), MSG_WAITALL), 0);
  }
  EXPECT_GT(client.count_rest() + 15 * 300'000, kBigBody);
}

TEST(HostileClient, H10EachWrongTokenIsAnsweredLaterAndNobodyElse) {
  Fixture fixture;
  const auto begin = steady_clock::now();
  std::thread other([&] {
    Client client(fixture.address());
    for (int i = 0; i < 10; ++i) {
      client.send(request("GET", "/secret", "Authorization: Bearer right\r\n"));
      EXPECT_EQ(client.read().status, 200);
    }
    EXPECT_LT(steady_clock::now() - begin, milliseconds(600));
  });
  for (const int wanted : {100, 200, 400}) {
    Client client(fixture.address());
    const auto asked = steady_clock::now();
    client.send(request("GET", "/secret"));
    EXPECT_EQ(client.read().status, 401);
    EXPECT_GE(steady_clock::now() - asked, milliseconds(wanted));
    EXPECT_EQ(client.read_rest(), "");
  }
  other.join();
}

milliseconds cpu_time() { return milliseconds(std::clock() * 1000 / CLOCKS_PER_SEC); }

TEST(HostileClient, X6AcceptingWaitsWhileThereAreNoDescriptors) {
  EXPECT_EQ(test::in_child([] {
              Fixture fixture;
              Client before(fixture.address());
              before.send(request("GET", "/echo"));
              EXPECT_EQ(before.read().status, 200);
              // It is connected by the kernel; the server has no descriptor for it.
              rlimit limit{};
              getrlimit(RLIMIT_NOFILE, &limit);
              const int next = dup(0);
              close(next);
              const rlimit none{static_cast<rlim_t>(next) + 1, limit.rlim_max};
              setrlimit(RLIMIT_NOFILE, &none);
              Client waiting(fixture.address());
              waiting.send(request("GET", "/echo"));
              const auto used = cpu_time();
              EXPECT_TRUE(waiting.is_quiet(milliseconds(500)));
              EXPECT_LT(cpu_time() - used, milliseconds(100));
              before.send(request("GET", "/echo"));
              EXPECT_EQ(before.read().status, 200);
              setrlimit(RLIMIT_NOFILE, &limit);
              EXPECT_EQ(waiting.read().status, 200);
            }),
            "");
}

}  // namespace
}  // namespace melange::http
