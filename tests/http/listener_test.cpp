// SPDX-License-Identifier: Apache-2.0
//
// Where a server listens: addresses, and the unix socket's file (hostile.md H13).
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "client.h"
#include "melange/base/text.h"
#include "stand_in.h"
#include "temp_directory.h"

namespace melange::http {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

std::optional<base::Error> failure_of(Settings settings) {
  StandIn application;
  const auto server = Server::start(settings, application);
  return server ? std::nullopt : std::optional(server.error());
}

TEST(Listener, ServesAllAddressesAndTellsThePortThatItGot) {
  test::TempDirectory folder;
  const std::string path = folder.file("api.sock");
  Fixture fixture({.listen = {"127.0.0.1:0", "[::1]:0", "unix:" + path}});
  ASSERT_EQ(fixture.addresses.size(), 3u);
  EXPECT_TRUE(fixture.addresses[0].starts_with("http://127.0.0.1:"));
  EXPECT_FALSE(fixture.addresses[0].ends_with(":0"));
  EXPECT_TRUE(fixture.addresses[1].starts_with("http://[::1]:"));
  EXPECT_EQ(fixture.addresses[2], "unix:" + path);
  for (const std::string& address : fixture.addresses) {
    Client client(address);
    client.send(request("GET", "/echo"));
    EXPECT_EQ(client.read().body, "GET /echo") << address;
  }
}

TEST(Listener, H6AnyHostWillDoOnAUnixSocket) {
  test::TempDirectory folder;
  Fixture fixture({.listen = {"unix:" + folder.file("api.sock")}});
  Client client(fixture.address());
  client.send("GET /echo HTTP/1.1\r\nHost: melange\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
}

TEST(Listener, H10AUnixSocketHasNoDelay) {
  test::TempDirectory folder;
  Fixture fixture({.listen = {"unix:" + folder.file("api.sock")}});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    Client client(fixture.address());
    client.send(request("GET", "/secret"));
    EXPECT_EQ(client.read().status, 401);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
}

TEST(Listener, H13TheSocketIsItsOwnersInAFolderThatIsToo) {
  test::TempDirectory folder;
  const std::string path = folder.file("run/api.sock");
  const mode_t before = umask(0);
  {
    Fixture fixture({.listen = {"unix:" + path}});
    EXPECT_EQ(mode_of(path), 0600u);
    EXPECT_EQ(mode_of(folder.file("run")), 0700u);
  }
  umask(before);
  EXPECT_EQ(mode_of(path), 0u) << "it is removed when the server stops";
}

TEST(Listener, ReplacesASocketThatNobodyAnswersOn) {
  test::TempDirectory folder;
  const std::string path = folder.file("api.sock");
  {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    const void* generic = &address;
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(bind(fd, static_cast<const sockaddr*>(generic), sizeof address), 0);
    close(fd);  // as after a kill: the file stays
  }
  Fixture fixture({.listen = {"unix:" + path}});
  Client client(fixture.address());
  client.send(request("GET", "/echo"));
  EXPECT_EQ(client.read().status, 200);
}

TEST(Listener, LeavesTheSocketOfALivingServerAlone) {
  test::TempDirectory folder;
  Fixture fixture({.listen = {"unix:" + folder.file("api.sock")}});
  const auto second = failure_of({.listen = {fixture.address()}});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->fault, base::Fault::kBusy);
  Client client(fixture.address());
  client.send(request("GET", "/echo"));
  EXPECT_EQ(client.read().status, 200);
}

TEST(Listener, LeavesAFileThatIsNoSocketAlone) {
  test::TempDirectory folder;
  const std::string path = folder.file("notes.txt");
  test::write_file(path, std::string_view("keep me"));
  const auto failure = failure_of({.listen = {"unix:" + path}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->fault, base::Fault::kInvalid);
  EXPECT_EQ(test::read_file(path).size(), 7u);
}

TEST(Listener, RefusesWhatIsNoAddress) {
  for (const std::string& text :
       {std::string(""), std::string("localhost:80"), std::string("127.0.0.1"),
        std::string("127.0.0.1:"), std::string("127.0.0.1:65536"), std::string("127.0.0.1:+1"),
        std::string("::1:80"), std::string("[127.0.0.1]:80"), std::string("[]:80"),
        std::string("unix:"), "unix:/" + std::string(107, 'x')}) {
    const auto failure = failure_of({.listen = {text}});
    ASSERT_TRUE(failure) << text;
    EXPECT_EQ(failure->fault, base::Fault::kInvalid) << text;
  }
}

TEST(Listener, NamesThePortThatSomebodyElseHas) {
  Fixture fixture;
  const std::string taken = fixture.address().substr(std::string("http://").size());
  const auto failure = failure_of({.listen = {taken}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->message, base::cat(taken, ": bind: Address already in use"));
}

}  // namespace
}  // namespace melange::http
