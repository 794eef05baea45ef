// SPDX-License-Identifier: Apache-2.0
//
// Reads server-sent events (WHATWG HTML, section 9.2): the data of each, whatever pieces its octets
// come in. Ids, types and comments are skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "melange/base/function_ref.h"

namespace melange::cli {

class EventStream {
 public:
  static constexpr std::size_t kEventSize = 1u << 20;  // a longer one is skipped

  void feed(std::string_view bytes, base::FunctionRef<void(std::string_view)> take);

 private:
  void end_line(base::FunctionRef<void(std::string_view)> take);

  std::string line_;
  std::string data_;           // of the event so far, each line with its newline
  bool after_return_ = false;  // a '\n' right after '\r' ends no other line
  bool too_long_ = false;
};

}  // namespace melange::cli
