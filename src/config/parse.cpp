// SPDX-License-Identifier: Apache-2.0
//
// The tree to a Config, by the fields of fields.h. A value that is wrong is reported and keeps its
// default, so that one run finds every mistake.
#include <algorithm>

#include "codec.h"
#include "fields.h"
#include "guard.h"
#include "melange/config/load.h"
#include "message.h"
#include "options.h"
#include "semantic.h"
#include "toml.h"

namespace melange::config {
namespace {

using base::cat;

template <class T>
struct Type {};

std::string unknown_key(std::string_view key, std::span<const std::string_view> known,
                        const Mistakes& so_far) {
  const std::string subject = unknown("key", key);
  if (const auto meant = probably_meant(key, known, so_far)) {
    return cat(subject, "; did you mean '", *meant, "'?");
  }
  const std::vector<std::string> names(known.begin(), known.end());
  return cat(subject, "; known here are ", base::join(names, ", "));
}

class Reader {
 public:
  explicit Reader(Mistakes& mistakes) : mistakes_(mistakes) {}

  // The fields of `table`, which stands under `key` ("" for the whole file).
  template <Described T>
  T read_table(const Table& table, unsigned line, std::string_view key) {
    T out;
    if constexpr (requires { out.line; }) out.line = line;
    for_each_field<T>([&](const auto& field) { read_field(table, line, key, field, out); });
    static constexpr auto kKeys = keys_of<T>();
    for (const Entry& entry : table) {
      if (std::ranges::find(kKeys, entry.key) != kKeys.end()) continue;
      complain(entry.line, unknown_key(entry.key, kKeys, mistakes_));
    }
    return out;
  }

 private:
  template <class Struct, class Value>
  void read_field(const Table& table, unsigned line, std::string_view parent,
                  const Field<Struct, Value>& field, Struct& out) {
    const auto entry = std::ranges::find(table, field.key, &Entry::key);
    if (entry == table.end()) {
      if (field.required) complain(line, cat(parent, " lacks '", field.key, "'"));
      return;
    }
    const List* list = std::get_if<List>(&entry->node.value);
    if (field.required && list != nullptr && list->empty()) {
      complain(entry->node.line, cat(field.key, ": is empty; write at least one"));
    }
    Value& member = out.*field.member;
    // Also for a value that is refused: check_meaning leaves out what has a mistake on its line.
    if constexpr (requires { member.value; }) member.line = entry->node.line;
    auto value = read(Type<Value>{}, entry->node, field.key, field.check);
    if (value) member = std::move(*value);
  }

  template <class T>
  std::optional<T> read(Type<T>, const Node& node, std::string_view key, Check<T> check) {
    Decoded<T> value = Codec<T>::read(node);
    auto wrong = !value             ? std::optional(value.error())
                 : check != nullptr ? check(*value)
                                    : std::nullopt;
    if (!wrong) return std::move(*value);
    complain(node.line, cat(key, ": ", *wrong));
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
      complain(node.line, cat(key, ": expected a list, not ", shown(node),
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
    complain(node.line, cat(key, ": expected a table, not ", shown(node)));
    return std::nullopt;
  }

  std::optional<Options4> read(Type<Options4>, const Node& node, std::string_view,
                               Check<Options4>) {
    return read_options(node, mistakes_);
  }

  void complain(unsigned line, std::string message) {
    mistakes_.push_back({line, std::move(message)});
  }

  Mistakes& mistakes_;
};

void sort_out(Mistakes& mistakes) {
  std::ranges::sort(mistakes);
  const auto doubled = std::ranges::unique(mistakes);
  mistakes.erase(doubled.begin(), doubled.end());
}

}  // namespace

std::expected<Config, Mistakes> parse(std::string_view toml) {
  if (auto hazard = find_hazard(toml)) return std::unexpected(Mistakes{std::move(*hazard)});
  const auto tree = parse_toml(toml);
  if (!tree) return std::unexpected(Mistakes{tree.error()});
  const Table& root = std::get<Table>(tree->value);
  // hostile.md C1: a file that was cut off or not written yet is no wish to serve nothing.
  if (root.empty()) {
    return std::unexpected(Mistakes{{0, "has no key; `melange config` prints all of them"}});
  }
  Mistakes mistakes;
  Config config = Reader(mistakes).read_table<Config>(root, 0, "");
  check_meaning(config, mistakes);
  if (mistakes.empty()) return config;
  sort_out(mistakes);
  return std::unexpected(std::move(mistakes));
}

}  // namespace melange::config
