// SPDX-License-Identifier: Apache-2.0
//
// Where the server is, and what it is shown of us: a URL with a bearer token, or a unix socket,
// whose file mode is its guard.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "melange/base/error.h"

namespace melange::cli {

inline constexpr std::string_view kDefaultSocket = "/run/melange/admin.sock";

struct Endpoint {
  std::string socket;  // the path of a unix socket; empty: TCP
  bool tls = false;
  std::string host;  // a name, or an address without brackets
  std::string port;
  std::string ca_file;  // PEM, of whom to trust; empty: the system's
  std::string token;    // empty: none

  bool operator==(const Endpoint&) const = default;
};

// "https://[2001:db8::1]:9898" or "unix:/run/melange/admin.sock"; never the token.
std::string text(const Endpoint& endpoint);
// For the Host field: as in the URL; "localhost" for a unix socket.
std::string authority(const Endpoint& endpoint);

Endpoint unix_socket(std::string path);
// http://HOST[:PORT] or https://HOST[:PORT].
base::Result<Endpoint> parse_url(std::string_view url);
// The path of the first unix socket of `[http] listen`.
base::Result<std::string> socket_of(std::span<const std::string> listen);

// Gives the endpoint a token. Refused where it would cross a network in the clear.
base::Result<Endpoint> with_token(Endpoint endpoint, std::string_view token);
// The token that is alone in a file.
base::Result<std::string> read_token(const std::string& path);

}  // namespace melange::cli
