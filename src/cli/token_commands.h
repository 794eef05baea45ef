// SPDX-License-Identifier: Apache-2.0
//
// `melange token new` and `melange token list`: they work on the file of tokens itself, beside a
// server or without one.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace melange::cli {

class TokenCommands {
 public:
  explicit TokenCommands(CLI::App& app);  // adds them; both stay where they are
  TokenCommands(const TokenCommands&) = delete;
  TokenCommands& operator=(const TokenCommands&) = delete;

  // After the command line is parsed: carries out the command, if it is one of these, and returns
  // the exit status: 0, or 1 with the reason on standard error.
  std::optional<int> run() const;

 private:
  void add_file_options(CLI::App& command);

  CLI::App* new_;
  CLI::App* list_;
  std::string config_;
  std::string file_;  // empty: the one that the configuration names
  std::string id_;    // empty: one of random digits
  std::string comment_;
  std::vector<std::string> scopes_;
};

}  // namespace melange::cli
