// SPDX-License-Identifier: Apache-2.0
//
// The commands of command.h on the command line. Only this file and main.cpp know CLI11.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "command.h"

namespace CLI {
class App;
}

namespace melange::cli {

class ApiCommands {
 public:
  using Leaves = std::vector<std::pair<const Command*, CLI::App*>>;

  explicit ApiCommands(CLI::App& app);  // adds them; `app` outlives this

  // After the command line is parsed: carries out the command, if it is one of these, and returns
  // the exit status: 0, or 1 with the reason on standard error.
  std::optional<int> run() const;

 private:
  CLI::App& app_;
  Leaves leaves_;
};

}  // namespace melange::cli
