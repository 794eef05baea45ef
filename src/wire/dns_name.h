// SPDX-License-Identifier: Apache-2.0
//
// Domain names in the wire form of RFC 1035 section 3.1. Names are texts of letters, digits,
// hyphens and underscores in labels, without the last dot; a name with any other octet is refused,
// so that a text read from the wire always gives the same name back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"

namespace melange::wire {

// Takes one name; nothing if it is malformed or the root. Compression pointers (RFC 1035 section
// 4.1.4) are offsets into `whole`, of which `reader` is the rest.
std::optional<std::string> read_name(base::ByteReader& reader, base::Bytes whole);

// Appends `name`, uncompressed; false, with `out` unchanged, if it is none. One last dot is
// allowed.
bool write_name(std::string_view name, std::vector<std::uint8_t>& out);

}  // namespace melange::wire
