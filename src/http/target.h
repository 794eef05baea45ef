// SPDX-License-Identifier: Apache-2.0
//
// The target of a request (RFC 9112 3.2): a path and perhaps a query, in the characters of RFC 3986
// and no others. A path that could mean two things to two readers is refused (hostile.md H8): empty
// and dot segments, plain or encoded; encoded NUL and other controls; encoded octets that are no
// UTF-8, such as overlong forms; backslashes. "%2F" is let through, for it stands in names of
// prefixes, but is taken for a '/' when segments are judged.
#pragma once

#include <optional>
#include <string_view>

#include "refusal.h"

namespace melange::http {

// kTarget, kPath, or nothing if the target is good.
std::optional<Refusal> judge_target(std::string_view target);

}  // namespace melange::http
