// SPDX-License-Identifier: Apache-2.0
//
// What the API says of itself: health, its description, and where to begin.
#pragma once

#include "route.h"

namespace melange::admin {

Answer show_health(const Call& call);
Answer show_readiness(const Call& call);
Answer show_description(const Call& call);
Answer show_index(const Call& call);

json::object openapi_document();  // openapi.cpp

}  // namespace melange::admin
