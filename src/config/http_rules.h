// SPDX-License-Identifier: Apache-2.0
//
// Rules between the keys of [http] (hostile.md C7).
#pragma once

#include "melange/config/config.h"
#include "melange/config/load.h"

namespace melange::config {

void check_http(const Http& http, Mistakes& mistakes);

}  // namespace melange::config
