// SPDX-License-Identifier: Apache-2.0
//
// Assertions. They state what the code before them has made sure of, and stay on in release: going
// on after a broken assumption is worse than stopping. Nothing that comes from outside may reach
// one: bad input is an answer, not a bug.
#pragma once

#include <source_location>

namespace melange::base {

[[noreturn]] void check_failed(const std::source_location& where);

// Aborts, naming the caller's file and line, if `holds` is false.
inline void check(bool holds, std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(where);
}

}  // namespace melange::base
