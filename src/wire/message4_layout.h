// SPDX-License-Identifier: Apache-2.0
//
// Where the parts of a DHCPv4 message stand, for those who read one and those who write one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "melange/wire/dhcp4.h"

namespace melange::wire {

inline constexpr std::size_t kSnameOffset = 44;
inline constexpr std::size_t kSnameSize = 64;
inline constexpr std::size_t kFileOffset = kSnameOffset + kSnameSize;
inline constexpr std::size_t kFileSize = 128;
inline constexpr std::uint32_t kMagicCookie = 0x63825363;  // RFC 2131 section 3
static_assert(kFileOffset + kFileSize + sizeof kMagicCookie == kHeaderSize4);

// RFC 2132 section 9.3.
inline constexpr std::uint8_t kOverloadFile = 1;
inline constexpr std::uint8_t kOverloadSname = 2;
inline constexpr std::uint8_t kOverloadBoth = 3;

}  // namespace melange::wire
