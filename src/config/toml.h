// SPDX-License-Identifier: Apache-2.0
//
// TOML text to a tree. The only place that knows toml++, whose exceptions end here.
#pragma once

#include <expected>
#include <string_view>

#include "melange/config/load.h"
#include "node.h"

namespace melange::config {

// `text` has passed `find_hazard`. A syntax error is the only mistake reported: behind it, TOML
// does not say what the rest of the file means.
std::expected<Node, Mistake> parse_toml(std::string_view text);

}  // namespace melange::config
