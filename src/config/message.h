// SPDX-License-Identifier: Apache-2.0
//
// Parts of messages: what the operator wrote, shown so that no octet of it reaches a terminal
// unescaped, and what he may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "melange/config/load.h"
#include "node.h"

namespace melange::config {

// The text in double quotes, escaped, and cut off when it is long.
std::string quoted(std::string_view text);
// A plain value as it was written, anything else by its kind ("a table").
std::string shown(const Node& node);

// "unknown key 'x'; did you mean 'y'?": the name escaped, and cut off when it is long; `otherwise`
// stands behind the semicolon if none of `known` (lower case) was probably meant.
std::string unknown(std::string_view what, std::string_view name,
                    std::span<const std::string_view> known, const Mistakes& so_far,
                    std::string_view otherwise);
// For a key that is none of `known`.
std::string unknown_key(std::string_view key, std::span<const std::string_view> known,
                        const Mistakes& so_far);

// Ascending by line, each once.
void sort_out(Mistakes& mistakes);

}  // namespace melange::config
