// SPDX-License-Identifier: Apache-2.0
//
// A request's body, checked against its shape: all that is wrong with it is told at once. What is
// left to a handler is what the values mean.
#pragma once

#include <expected>
#include <string_view>
#include <utility>
#include <vector>

#include "json.h"
#include "melange/base/check.h"
#include "problem.h"
#include "shape.h"
#include "value.h"

namespace melange::admin {

class Body {
 public:
  Body() = default;  // of a request that has none
  // `at` is what stands before the names of its fields in faults: "" or "network.".
  static Body read(const json::object& object, const Shape& shape, const std::string& at,
                   const Reading& reading);

  bool has(std::string_view name) const { return find(name) != nullptr; }  // null, too
  // The field's value; null if it is absent or JSON's null. T is that of the field's type.
  template <class T>
  const T* get(std::string_view name) const {
    const Value* value = find(name);
    if (value == nullptr || std::holds_alternative<std::monostate>(*value)) return nullptr;
    base::check(std::holds_alternative<T>(*value));
    return &std::get<T>(*value);
  }
  template <class T>
  T get_or(std::string_view name, T otherwise) const {
    const T* value = get<T>(name);
    return value != nullptr ? *value : std::move(otherwise);
  }
  // An update: sets `target` to the field's value, to `otherwise` if that is null; leaves it if the
  // field is absent.
  template <class T, class U>
  void update(std::string_view name, U& target, U otherwise) const {
    if (!has(name)) return;
    const T* value = get<T>(name);
    target = value != nullptr ? U(*value) : std::move(otherwise);
  }

 private:
  struct Member {
    std::string_view name;  // of the shape
    Value value;
  };

  const Value* find(std::string_view name) const;

  const Shape* shape_ = nullptr;
  std::vector<Member> members_;
};

// The text of a body, with the wrapper of its shape around it.
std::expected<Body, Problem> read_body(std::string_view text, const Shape& shape, Use use,
                                       const wire::OptionTable4& options);

}  // namespace melange::admin
