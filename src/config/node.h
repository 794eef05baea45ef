// SPDX-License-Identifier: Apache-2.0
//
// The file as a neutral tree, so that toml++ stays in toml.cpp: values, each with its line. A table
// keeps the line of each key too, since an unknown key is reported where it was written.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace melange::config {

struct Node;
struct Entry;
struct Moment {};  // TOML's dates and times, which no key takes
using List = std::vector<Node>;
using Table = std::vector<Entry>;

struct Node {
  std::variant<bool, std::int64_t, double, Moment, std::string, List, Table> value;
  unsigned line = 0;
};

struct Entry {
  std::string key;
  unsigned line = 0;
  Node node;
};

}  // namespace melange::config
