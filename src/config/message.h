// SPDX-License-Identifier: Apache-2.0
//
// Parts of messages: what the operator wrote, shown so that no octet of it reaches a terminal
// unescaped, and what he may have meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "melange/config/load.h"
#include "node.h"

namespace melange::config {

// The text in double quotes, escaped, and cut off when it is long.
std::string quoted(std::string_view text);
// "unknown key 'x'": the name in single quotes, escaped, and cut off when it is long.
std::string unknown(std::string_view what, std::string_view name);
// A plain value as it was written, anything else by its kind ("a table").
std::string shown(const Node& node);

// The one of `known` (lower case) that `name` was probably meant to be. Not looked for when `name`
// is long or there are many mistakes already: a file of nothing else would take seconds.
std::optional<std::string_view> probably_meant(std::string_view name,
                                               std::span<const std::string_view> known,
                                               const Mistakes& so_far);

// For a key that is none of `known`.
std::string unknown_key(std::string_view key, std::span<const std::string_view> known,
                        const Mistakes& so_far);

// Ascending by line, each once.
void sort_out(Mistakes& mistakes);

}  // namespace melange::config
