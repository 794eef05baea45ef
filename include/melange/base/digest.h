// SPDX-License-Identifier: Apache-2.0
//
// Digests (FIPS 180-4) and the comparison that secrets need. SHA-1 is for identifiers that are
// defined by it, never for anything that has to resist an attacker.
#pragma once

#include <array>
#include <cstdint>

#include "melange/base/bytes.h"

namespace melange::base {

std::array<std::uint8_t, 20> sha1(Bytes bytes);
std::array<std::uint8_t, 32> sha256(Bytes bytes);

// True if both are equal. How long it takes says nothing of where they differ; of their lengths it
// may.
bool equal_in_constant_time(Bytes a, Bytes b);

}  // namespace melange::base
