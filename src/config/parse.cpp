// SPDX-License-Identifier: Apache-2.0
//
// The tree to a Config, by the fields of fields.h and the reader that all files share.
#include <algorithm>

#include "fields.h"
#include "guard.h"
#include "melange/config/load.h"
#include "reader.h"
#include "semantic.h"
#include "toml.h"

namespace melange::config {
namespace {

// The options that the file may name: its own definitions come before all that may speak of them,
// wherever they stand. What is wrong with their values is told when the whole file is read.
wire::OptionTable4 read_definitions(const Table& root, Mistakes& mistakes) {
  Table definitions;
  std::ranges::copy_if(root, std::back_inserter(definitions),
                       [](const Entry& entry) { return entry.key == "option"; });
  Mistakes told_later;
  return define(Reader(told_later).read_table<Config>(definitions, 0, "").options, mistakes);
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
  wire::OptionTable4 options = read_definitions(root, mistakes);
  Config config = Reader(mistakes, std::move(options)).read_table<Config>(root, 0, "");
  check_meaning(config, mistakes);
  if (mistakes.empty()) return config;
  sort_out(mistakes);
  return std::unexpected(std::move(mistakes));
}

}  // namespace melange::config
