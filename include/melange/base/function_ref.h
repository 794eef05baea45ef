// SPDX-License-Identifier: Apache-2.0
//
// A callable as an argument: refers to one that outlives the call and, unlike std::function, never
// allocates. Not to be kept.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace melange::base {

template <class Signature>
class FunctionRef;

template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>)
  FunctionRef(Callable&& callable)  // NOLINT: a lambda is passed as it is
      : object_(std::addressof(callable)), call_([](const void* object, Arguments... arguments) {
          const auto& target = *static_cast<const std::remove_reference_t<Callable>*>(object);
          return static_cast<Result>(target(std::forward<Arguments>(arguments)...));
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  const void* object_;
  Result (*call_)(const void*, Arguments...);
};

}  // namespace melange::base
