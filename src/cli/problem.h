// SPDX-License-Identifier: Apache-2.0
//
// What the server refuses, as text for the operator (ipam.md section 1, RFC 9457).
#pragma once

#include <string>

#include "transport.h"

namespace melange::cli {

// "409 Conflict: Address is already allocated", then one "  field: message" line for each fault.
// What the server sent is escaped. A body that is no problem is left out.
std::string problem_text(const Response& response);

}  // namespace melange::cli
