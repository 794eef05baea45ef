// SPDX-License-Identifier: Apache-2.0
//
// Objects as the JSON of a response to what is about to change them: show.h knows the store alone,
// and an interface or a network that is made in the same request is not there yet.
#pragma once

#include <vector>

#include "json.h"
#include "melange/ipam/draft.h"
#include "show.h"

namespace melange::admin {

inline constexpr std::size_t kShownAddresses = 1024;  // of one interface

json::object show(const Sight& sight, const ipam::Draft& draft, const store::AddressRecord& record);
json::object show(const Sight& sight, const ipam::Draft& draft,
                  const store::Reservation& reservation);
// With its addresses; its revision is the latest of its own and theirs.
json::object show(const Sight& sight, const ipam::Draft& draft, const store::Interface& interface);
std::uint64_t revision_of(const ipam::Draft& draft, const store::Interface& interface);
json::array show(const Sight& sight, const ipam::Draft& draft,
                 const std::vector<store::AddressRecord>& records);

// What the interface has, or will have once a lease in its way has ended; what is quarantined is
// not among it. At most `limit` of them.
std::vector<store::AddressRecord> addresses_of(const ipam::Draft& draft,
                                               store::InterfaceId interface, std::size_t limit);

}  // namespace melange::admin
