// SPDX-License-Identifier: Apache-2.0
//
// HTTP requests and responses as values (RFC 9110). What reaches an Application has passed every
// refusal of hostile.md H1 to H9: sizes, framing, smuggling forms, Host, Origin, the path's
// characters. Field names are lower case.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace melange::http {

// kOptions and kOther are answered by the server itself, 405 and 501.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view text(Method method);  // "GET"

struct Field {
  std::string name;
  std::string value;

  bool operator==(const Field&) const = default;
};

// Who is at the other end.
struct Peer {
  enum class Kind : std::uint8_t {
    kUnix,      // by the unix socket: the file's mode has let it in
    kLoopback,  // by TCP from this host
    kRemote,    // by TCP from elsewhere
  };
  Kind kind = Kind::kUnix;
  std::string address;  // for the log; empty for a unix socket
};

struct Request {
  Method method = Method::kGet;
  std::string path;   // begins with '/'; as sent, not decoded; no empty, "." or ".." segment
  std::string query;  // behind the '?', as sent; empty if there is none
  std::vector<Field> fields;  // in the order of their arrival
  std::string body;
  Peer peer;

  // The field's value; empty if it is absent. `name` is lower case. A field that may stand once and
  // does not is refused before anybody asks.
  std::string_view field(std::string_view name) const;
};

// A body without an end: server-sent events. It is asked on the server's thread, first at once,
// then after each Server::notify, and again as long as it gives something.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // What is there to be sent now, whole events of at most some 64 KiB; empty if nothing is.
  virtual std::string next() = 0;
};

struct Response {
  unsigned status = 200;
  std::vector<Field> fields;  // all but those of framing (Content-Length, Connection)
  std::string body;
  std::unique_ptr<EventSource> events;  // in the place of `body`; its Content-Type is set here
};

}  // namespace melange::http
