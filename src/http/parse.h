// SPDX-License-Identifier: Apache-2.0
//
// A head that the guard has let through, parsed by Beast. The two must agree: where they do not,
// there is nothing to be gained from finding out who is right.
#pragma once

#include <optional>
#include <string_view>

#include "guard.h"
#include "melange/http/message.h"

namespace melange::http {

struct ParsedHead {
  Request request;  // its body and peer are left empty
  bool keep_alive = false;
};

// `octets` are the head alone, which the guard has judged to be `head`. Nothing if Beast takes it
// for something else.
std::optional<ParsedHead> parse_head(std::string_view octets, const Head& head);

}  // namespace melange::http
