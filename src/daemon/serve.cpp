// SPDX-License-Identifier: Apache-2.0
#include "melange/daemon/serve.h"

#include <csignal>
#include <cstdio>

#include "melange/config/load.h"
#include "server.h"

namespace melange::daemon {

int serve(const std::string& config_path) {
  std::signal(SIGPIPE, SIG_IGN);
  auto config = config::load(config_path);
  if (!config) {
    std::fputs(config::text(config_path, config.error()).c_str(), stderr);
    return 1;
  }
  // Before the log starts its thread: a signal must find every thread with it blocked.
  auto signals = io::SignalQueue::open({SIGTERM, SIGINT, SIGHUP});
  if (!signals) {
    std::fprintf(stderr, "%s\n", signals.error().message.c_str());
    return 1;
  }
  Log log(config->log);
  auto server = Server::open(config_path, std::move(*config), std::move(*signals), log);
  if (!server) {
    log.error(server.error().message);
    return 1;
  }
  if (auto ran = (*server)->run(); !ran) {
    log.error(ran.error().message);
    return 1;
  }
  return 0;
}

}  // namespace melange::daemon
