// SPDX-License-Identifier: Apache-2.0
//
// A client that sends the octets it is told, good or bad, and shows what comes back. Written with
// plain sockets, so that it does not share a parser with the server. What it waits for in vain for
// five seconds is a failure of the test.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace melange::http {

struct Answer {
  int status = 0;  // 0: the connection ended without one
  std::string head;
  std::string body;

  // The value of a field by its exact name; "-" if it is absent.
  std::string field(std::string_view name) const;
};

class Client {
 public:
  // "http://127.0.0.1:80", "http://[::1]:80", "https://..." (the octets alone), "unix:/path".
  explicit Client(const std::string& address, int receive_buffer = 0);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // False if the connection is closed.
  bool send(std::string_view octets);
  // The next answer; without a body if `head_only`, or if none is announced.
  Answer read(bool head_only = false);
  // What arrives until "\n\n", with it; less at the end of the connection.
  std::string read_event();
  // The rest, up to the end of the connection.
  std::string read_rest();
  // Reads and forgets; how many octets came until the end.
  std::size_t count_rest();
  // True if nothing is there, and the connection is open, after `patience`.
  bool is_quiet(std::chrono::milliseconds patience);
  void reset();  // ends it with a RST
  int descriptor() const { return fd_; }

 private:
  bool more();
  bool read_until(std::string_view end);

  int fd_ = -1;
  std::string buffer_;
};

// A request to localhost with these further fields ("A: b\r\n") and that body.
std::string request(std::string_view method, std::string_view target, std::string_view fields = "",
                    std::string_view body = "");

}  // namespace melange::http
