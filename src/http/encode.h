// SPDX-License-Identifier: Apache-2.0
//
// The octets of a response's head. What every response has is added here: its framing, and what
// keeps browsers from guessing and caches from keeping. Neither Date nor Server: the same response
// is the same octets whenever it is given.
#pragma once

#include <string>

#include "melange/http/message.h"

namespace melange::http {

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// True if a response of this status has a body, if only an empty one (RFC 9110 6.4.1).
bool has_body(unsigned status);

// The status line and all fields, with the empty line at the end. A body with an end is announced
// by its length; event streams end with their connection.
std::string encode_head(const Response& response, bool keep_alive);

}  // namespace melange::http
