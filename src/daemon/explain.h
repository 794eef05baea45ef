// SPDX-License-Identifier: Apache-2.0
//
// Between the API, which asks what a client would be answered (admin/question.h), and the decision,
// which knows (dhcp/explain4.h): neither knows the other.
#pragma once

#include <expected>
#include <span>

#include "melange/admin/question.h"
#include "melange/daemon/turn.h"
#include "melange/dhcp/explain4.h"

namespace melange::daemon {

// `turn` is asked for its topology, its limits and the offers that are out, inside of its own
// transaction, of which `view` is.
std::expected<admin::Explanation, admin::Unaskable> explain(const admin::Question& question,
                                                            std::span<const net::HostLink> hosts,
                                                            const Turn& turn,
                                                            const store::View& view,
                                                            base::Instant now);

}  // namespace melange::daemon
