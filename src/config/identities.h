// SPDX-License-Identifier: Apache-2.0
//
// Who the client of a reservation is: one identity of a kind, or several.
#pragma once

#include "context.h"
#include "node.h"

namespace melange::config {

At<Identities> read_macs(const Node& node, std::string_view key, const Context& context);
// In hex, whatever they hold: dhclient, networkd and others each make their own.
At<Identities> read_client_ids(const Node& node, std::string_view key, const Context& context);
At<Identities> read_duids(const Node& node, std::string_view key, const Context& context);
// Text, or "hex:0a1b".
At<Identities> read_circuit_ids(const Node& node, std::string_view key, const Context& context);
At<Identities> read_remote_ids(const Node& node, std::string_view key, const Context& context);

}  // namespace melange::config
