// SPDX-License-Identifier: Apache-2.0
#include "melange/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace melange::base {

void check_failed(const std::source_location& where) {
  std::fprintf(stderr, "%s:%u: a check failed in %s\n", where.file_name(), where.line(),
               where.function_name());
  std::abort();
}

}  // namespace melange::base
