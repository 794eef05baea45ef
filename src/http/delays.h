// SPDX-License-Identifier: Apache-2.0
//
// How long a source waits for its next 401: each one doubles it, so that guessing tokens is slow,
// and a minute without one forgets it (hostile.md H10). Whoever has the right token never waits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "melange/base/time.h"

namespace melange::http {

class Delays {
 public:
  // Notes one more refusal at `now` (any clock that does not go back) and gives its delay. When
  // there are too many sources, the one that was quiet for longest is forgotten.
  base::Millis next(std::string_view source, base::Millis now);

 private:
  struct Entry {
    base::Millis last{};
    base::Millis delay{};
  };

  void make_room(base::Millis now);

  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace melange::http
