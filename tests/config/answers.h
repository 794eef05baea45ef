// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says to a text, in the form in which an operator reads it.
#pragma once

#include <string>
#include <string_view>

#include "melange/base/text.h"
#include "melange/config/load.h"

namespace melange::config {

// "ok", or one "line: message" per mistake, each with its line end.
inline std::string answer_to(std::string_view toml) {
  const auto config = parse(toml);
  if (config) return "ok";
  std::string out;
  for (const Mistake& mistake : config.error()) {
    out += base::cat(mistake.line, ": ", mistake.message, '\n');
  }
  return out;
}

// One network with block 10.0.0.0/24, whose further keys begin on line 5.
inline std::string with_block(std::string_view keys) {
  return base::cat("[[network]]\nid = \"lab\"\n[[network.block]]\ncidr = \"10.0.0.0/24\"\n", keys);
}

inline std::string answer_to_block(std::string_view keys) { return answer_to(with_block(keys)); }

}  // namespace melange::config
