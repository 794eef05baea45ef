// SPDX-License-Identifier: Apache-2.0
//
// How a struct of the configuration describes its keys. `Fields<T>::kAll` is a tuple of Field, one
// per key (fields.h); reading (parse.cpp) and printing (print.cpp) walk it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "context.h"
#include "melange/config/config.h"
#include "node.h"

namespace melange::config {

// What stands inside At, optional and vector: the type that one check sees and one text stands for.
template <class T>
struct LeafOf {
  using Type = T;
};
template <class T>
struct LeafOf<At<T>> : LeafOf<T> {};
template <class T>
struct LeafOf<std::optional<T>> : LeafOf<T> {};
template <class T>
struct LeafOf<std::vector<T>> : LeafOf<T> {};
template <class T>
using Leaf = typename LeafOf<T>::Type;

// What is wrong with a value that its type allows, or nothing. Called for each element of a list.
template <class T>
using Check = std::optional<std::string> (*)(const Leaf<T>& value);

// Reads a whole value whose form depends on its key, and complains itself; what is wrong is left
// out.
template <class T>
using Read = T (*)(const Node& node, std::string_view key, const Context& context);

template <class Struct, class Value>
struct Field {
  std::string_view key;
  Value Struct::* member;
  std::string_view help;  // one line
  Check<Value> check = nullptr;
  std::string_view example{};  // TOML; printed for a key that has no default
  bool required = false;
  Read<Value> read = nullptr;  // instead of the type's codec
};

template <class T>
struct Fields;

template <class T>
concept Described = requires { Fields<T>::kAll; };

// Calls `visit` with each field of T, in the order of their declaration.
template <Described T, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, Fields<T>::kAll);
}

template <Described T>
constexpr auto keys_of() {
  return std::apply([](const auto&... field) { return std::array{field.key...}; }, Fields<T>::kAll);
}

template <Described T>
constexpr bool has_unique_keys() {
  const auto keys = keys_of<T>();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (keys[i] == keys[j]) return false;
    }
  }
  return true;
}

}  // namespace melange::config
