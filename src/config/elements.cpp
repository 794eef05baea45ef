// SPDX-License-Identifier: Apache-2.0
#include "elements.h"

namespace melange::config {

std::span<const Node> elements_of(const Node& node, std::string_view key, const Context& context) {
  const List* list = std::get_if<List>(&node.value);
  if (list == nullptr) return {&node, 1};
  if (list->empty()) context.complain(node.line, base::cat(key, ": is empty; write at least one"));
  return *list;
}

std::optional<std::vector<std::uint8_t>> octets_of_text(std::string_view text) {
  constexpr std::string_view kHex = "hex:";
  if (text.starts_with(kHex)) return base::parse_hex(text.substr(kHex.size()));
  return std::vector<std::uint8_t>(text.begin(), text.end());
}

}  // namespace melange::config
