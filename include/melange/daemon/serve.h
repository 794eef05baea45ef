// SPDX-License-Identifier: Apache-2.0
//
// The server: what `melange serve` runs.
#pragma once

#include <string>

namespace melange::daemon {

// Serves with the configuration in `config_path` until SIGTERM or SIGINT; SIGHUP reads it again.
// Returns the process's exit status: 0 after a clean stop, 1 if it could not start or go on (the
// reason is on standard error).
int serve(const std::string& config_path);

}  // namespace melange::daemon
