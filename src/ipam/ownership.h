// SPDX-License-Identifier: Apache-2.0
//
// What hangs on an address beside its record, and follows when the address changes hands: the
// reservation that it is part of, the interface that was made for it, its NAT relations.
#pragma once

#include <optional>
#include <string_view>

#include "melange/ipam/allocate.h"
#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

Refusal managed_by_config(std::string_view what);

// Whose the address is, or will be as soon as the lease or probation on it is over.
const wire::Identity& owner_of(const store::AddressRecord& record);

// It belongs to an interface or a client, and is not on its way back.
bool is_allocated(const store::AddressRecord& record);
// An owner waits for it: a lease or probation of somebody else has yet to end.
bool is_awaited(const store::AddressRecord& record);

// The address leaves the reservation that it is part of, and with the last one that goes.
Verdict<void> leave_reservation(Draft& draft, const store::AddressRecord& record);

// An interface that was made for an address goes with its last one.
void drop_if_idle(Draft& draft, store::InterfaceId interface);

void end_relations(Draft& draft, const store::AddressKey& key);

// Gives it to the address, in the place of what an operator gave before.
void tell(store::AddressRecord& record, const Particulars& particulars);

// A lease of one of the client's other identities is that client's: it is filed under `owner` then.
store::AddressRecord filed_under(store::AddressRecord record, const wire::Identity& owner,
                                 const std::vector<wire::Identity>& also);

// What of it does not fit a record.
std::optional<Refusal> unfit(const Particulars& particulars);

// Why the interface cannot be given an address of that network; nothing if it can.
std::optional<Refusal> plugged_elsewhere(const Draft& draft, store::InterfaceId interface,
                                         store::NetworkId network);

}  // namespace melange::ipam
