// SPDX-License-Identifier: Apache-2.0
//
// The tree to a Config, by the fields of fields.h and the reader that all files share.
#include "fields.h"
#include "guard.h"
#include "melange/config/load.h"
#include "reader.h"
#include "semantic.h"
#include "toml.h"

namespace melange::config {

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
