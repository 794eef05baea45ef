// SPDX-License-Identifier: Apache-2.0
//
// The subcommands that end by themselves. Each returns the exit status: 0, or 1 with the reason on
// standard error.
#pragma once

#include <string>

namespace melange::cli {

inline constexpr const char* kDefaultConfig = "/etc/melange/melange.toml";

// 0 and a line that says so if the file can be used; else 1 and "file:line: message" lines.
int check(const std::string& config_path);
int print_default_config();
int print_version();
// Every address record of the store that the configuration names, beside a server or without one.
int list_leases(const std::string& config_path, bool as_json);

// What a captured file's packets would be answered, a line each. `interface`: empty: the only one.
int replay(const std::string& config_path, const std::string& capture_path,
           const std::string& interface);

}  // namespace melange::cli
