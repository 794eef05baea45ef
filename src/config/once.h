// SPDX-License-Identifier: Apache-2.0
//
// What may stand only once in a file.
#pragma once

#include <map>
#include <string_view>

#include "melange/base/text.h"
#include "melange/config/load.h"

namespace melange::config {

// Complains of values that are there twice, naming the first one's line.
template <class Value>
class Once {
 public:
  explicit Once(Mistakes& mistakes) : mistakes_(mistakes) {}

  // `name` is how the value is called in the message.
  void add(const Value& value, unsigned line, std::string_view name, std::string_view remedy = "") {
    const auto [first, is_new] = first_line_.emplace(value, line);
    if (is_new) return;
    mistakes_.push_back(
        {line, base::cat(name, " is that of line ", first->second, " too", remedy)});
  }

 private:
  Mistakes& mistakes_;
  std::map<Value, unsigned> first_line_;
};

}  // namespace melange::config
