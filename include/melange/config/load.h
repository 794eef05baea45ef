// SPDX-License-Identifier: Apache-2.0
//
// Reading, checking and printing the configuration (TOML; design.md section 6). Loading finds all
// mistakes at once and changes nothing: a configuration is whole, or it is not used.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "melange/config/config.h"
#include "melange/wire/option_table4.h"

namespace melange::config {

struct Mistake {
  unsigned line = 0;  // from 1; 0 if it concerns the whole file
  std::string message;

  auto operator<=>(const Mistake&) const = default;
};
using Mistakes = std::vector<Mistake>;  // ascending by line

// The file at `path`: a regular file of at most limits::kConfigFileSize, UTF-8, checked whole.
std::expected<Config, Mistakes> load(const std::string& path);
// The same for a text that is already in memory.
std::expected<Config, Mistakes> parse(std::string_view toml);

// The options that a loaded configuration can name: the built-in ones and its own.
wire::OptionTable4 option_table(const Config& config);

// "path:line: message", one per line, as `melange check` prints it.
std::string text(const std::string& path, const Mistakes& mistakes);

// Every key with its default and help, as a file that `parse` takes: what `melange config` prints
// and conf/melange.toml holds. Keys without a default are there as comments.
std::string default_file();

}  // namespace melange::config
