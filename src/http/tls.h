// SPDX-License-Identifier: Apache-2.0
//
// The server's certificate, and which TLS is spoken: 1.2 and later, the server's order of ciphers.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "melange/base/error.h"

namespace melange::http {

base::Result<boost::asio::ssl::context> load_tls(const std::string& certificate,
                                                 const std::string& key);

}  // namespace melange::http
