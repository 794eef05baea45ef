// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "melange/base/text.h"

namespace melange::daemon {
namespace {

using config::LogLevel;

constexpr std::size_t kQueuedLines = 8192;
constexpr std::array kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                             spdlog::level::warn, spdlog::level::err};

std::string as_text(std::string_view message, const Fields& fields) {
  std::string line = base::escape(message);
  for (const auto& [key, value] : fields) line += base::cat(' ', key, '=', base::escape(value));
  return line;
}

std::string as_json(std::string_view message, const Fields& fields) {
  std::string line = base::cat("\"message\":", base::json_quote(message));
  for (const auto& [key, value] : fields) {
    line += base::cat(',', base::json_quote(key), ':', base::json_quote(value));
  }
  return line;
}

}  // namespace

Log::Log(const config::Log& settings) : level_(settings.level), format_(settings.format) {
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "melange", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  configure(settings);
}

Log::~Log() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (spdlog::thread_pool()->queue_size() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Log::configure(const config::Log& settings) {
  level_ = settings.level;
  format_ = settings.format;
  spdlog::set_level(kLevels[static_cast<std::size_t>(level_)]);
  const char* pattern = format_ == config::LogFormat::kJson
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                            : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
  spdlog::set_pattern(pattern, spdlog::pattern_time_type::utc);
}

void Log::write(LogLevel level, std::string_view message, const Fields& fields) {
  if (!enabled(level)) return;
  const std::string line =
      format_ == config::LogFormat::kJson ? as_json(message, fields) : as_text(message, fields);
  spdlog::default_logger_raw()->log(kLevels[static_cast<std::size_t>(level)],
                                    spdlog::string_view_t(line));
}

void Log::debug(std::string_view message, const Fields& fields) {
  write(LogLevel::kDebug, message, fields);
}
void Log::info(std::string_view message, const Fields& fields) {
  write(LogLevel::kInfo, message, fields);
}
void Log::warn(std::string_view message, const Fields& fields) {
  write(LogLevel::kWarn, message, fields);
}
void Log::error(std::string_view message, const Fields& fields) {
  write(LogLevel::kError, message, fields);
}

}  // namespace melange::daemon
