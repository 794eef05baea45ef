// SPDX-License-Identifier: Apache-2.0
//
// What a relay says of a client: option 82 (RFC 3046), as far as decisions are made from it. The
// option itself goes back to the relay as it came; sub-options that are not here are only echoed.
#pragma once

#include <optional>
#include <string>

#include "melange/base/bytes.h"
#include "melange/net/address.h"

namespace melange::wire {

// Octets that are empty were not sent, or sent empty. They point into what was read.
struct RelayInfo {
  base::Bytes circuit_id;                       // 1, RFC 3046 section 3.1
  base::Bytes remote_id;                        // 2, RFC 3046 section 3.2
  base::Bytes subscriber_id;                    // 6, RFC 3993
  base::Bytes relay_id;                         // 12, RFC 6925
  std::optional<net::Ipv4> link_selection;      // 5, RFC 3527: an address of the client's subnet
  std::optional<net::Ipv4> server_id_override;  // 11, RFC 5107
  bool source_port = false;  // 19, RFC 8357: answer the port that the relay sent from
};

// `octets` is the whole option, its parts joined (RFC 3396). Nothing if it is malformed: empty, a
// sub-option that passes the end or has another length than its RFC gives, an empty circuit-id,
// or one of the sub-options above given twice.
std::optional<RelayInfo> read_relay_info(base::Bytes octets);

// "circuit-id=0a1b link-selection=192.0.2.0 source-port": what is there, identifiers in hex.
std::string text(const RelayInfo& info);

}  // namespace melange::wire
