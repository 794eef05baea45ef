// SPDX-License-Identifier: Apache-2.0
//
// What keeps the store small: which events and remembered answers may go by now.
#pragma once

#include "melange/base/time.h"
#include "melange/config/config.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::daemon {

// The next slice to drop; nothing if all that is there shall stay.
store::Changes prune(const store::View& view, const config::Changes& limits, base::Instant now);

}  // namespace melange::daemon
