// SPDX-License-Identifier: Apache-2.0
//
// Values that are one element or a list of several, where one alone needs no brackets.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "codec.h"
#include "context.h"
#include "melange/base/text.h"
#include "node.h"

namespace melange::config {

// The elements of a list, or the node itself. Complains of a list that is empty.
std::span<const Node> elements_of(const Node& node, std::string_view key, const Context& context);

// What `decode` makes of each, but for those that it refuses, which are complained of.
template <class T>
std::vector<T> read_each(const Node& node, std::string_view key, const Context& context,
                         Decoded<T> (*decode)(const Node&)) {
  std::vector<T> out;
  for (const Node& element : elements_of(node, key, context)) {
    Decoded<T> value = decode(element);
    if (value) {
      out.push_back(std::move(*value));
    } else {
      context.complain(element.line, base::cat(key, ": ", value.error()));
    }
  }
  return out;
}

// "hex:0a1b" as octets, any other text as its own; nothing for what should be hex and is not.
std::optional<std::vector<std::uint8_t>> octets_of_text(std::string_view text);

}  // namespace melange::config
