// SPDX-License-Identifier: Apache-2.0
//
// Revisions as entity tags, and what a request says of them (RFC 9110 sections 8.8.3 and 13.1).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "route.h"

namespace melange::admin {

std::string etag(std::uint64_t revision);  // "7", with its quotes

// For what changes or deletes an object, once it is found: 412 if If-Match names none of it.
std::optional<Problem> check_match(const Call& call, std::uint64_t revision);
// True if the client has that revision already (If-None-Match): 304.
bool is_known(const http::Request& request, std::uint64_t revision);

}  // namespace melange::admin
