// SPDX-License-Identifier: Apache-2.0
//
// What a server makes of its store when it begins, and a replay too (replay.h).
#pragma once

#include <memory>
#include <span>

#include "melange/base/error.h"
#include "melange/base/time.h"
#include "melange/config/config.h"
#include "melange/dhcp/topology.h"
#include "melange/net/host_link.h"
#include "melange/store/store.h"

namespace melange::daemon {

// The time of the newest commit: a lease clock starts no earlier (io/clock.h).
base::Result<base::Instant> newest_stamp(const store::Store& store);

// What is served on `links`: the store's networks and blocks, and what the file says of all.
base::Result<std::shared_ptr<const dhcp::Topology>> compile(const store::Store& store,
                                                            const config::Config& config,
                                                            std::span<const net::HostLink> links);

}  // namespace melange::daemon
