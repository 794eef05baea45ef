// SPDX-License-Identifier: Apache-2.0
//
// JSON text to value, strictly (hostile.md H4): what two programs could read differently is
// refused. Boost.JSON itself refuses bad UTF-8, lone surrogates, NaN, control characters in texts
// and trailing text; it takes the last of two members of one name, and reads 1e999 as infinity.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "json.h"

namespace melange::admin {

inline constexpr std::size_t kJsonDepth = 32;

// The value, or what is wrong with the text.
std::expected<json::value, std::string> parse_json(std::string_view text);

}  // namespace melange::admin
