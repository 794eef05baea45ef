// SPDX-License-Identifier: Apache-2.0
//
// What must not reach the HTTP parser. Beast 1.81 takes heads that two programs read as different
// requests (hostile.md H5): any Transfer-Encoding, two Hosts, folded lines and more. The guard
// reads the raw octets of a head first and lets through one form only: lines that end in CR LF, a
// known method, a plain target, fields without folds or doubles, a Host, and a body that is
// measured by one Content-Length or absent. It also holds the sizes (H2), before the head is
// complete. RFC 9112 is what it is stricter than: an empty line before a request is refused too.
#pragma once

#include <string_view>
#include <variant>

#include "refusal.h"

namespace melange::http {

// What has arrived may be the beginning of a good head.
struct Incomplete {};

struct Head {
  std::size_t size = 0;            // with the empty line at its end
  std::size_t content_length = 0;  // of the body behind it; 0 if there is none
  bool is_http_1_0 = false;
};

using Verdict = std::variant<Incomplete, Head, Refusal>;

// Judges the head that `octets` begin with; what stands behind it is not looked at. The answer does
// not depend on how many octets of a good head arrive at once.
Verdict judge_head(std::string_view octets);

}  // namespace melange::http
