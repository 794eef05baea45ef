// SPDX-License-Identifier: Apache-2.0
//
// What reading a value may look at and add to beside the value itself.
#pragma once

#include <string>
#include <utility>

#include "melange/config/load.h"
#include "melange/wire/option_table4.h"

namespace melange::config {

struct Context {
  wire::OptionTable4 options;  // those that the file may name
  Mistakes& mistakes;

  void complain(unsigned line, std::string message) const {
    mistakes.push_back({line, std::move(message)});
  }
};

}  // namespace melange::config
