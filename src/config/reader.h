// SPDX-License-Identifier: Apache-2.0
//
// The tree to a described struct (field.h). A value that is wrong is reported and keeps its
// default, so that one run finds every mistake.
#pragma once

#include <algorithm>

#include "codec.h"
#include "field.h"
#include "melange/base/check.h"
#include "message.h"

namespace melange::config {

template <class T>
struct Type {};

template <class T>
concept HasCodec = Described<Leaf<T>> || requires(const Node& node) { Codec<Leaf<T>>::read(node); };

class Reader {
 public:
  explicit Reader(Mistakes& mistakes, wire::OptionTable4 options = {})
      : context_{std::move(options), mistakes} {}

  // The fields of `table`, which stands under `key` ("" for the whole file).
  template <Described T>
  T read_table(const Table& table, unsigned line, std::string_view key) {
    T out;
    if constexpr (requires { out.line; }) out.line = line;
    for_each_field<T>([&](const auto& field) { read_field(table, line, key, field, out); });
    static constexpr auto kKeys = keys_of<T>();
    for (const Entry& entry : table) {
      if (std::ranges::find(kKeys, entry.key) != kKeys.end()) continue;
      complain(entry.line, unknown_key(entry.key, kKeys, context_.mistakes));
    }
    return out;
  }

 private:
  template <class Struct, class Value>
  void read_field(const Table& table, unsigned line, std::string_view parent,
                  const Field<Struct, Value>& field, Struct& out) {
    const auto entry = std::ranges::find(table, field.key, &Entry::key);
    if (entry == table.end()) {
      if (field.required) complain(line, base::cat(parent, " lacks '", field.key, "'"));
      return;
    }
    const List* list = std::get_if<List>(&entry->node.value);
    if (field.required && list != nullptr && list->empty()) {
      complain(entry->node.line, base::cat(field.key, ": is empty; write at least one"));
    }
    Value& member = out.*field.member;
    if (field.read != nullptr) {
      member = field.read(entry->node, field.key, context_);
    } else if constexpr (HasCodec<Value>) {
      auto value = read(Type<Value>{}, entry->node, field.key, field.check);
      if (value) member = std::move(*value);
    } else {
      base::check(false);  // a value without a codec has a field that reads it
    }
    // Also for a value that is refused: check_meaning leaves out what has a mistake on its line.
    if constexpr (requires { member.value; }) member.line = entry->node.line;
  }

  template <class T>
  std::optional<T> read(Type<T>, const Node& node, std::string_view key, Check<T> check) {
    Decoded<T> value = Codec<T>::read(node);
    auto wrong = !value             ? std::optional(value.error())
                 : check != nullptr ? check(*value)
                                    : std::nullopt;
    if (!wrong) return std::move(*value);
    complain(node.line, base::cat(key, ": ", *wrong));
    return std::nullopt;
  }

  template <class T>
  std::optional<At<T>> read(Type<At<T>>, const Node& node, std::string_view key, Check<T> check) {
    auto value = read(Type<T>{}, node, key, check);
    if (!value) return std::nullopt;
    return At<T>{std::move(*value), node.line};
  }

  template <class T>
  std::optional<std::optional<T>> read(Type<std::optional<T>>, const Node& node,
                                       std::string_view key, Check<T> check) {
    auto value = read(Type<T>{}, node, key, check);
    if (!value) return std::nullopt;
    return std::optional<std::optional<T>>(std::in_place, std::move(*value));
  }

  template <class T>
  std::optional<std::vector<T>> read(Type<std::vector<T>>, const Node& node, std::string_view key,
                                     Check<T> check) {
    const List* list = std::get_if<List>(&node.value);
    if (list == nullptr) {
      const bool single = Described<T> && std::holds_alternative<Table>(node.value);
      complain(node.line, base::cat(key, ": expected a list, not ", shown(node),
                                    single ? "; write its header in double brackets, [[...]]"
                                           : "; put it in brackets"));
      return std::nullopt;
    }
    std::vector<T> out;
    for (const Node& element : *list) {
      auto value = read(Type<T>{}, element, key, check);
      if (value) out.push_back(std::move(*value));
    }
    return out;
  }

  template <Described T>
  std::optional<T> read(Type<T>, const Node& node, std::string_view key, Check<T>) {
    if (const Table* table = std::get_if<Table>(&node.value)) {
      return read_table<T>(*table, node.line, key);
    }
    complain(node.line, base::cat(key, ": expected a table, not ", shown(node)));
    return std::nullopt;
  }

  void complain(unsigned line, std::string message) { context_.complain(line, std::move(message)); }

  Context context_;
};

}  // namespace melange::config
