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
#include "melange/wire/option_table4.h"
#include "problem.h"
#include "shape.h"

namespace melange::admin {

class Body;

enum class Use : std::uint8_t { kCreation, kUpdate };

// What reading takes beside the value.
struct Reading {
  const wire::OptionTable4& options;
  Faults& faults;
  Use use = Use::kUpdate;
};

// Pools as they are given. Those of an object are in both.
struct Pools {
  std::vector<net::Range> ranges;
  std::vector<store::PoolRule> rules;  // ascending
};

using Addresses = std::vector<net::Address>;
using Texts = std::vector<std::string>;
using Macs = std::vector<net::Mac>;
using Integers = std::vector<std::int64_t>;
using Ranges = std::vector<net::Range>;
using Options = std::vector<store::OptionValue>;  // ascending by code
using Codes = std::vector<std::uint8_t>;          // of options, ascending
using Tags = std::vector<store::Tag>;             // ascending by key
using Bodies = std::vector<Body>;

// monostate: JSON's null.
using Value = std::variant<std::monostate, std::string, std::int64_t, bool, net::Address,
                           net::Prefix, net::Range, net::Mac, base::Seconds, Addresses, Texts, Macs,
                           Integers, Ranges, Pools, Options, Codes, Tags, Bodies>;

// Reads everything but objects of a shape and pools. What is wrong goes to the faults, under `at`.
Value read_value(const json::value& value, const Field& field, const std::string& at,
                 const Reading& reading);
// Who sends options. What an operator may not set a client sends all the same.
enum class Sender : std::uint8_t { kServer, kClient };
// DHCP options by name or number.
Options read_options(const json::value& value, const std::string& at, const Reading& reading,
                     Sender sender = Sender::kServer);
// Their names or numbers alone.
Codes read_option_codes(const json::value& value, const std::string& at, const Reading& reading,
                        Sender sender = Sender::kServer);

// True if there is no control character in it.
bool is_plain(std::string_view text);
bool is_name(std::string_view text);  // of Type::kName

}  // namespace melange::admin
