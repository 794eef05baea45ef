// SPDX-License-Identifier: Apache-2.0
//
// `options = { name = value, ... }`: DHCPv4 options by the names and forms of wire/options4.h and
// of the file's own [[option]] tables, turned into octets here, so that what cannot be sent is
// refused before the server starts. And lists of options by name or number.
#pragma once

#include <string>
#include <vector>

#include "context.h"
#include "node.h"

namespace melange::config {

// The options of a table; what is wrong with each of the others is complained of at its own line.
Options4 read_options(const Node& node, std::string_view key, const Context& context);
// Options that an operator may set.
OptionCodes read_settable_codes(const Node& node, std::string_view key, const Context& context);
// Options that a client may send.
OptionCodes read_codes(const Node& node, std::string_view key, const Context& context);

// The form's name; empty for what is none.
std::string read_form(const Node& node, std::string_view key, const Context& context);
// The built-in options and those of `definitions`. Definitions that lack something are left out:
// that was complained of already.
wire::OptionTable4 define(const std::vector<OptionDefinition>& definitions, Mistakes& mistakes);

}  // namespace melange::config
