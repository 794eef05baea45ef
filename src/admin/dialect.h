// SPDX-License-Identifier: Apache-2.0
//
// The two prefixes of the API. /v0.1/ipam is that of the first Melange: it reaches the same
// handlers, but success is 201 for creations and 200 for all else, and an error is an object named
// after it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace melange::admin {

enum class Dialect : std::uint8_t { kV1, kV01 };

Dialect dialect_of(std::string_view path);
// The path in /v1 that `path` stands for; a path of neither prefix is as it was.
std::string to_v1(std::string_view path);
// The reverse, for a Location.
std::string from_v1(std::string_view path, Dialect dialect);
// The status under which a success is told.
unsigned status_of(unsigned success, Dialect dialect);

}  // namespace melange::admin
