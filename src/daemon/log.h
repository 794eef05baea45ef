// SPDX-License-Identifier: Apache-2.0
//
// The log: one line per event on standard error, as text or JSON, escaped. Writing happens on a
// thread of its own behind a bounded queue that drops the oldest lines, so that a blocked terminal
// or journal never holds up a turn (hostile.md X8).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "melange/config/config.h"

namespace melange::daemon {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

class Log {
 public:
  explicit Log(const config::Log& settings);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();  // gives the queue half a second to drain

  void configure(const config::Log& settings);
  bool enabled(config::LogLevel level) const { return level >= level_; }
  void write(config::LogLevel level, std::string_view message, const Fields& fields = {});
  void debug(std::string_view message, const Fields& fields = {});
  void info(std::string_view message, const Fields& fields = {});
  void warn(std::string_view message, const Fields& fields = {});
  void error(std::string_view message, const Fields& fields = {});

 private:
  config::LogLevel level_;
  config::LogFormat format_;
};

}  // namespace melange::daemon
