// SPDX-License-Identifier: Apache-2.0
//
// From the configuration to changes of the store: the networks of the file become objects that are
// `managed_by = "config"`, in one transaction, and what left the file goes, unless clients still
// have leases in it. Pure: what it reads is the view, what it wants is the result.
#pragma once

#include <vector>

#include "melange/base/error.h"
#include "melange/base/time.h"
#include "melange/config/config.h"
#include "melange/store/address.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::ipam {

// What the configuration gives to clients, as the store has it.
std::vector<store::OptionValue> to_options(const config::Options4& options);
store::Boot to_boot(const config::Boot& boot);

// The changes that make the store's config-managed networks, blocks and reservations those of
// `networks`; none if they are already. Leases survive every change: a block that is resized takes
// its records along, one that is gone stays, retired, as long as a lease in it runs or an address
// of it is allocated. A reserved address that another client has on lease is noted as reserved for
// its owner (ipam.md section 3). A network or block that was made through the API becomes the
// configuration's if it is the same; one that is in the way is a failure (kInvalid).
base::Result<store::Changes> plan_config(const store::View& view,
                                         const std::vector<config::Network>& networks,
                                         base::Instant now,
                                         base::Seconds quarantine_time = base::Seconds{172800});

}  // namespace melange::ipam
