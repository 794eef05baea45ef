// SPDX-License-Identifier: Apache-2.0
//
// `melange replay`: what a captured file's packets would be answered if they came in now, a line
// each. Offline and read-only: the store is looked at beside a server or without one, and nothing
// is written or sent. What is offered and leased on the way is kept in memory until the end, so
// that a DISCOVER and its REQUEST agree and two clients do not get one address.
#pragma once

#include <string>
#include <string_view>

#include "melange/base/error.h"
#include "melange/base/function_ref.h"
#include "melange/config/config.h"

namespace melange::daemon {

struct Replay {
  std::string capture;    // pcap or pcapng
  std::string interface;  // of the host, that it was captured on; empty: the only one served
};

// Calls `print` with each line and its newline; the last one is a summary. Fails if the file, the
// store or the link cannot be used; lines before that stand.
base::Status replay(const Replay& plan, const config::Config& config,
                    base::FunctionRef<void(std::string_view)> print);

}  // namespace melange::daemon
