// SPDX-License-Identifier: Apache-2.0
//
// From a request to who asks (RFC 6750 section 2.1; hostile.md H10, H11). A pure function: the
// delay after a wrong token is the HTTP server's.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "melange/admin/principal.h"
#include "melange/admin/tokens.h"
#include "melange/http/message.h"

namespace melange::admin {

// Each is a 401.
enum class Unauthorized : std::uint8_t {
  kMissing,       // no Authorization, and the peer needs one
  kRepeated,      // more than one
  kTooLong,       // over 1 KiB
  kNotBearer,     // another scheme, or none
  kUnknownToken,  // no token of ours, or no tokens are configured
  kNoTokens,      // from another host while no tokens are configured
};
// For the response: what is wrong, without a word of what was sent.
std::string_view text(Unauthorized reason);

// `tokens` is null while none are configured.
std::expected<Principal, Unauthorized> authenticate(const http::Request& request,
                                                    const Tokens* tokens);

}  // namespace melange::admin
