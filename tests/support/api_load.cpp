// SPDX-License-Identifier: Apache-2.0
//
// A closed-loop load on the API: connections that each send their next request when the answer to
// the last one is there. It checks what it gets: every status, and that no address is given twice.
//
//   melange-api-load --socket PATH --path /v1/... --connections 64 --requests 1000 [--body JSON]
//
// With --body it POSTs, without it GETs; with --pages yes each connection goes on with the next
// page of a list, and begins anew behind the last. --expect names the status that every answer must
// have. Prints one line: requests, seconds, requests a second, percentiles of the latency.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string socket;
  std::string path;
  std::string body;
  std::size_t connections = 64;
  std::size_t requests = 1000;  // of each connection
  int expect = 200;
  bool pages = false;
};

[[noreturn]] void die(const std::string& message) {
  std::fprintf(stderr, "melange-api-load: %s\n", message.c_str());
  std::exit(1);
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) {
    die("not a positive number: " + std::string(text));
  }
  return value;
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--socket") arguments.socket = value;
    if (name == "--path") arguments.path = value;
    if (name == "--body") arguments.body = value;
    if (name == "--connections") arguments.connections = number(value);
    if (name == "--requests") arguments.requests = number(value);
    if (name == "--expect") arguments.expect = static_cast<int>(number(value));
    if (name == "--pages") arguments.pages = std::string_view(value) == "yes";
  }
  if (arguments.socket.empty() || arguments.path.empty()) die("--socket and --path are needed");
  return arguments;
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (fd < 0 || path.size() >= sizeof(address.sun_path)) die("no socket for " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (connect(fd, generic, sizeof(address)) != 0) die(path + ": " + std::strerror(errno));
  return fd;
}

std::string request_text(const Arguments& arguments, const std::string& path) {
  const bool posts = !arguments.body.empty();
  std::string text = (posts ? "POST " : "GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (posts) {
    text += "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(arguments.body.size()) + "\r\n";
  }
  return text + "\r\n" + arguments.body;
}

struct Connection {
  int fd = -1;
  std::size_t left = 0;
  Clock::time_point sent;
  std::string buffer;
  std::string request;
};

class Load {
 public:
  explicit Load(const Arguments& arguments)
      : arguments_(arguments),
        request_(request_text(arguments, arguments.path)),
        epoll_(epoll_create1(0)) {}

  void run() {
    connections_.resize(arguments_.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& connection = connections_[i];
      connection.fd = connect_to(arguments_.socket);
      connection.left = arguments_.requests;
      connection.request = request_;
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }
    const auto began = Clock::now();
    for (Connection& connection : connections_) send_next(connection);
    while (done_ < arguments_.connections * arguments_.requests) wait();
    seconds_ = std::chrono::duration<double>(Clock::now() - began).count();
  }

  bool report() {
    std::ranges::sort(latencies_);
    const auto at = [&](double part) {
      const auto index =
          static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1));
      return std::chrono::duration<double, std::milli>(latencies_[index]).count();
    };
    std::printf("%zu requests in %.2f s: %.0f/s, p50 %.2f ms, p99 %.2f ms", done_, seconds_,
                static_cast<double>(done_) / seconds_, at(0.5), at(0.99));
    if (!addresses_.empty()) std::printf(", %zu distinct addresses", addresses_.size());
    bool good = doubled_ == 0;
    for (const auto& [status, count] : statuses_) {
      std::printf(", %zu times %d", count, status);
      good = good && status == arguments_.expect;
    }
    std::printf(doubled_ == 0 ? "\n" : ", %zu given twice\n", doubled_);
    return good;
  }

 private:
  void send_next(Connection& connection) {
    connection.sent = Clock::now();
    const std::string& request = connection.request;
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      die("the server does not take a request");
    }
  }

  void wait() {
    std::array<epoll_event, 64> ready;
    const int count = epoll_wait(epoll_, ready.data(), ready.size(), 10000);
    if (count <= 0) die("no answer for 10 s");
    for (int i = 0; i < count; ++i)
      receive(connections_[ready[static_cast<std::size_t>(i)].data.u64]);
  }

  void receive(Connection& connection) {
    std::array<char, 65536> chunk;
    const ssize_t got = recv(connection.fd, chunk.data(), chunk.size(), 0);
    if (got <= 0) die("the server closed a connection");
    connection.buffer.append(chunk.data(), static_cast<std::size_t>(got));
    const std::size_t head = connection.buffer.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const std::size_t field = connection.buffer.find("Content-Length: ");
    if (field == std::string::npos || field > head) die("an answer without Content-Length");
    const std::size_t body =
        static_cast<std::size_t>(std::strtoul(connection.buffer.c_str() + field + 16, nullptr, 10));
    if (connection.buffer.size() < head + 4 + body) return;
    const std::string_view text = std::string_view(connection.buffer).substr(head + 4, body);
    note(connection, text);
    if (arguments_.pages) connection.request = next_page(text);
    connection.buffer.erase(0, head + 4 + body);
    if (--connection.left > 0) send_next(connection);
  }

  std::string next_page(std::string_view body) const {
    constexpr std::string_view kLink = "\"href\":\"";
    const std::size_t at = body.rfind(kLink);
    if (at == std::string_view::npos) return request_;
    const std::size_t begin = at + kLink.size();
    return request_text(arguments_, std::string(body.substr(begin, body.find('"', begin) - begin)));
  }

  void note(const Connection& connection, std::string_view body) {
    latencies_.push_back(Clock::now() - connection.sent);
    ++statuses_[std::atoi(connection.buffer.c_str() + 9)];
    ++done_;
    if (arguments_.body.empty()) return;
    constexpr std::string_view kField = "\"address\":\"";
    const std::size_t at = body.find(kField);
    if (at == std::string_view::npos) return;
    const std::size_t begin = at + kField.size();
    const bool fresh =
        addresses_.insert(std::string(body.substr(begin, body.find('"', begin) - begin))).second;
    doubled_ += fresh ? 0 : 1;
  }

  Arguments arguments_;
  std::string request_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<Clock::duration> latencies_;
  std::map<int, std::size_t> statuses_;
  std::set<std::string> addresses_;
  std::size_t done_ = 0;
  std::size_t doubled_ = 0;
  double seconds_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Load load(read_arguments(argc, argv));
  load.run();
  return load.report() ? 0 : 1;
}
