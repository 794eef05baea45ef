// SPDX-License-Identifier: Apache-2.0
//
// Which address a DISCOVER is offered (RFC 2131 section 4.3.1): the client's own first, then what
// it asks for, then the lowest free one, and only when nothing is free one that another client had.
#pragma once

#include <optional>

#include "scene4.h"

namespace melange::dhcp {

struct Pick4 {
  const ServedBlock* block = nullptr;
  net::Ipv4 address;
  bool fresh = false;  // nobody whom we know had it lately, and nobody has looked for it yet
};

// Nothing if the network has no address left for this client.
std::optional<Pick4> pick_address(const Scene4& scene);

}  // namespace melange::dhcp
