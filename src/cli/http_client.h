// SPDX-License-Identifier: Apache-2.0
//
// The transport that reaches a server: HTTP/1.1 over a unix socket, TCP or TLS, one connection for
// each request. With TLS the server must show a certificate of its host name (or address) that
// whoever is trusted has signed. No redirect is followed.
#pragma once

#include <memory>

#include "endpoint.h"
#include "transport.h"

namespace melange::cli {

// Does not connect yet.
std::unique_ptr<Transport> make_http_client(const Endpoint& endpoint);

}  // namespace melange::cli
