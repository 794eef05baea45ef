// SPDX-License-Identifier: Apache-2.0
//
// From a member of a body to the value that its field declares.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "json.h"
#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"
#include "melange/store/objects.h"
#include "problem.h"
#include "shape.h"

namespace melange::admin {

class Body;

using Addresses = std::vector<net::Address>;
using Texts = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Ranges = std::vector<net::Range>;
using Options = std::vector<store::OptionValue>;  // ascending by code
using Tags = std::vector<store::Tag>;             // ascending by key
using Bodies = std::vector<Body>;

// monostate: JSON's null.
using Value = std::variant<std::monostate, std::string, std::int64_t, bool, net::Address,
                           net::Prefix, net::Mac, base::Seconds, Addresses, Texts, Integers, Ranges,
                           Options, Tags, Bodies>;

// Reads everything but objects of a shape. What is wrong goes to `faults`, under `at`.
Value read_value(const json::value& value, const Field& field, const std::string& at,
                 Faults& faults);
// DHCP options by name or number.
Options read_options(const json::value& value, const std::string& at, Faults& faults);

// True if there is no control character in it.
bool is_plain(std::string_view text);
bool is_name(std::string_view text);  // of Type::kName

}  // namespace melange::admin
