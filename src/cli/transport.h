// SPDX-License-Identifier: Apache-2.0
//
// A request to the server and its response, as values, and what carries them: an HTTP connection
// (http_client.h), or a test's stand-in.
#pragma once

#include <string>
#include <string_view>

#include "melange/base/error.h"
#include "melange/base/function_ref.h"

namespace melange::cli {

struct Request {
  std::string method;
  std::string target;   // path and query, encoded
  std::string body;     // JSON; empty: none
  bool stream = false;  // of events: the response has no end

  bool operator==(const Request&) const = default;
};

struct Response {
  unsigned status = 0;
  std::string reason;  // "Conflict", as the server says it
  std::string content_type;
  std::string body;

  bool is_success() const { return status >= 200 && status < 300; }
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Both fail if the server is not reached, does not answer in time, or answers with too much.
  virtual base::Result<Response> send(const Request& request) = 0;
  // A success's body is given to `take` in pieces as they come, until the server ends it, and is
  // then empty in what is returned.
  virtual base::Result<Response> stream(const Request& request,
                                        base::FunctionRef<void(std::string_view)> take) = 0;
};

}  // namespace melange::cli
