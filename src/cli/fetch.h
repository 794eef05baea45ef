// SPDX-License-Identifier: Apache-2.0
//
// Asking the server: one request, and those for the further pages of a list. Objects come wrapped,
// {"ip_block": {...}}, lists as {"ip_blocks": [...], "ip_blocks_links": [{"rel": "next", ...}]}.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <variant>

#include "melange/base/error.h"
#include "melange/base/function_ref.h"
#include "transport.h"

namespace melange::cli {

// The objects without their wrapping.
struct Answer {
  bool is_list = false;
  boost::json::array objects;  // if it is no list: one, or none (after a deletion)
};

// The server said no; see problem.h.
struct Refusal {
  std::string text;
};

base::Result<std::variant<Answer, Refusal>> fetch(Transport& transport, Request request);

// Gives each event of a stream to `take`, until the server ends it, which is a failure.
base::Result<Refusal> follow(Transport& transport, const Request& request,
                             base::FunctionRef<void(const boost::json::value&)> take);

}  // namespace melange::cli
