// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding (RFC 3986 section 2.1), for those who read targets and those who write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace melange::base {

// Every octet but the unreserved characters and those of `kept` becomes %NN.
std::string percent_encode(std::string_view text, std::string_view kept = {});
// Nothing if a '%' is not followed by two hex digits. What comes out may be any octets.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace melange::base
