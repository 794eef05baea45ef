// SPDX-License-Identifier: Apache-2.0
//
// Idempotency-Key: a POST that is sent again, because its answer was lost, is answered with the
// same octets and does nothing (hostile.md H17). What was answered is stored in the transaction
// that did it, so that a crash between the two cannot be.
#pragma once

#include <expected>
#include <optional>

#include "route.h"

namespace melange::admin {

// A request's key, told apart from the same one of somebody else or for something else.
struct Repeatable {
  store::Digest key{};
  store::Digest body{};
};

// Nothing if the request has no key; a problem if the key is none.
std::expected<std::optional<Repeatable>, Problem> repeatable(const http::Request& request,
                                                             const Principal& principal);
// The response of the first time, if there was one; a problem if that was about something else, or
// if no more can be remembered.
std::expected<std::optional<http::Response>, Problem> recall(const Repeatable& repeatable,
                                                             const Context& context);
store::PutAnswer remember(const Repeatable& repeatable, const http::Response& response,
                          base::Instant now);

}  // namespace melange::admin
