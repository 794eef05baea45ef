// SPDX-License-Identifier: Apache-2.0
//
// Telling the service manager (sd_notify(3)); nothing happens where there is none.
#pragma once

#include <string_view>

namespace melange::daemon {

// Sends `state`, such as "READY=1", to the socket in $NOTIFY_SOCKET.
void notify(std::string_view state);

}  // namespace melange::daemon
