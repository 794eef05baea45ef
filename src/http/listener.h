// SPDX-License-Identifier: Apache-2.0
//
// Sockets that listen: opened from the texts of Settings::listen, and asked for connections without
// waiting. Waiting is the server's.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "melange/base/error.h"
#include "melange/http/message.h"
#include "policy.h"

namespace melange::http {

// A connection that was accepted. `fd` is the receiver's to close.
struct Accepted {
  int fd = -1;
  int family = 0;
  Peer peer;
  LocalEnd local;
  // Whom a 401 makes slower: the address, of IPv6 the /64, which is one client's; empty for a unix
  // socket.
  std::string source;
};

class Listener {
 public:
  // "127.0.0.1:9898", "[::1]:9898", "unix:/run/melange/x.sock". `is_tls` is noted for TCP.
  static base::Result<Listener> open(const std::string& text, bool is_tls);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();  // removes the file of a unix socket

  enum class None : std::uint8_t { kEmpty, kGone, kExhausted };
  // The next connection. kEmpty: none waits. kGone: one has gone, ask again. kExhausted: the host
  // lacks descriptors or memory, ask later.
  std::variant<Accepted, None> accept() const;

  int descriptor() const { return fd_; }
  // "http://127.0.0.1:9898", "https://[::1]:9898", "unix:/run/melange/x.sock".
  std::string address() const;

 private:
  Listener() = default;
  base::Status listen_on_unix(const std::string& path);
  base::Status listen_on_tcp(const std::string& text);

  int fd_ = -1;
  bool is_tls_ = false;
  std::string path_;  // of a unix socket
};

}  // namespace melange::http
