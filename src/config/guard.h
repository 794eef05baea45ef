// SPDX-License-Identifier: Apache-2.0
//
// What must not reach the TOML parser: toml++ 3.3 recurses once per part of a dotted key and
// overflows the stack on a long one (hostile.md C2); and text in an encoding that is not TOML's
// gets a plainer message here than there. This is a scanner, not a parser: it knows strings and
// comments only so that it does not count what is inside them. Malformed UTF-8 is found by toml++
// itself.
#pragma once

#include <optional>
#include <string_view>

#include "melange/config/load.h"

namespace melange::config {

// The first reason not to parse `text`, if there is one.
std::optional<Mistake> find_hazard(std::string_view text);

}  // namespace melange::config
