// SPDX-License-Identifier: Apache-2.0
//
// What a machine that boots from the network is: option 93 (RFC 4578 section 2.1). Codes are those
// of IANA's registry "Processor Architecture Types"; names are ours, as the registry has sentences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "melange/base/inline.h"

namespace melange::wire {

struct ClientSystem {
  std::uint16_t code;
  std::string_view name;  // several codes may share one
};

std::span<const ClientSystem> client_systems();  // ascending by code

// "efi-x64" for 7 and 9; nothing for a code without a name.
std::optional<std::string_view> arch_name(std::uint16_t code);

inline constexpr std::size_t kCodesOfArch = 2;
using ArchCodes = base::InlineVector<std::uint16_t, kCodesOfArch>;

// The codes that a name ("efi-x64") or a number ("7") stands for, ascending: a number for itself
// alone, whether it has a name or not. None for what is neither.
ArchCodes arch_codes(std::string_view name_or_number);

}  // namespace melange::wire
