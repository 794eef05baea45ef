// SPDX-License-Identifier: Apache-2.0
//
// Who may ask at all, and with what kind of body: the Host's allow-list against DNS rebinding
// (hostile.md H6), Origin and Content-Type against forged requests of foreign pages (H7). Judged
// before the Application sees the request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard.h"
#include "melange/http/message.h"

namespace melange::http {

// The server's end of a connection.
struct LocalEnd {
  bool is_unix = false;
  bool is_tls = false;
  std::string address;  // as it stands in a URL: "127.0.0.1", "[::1]"
  std::uint16_t port = 0;
};

class HostList {
 public:
  // The names beside localhost and the loopback addresses, with or without a port.
  explicit HostList(const std::vector<std::string>& names);

  // Names that are allowed may have any port, for a tunnel or a proxy changes it; the address that
  // the client is connected to must have its own one, or none. Any Host will do on a unix socket.
  bool allows(std::string_view host, const LocalEnd& local) const;

 private:
  std::vector<std::string> names_;
};

// The first reason not to let `request` (without its body) in.
std::optional<Refusal> judge_request(const Request& request, const Head& head,
                                     const HostList& hosts, const LocalEnd& local);

}  // namespace melange::http
