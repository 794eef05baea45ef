// SPDX-License-Identifier: Apache-2.0
//
// From a command and its arguments to the request: pure, and the only place that knows how an
// argument is written in JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "melange/base/error.h"
#include "transport.h"

namespace melange::cli {

// What was given, by the argument's name. A flag that is given has one value, whatever it is.
using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

// Everything but letters, digits, "-._~" and ':' as %XX (RFC 3986 section 2.1).
std::string percent_encode(std::string_view text);

// Fails on a value that cannot be sent, and if not exactly one argument of a choice is given.
// An empty text clears the member: it is sent as null, or as an empty list.
base::Result<Request> request_of(const Command& command, const Values& values,
                                 std::string_view tenant);

}  // namespace melange::cli
