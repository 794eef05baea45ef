// SPDX-License-Identifier: Apache-2.0
#include "toml.h"

#include <toml++/toml.h>

#include "melange/base/text.h"

namespace melange::config {
namespace {

constexpr std::size_t kLongestReason = 200;  // toml++ quotes what it could not read, however long

Node node_of(const toml::node& source) {
  Node node{.value = Moment{}, .line = source.source().begin.line};
  if (const auto* flag = source.as_boolean()) node.value = flag->get();
  if (const auto* number = source.as_integer()) node.value = number->get();
  if (const auto* number = source.as_floating_point()) node.value = number->get();
  if (const auto* text = source.as_string()) node.value = text->get();
  if (const toml::array* array = source.as_array()) {
    List& list = node.value.emplace<List>();
    for (const toml::node& element : *array) list.push_back(node_of(element));
  }
  if (const toml::table* entries = source.as_table()) {
    Table& table = node.value.emplace<Table>();
    for (const auto& [key, value] : *entries) {
      table.push_back({std::string(key.str()), key.source().begin.line, node_of(value)});
    }
  }
  return node;
}

Mistake mistake_of(const toml::parse_error& error) {
  const std::string_view reason = error.description().substr(0, kLongestReason);
  return {error.source().begin.line, base::escape(reason)};
}

}  // namespace

std::expected<Node, Mistake> parse_toml(std::string_view text) {
  try {
    return node_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return std::unexpected(mistake_of(error));
  } catch (const std::exception& error) {
    return std::unexpected(Mistake{0, base::cat("cannot be read: ", error.what())});
  }
}

}  // namespace melange::config
