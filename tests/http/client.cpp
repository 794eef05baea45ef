// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "melange/base/text.h"

namespace melange::http {
namespace {

namespace asio = boost::asio;

template <class Endpoint>
int connect_to(const Endpoint& endpoint, int receive_buffer) {
  const int fd = socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_buffer > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  if (connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    close(fd);
    throw std::runtime_error("cannot connect");
  }
  return fd;
}

int open_socket(std::string address, int receive_buffer) {
  if (address.starts_with("unix:")) {
    return connect_to(asio::local::stream_protocol::endpoint(address.substr(5)), receive_buffer);
  }
  address = address.substr(address.find("//") + 2);
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  return connect_to(asio::ip::tcp::endpoint(asio::ip::make_address(host), port), receive_buffer);
}

}  // namespace

std::string Answer::field(std::string_view name) const {
  const std::size_t at = head.find(base::cat("\r\n", name, ": "));
  if (at == std::string::npos) return "-";
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Client::Client(const std::string& address, int receive_buffer)
    : fd_(open_socket(address, receive_buffer)) {}

Client::~Client() { close(fd_); }

bool Client::send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::more() {
  std::array<char, 65536> part;
  const ssize_t count = recv(fd_, part.data(), part.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    ADD_FAILURE() << "nothing came for five seconds";
  }
  if (count > 0) buffer_.append(part.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool Client::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos) {
    if (!more()) return false;
  }
  return true;
}

Answer Client::read(bool head_only) {
  Answer answer;
  if (!read_until("\r\n\r\n")) return answer;
  const std::size_t size = buffer_.find("\r\n\r\n") + 4;
  answer.head = buffer_.substr(0, size);
  buffer_.erase(0, size);
  answer.status = std::stoi(answer.head.substr(9, 3));
  const std::string length = answer.field("Content-Length");
  if (head_only || length == "-") return answer;
  const std::size_t wanted = std::stoul(length);
  while (buffer_.size() < wanted && more()) {
  }
  answer.body = buffer_.substr(0, wanted);
  buffer_.erase(0, wanted);
  return answer;
}

std::string Client::read_event() {
  const bool whole = read_until("\n\n");
  const std::string event = buffer_.substr(0, whole ? buffer_.find("\n\n") + 2 : buffer_.size());
  buffer_.erase(0, event.size());
  return event;
}

std::string Client::read_rest() {
  while (more()) {
  }
  return std::exchange(buffer_, {});
}

std::size_t Client::count_rest() {
  std::size_t total = buffer_.size();
  buffer_.clear();
  while (more()) {
    total += buffer_.size();
    buffer_.clear();
  }
  return total;
}

bool Client::is_quiet(std::chrono::milliseconds patience) {
  pollfd wanted{fd_, POLLIN, 0};
  return buffer_.empty() && poll(&wanted, 1, static_cast<int>(patience.count())) == 0;
}

void Client::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd_);
  fd_ = -1;
}

std::string request(std::string_view method, std::string_view target, std::string_view fields,
                    std::string_view body) {
  std::string out = base::cat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\n", fields);
  if (!body.empty()) {
    out += base::cat("Content-Type: application/json\r\nContent-Length: ", body.size(), "\r\n");
  }
  return base::cat(out, "\r\n", body);
}

}  // namespace melange::http
