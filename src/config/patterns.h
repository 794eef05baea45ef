// SPDX-License-Identifier: Apache-2.0
//
// The conditions of a class: what octets of a client or a relay must be. Each takes one value or a
// list of several, of which one must fit.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "context.h"
#include "node.h"

namespace melange::config {

// Text or "hex:0a1b"; with "*" behind it, the beginning.
std::vector<OctetPattern> read_texts(const Node& node, std::string_view key,
                                     const Context& context);
// The same, always the beginning: vendors put versions behind their names.
std::vector<OctetPattern> read_beginnings(const Node& node, std::string_view key,
                                          const Context& context);
// "52:54:00:12:34:56", or whole octets and a star: "52:54:00:*".
std::vector<OctetPattern> read_mac_patterns(const Node& node, std::string_view key,
                                            const Context& context);
// 16 octets, as a UUID is written or in plain hex, or fewer and a star. They are compared in the
// order in which clients send them.
std::vector<OctetPattern> read_uuids(const Node& node, std::string_view key,
                                     const Context& context);
// Numbers, and the names of wire/client_system.h, which may stand for more than one. Ascending.
std::vector<std::uint16_t> read_archs(const Node& node, std::string_view key,
                                      const Context& context);
std::vector<std::uint32_t> read_enterprises(const Node& node, std::string_view key,
                                            const Context& context);
// Addresses and blocks.
std::vector<net::Prefix> read_relays(const Node& node, std::string_view key,
                                     const Context& context);

}  // namespace melange::config
