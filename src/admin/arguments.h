// SPDX-License-Identifier: Apache-2.0
//
// What a path and a query say, decoded (RFC 3986 section 2.1). Nothing that is not well-formed, or
// that decodes to a control character, gets past here (hostile.md H8).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "problem.h"

namespace melange::admin {

struct Argument {
  std::string name;
  std::string value;
};

class Arguments {
 public:
  void add(std::string_view name, std::string value) {
    all_.push_back({std::string(name), std::move(value)});
  }
  // Empty if it is absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<Argument>& all() const { return all_; }

 private:
  std::vector<Argument> all_;
};

// Nothing if an escape is bad or gives a control character.
std::optional<std::string> percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);  // all but RFC 3986's unreserved characters

// The segments of a path that begins with '/'; nothing if it has no meaning: bad escapes, empty and
// dot segments, backslashes. "/" has none.
std::optional<std::vector<std::string>> split_path(std::string_view path);
// A query's parameters, none of them twice.
std::expected<Arguments, Problem> parse_query(std::string_view query);

}  // namespace melange::admin
