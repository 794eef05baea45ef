// SPDX-License-Identifier: Apache-2.0
//
// The HTTP/1.1 server: sockets (TCP, TLS, unix), framing, limits and refusals, on one thread of its
// own with a lower priority than the wire's. It knows nothing of what is asked: an Application
// answers. hostile.md H1 to H9; RFC 9112.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/time.h"
#include "melange/http/message.h"

namespace melange::http {

// Gives the response to the connection that asked; from any thread, once. Not calling it leaves the
// connection waiting until its time is up.
using Reply = std::function<void(Response)>;

// Both are called on the server's thread and must not block it for long.
class Application {
 public:
  virtual ~Application() = default;
  // Looks at a request whose body is not read yet (`body` is empty); a response refuses it: it is
  // sent, and the connection is closed. Each 401 makes the next one to that source slower.
  virtual std::optional<Response> admit(const Request& head) = 0;
  virtual void handle(Request request, Reply reply) = 0;
};

struct Settings {
  std::vector<std::string> listen{};  // "127.0.0.1:9898", "[::1]:9898", "unix:/run/melange/x.sock"
  std::string tls_certificate{};      // PEM files; both or none. With them all of TCP is TLS
  std::string tls_key{};
  std::vector<std::string> host_names{};  // allowed in Host beside the addresses listened on
  std::size_t connections = 64;           // at one time; those beyond are answered 503 and closed
  base::Seconds timeout{10};       // for a whole request to arrive, for its response to be given,
                                   // and for each 256 KiB of that to leave
  base::Seconds idle_timeout{60};  // of a kept connection between two requests

  bool operator==(const Settings&) const = default;
};

class Server {
 public:
  // Listens, and starts the thread. A unix socket is made with mode 0600 in a folder of mode 0700
  // (made if it is absent); a stale one is replaced, one that a server answers on is kBusy.
  static base::Result<Server> start(const Settings& settings, Application& application);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();  // closes all connections and joins the thread

  // Event sources may have something; from any thread.
  void notify();
  // The URLs and sockets that it listens on, for the log; a port 0 is shown as the one it became.
  std::vector<std::string> addresses() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace melange::http
