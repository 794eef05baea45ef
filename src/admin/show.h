// SPDX-License-Identifier: Apache-2.0
//
// Every object of the store as the JSON that responses and events show (schemas.h).
#pragma once

#include "json.h"
#include "melange/store/event.h"
#include "melange/store/view.h"
#include "melange/wire/option_table4.h"

namespace melange::admin {

// What is asked for the names of what an object refers to: networks, interfaces, options.
struct Sight {
  const store::View& view;
  const wire::OptionTable4& options;
};

json::object show(const Sight& sight, const store::Network& network);
json::object show(const Sight& sight, const store::Block& block);
json::object show(const Sight& sight, const store::AddressRecord& record);
json::object show(const Sight& sight, const store::Interface& interface);
json::object show(const Sight& sight, const store::Reservation& reservation);
json::object show(const Sight& sight, const store::Policy& policy);
json::object show(const Sight& sight, const store::MacRange& range);
json::object show(const Sight& sight, const store::Allocation& allocation);
json::object show(const Sight& sight, const store::Event& event);

// What lives inside of another object. A rule's UUID has the policy's number, 20 bits on the left
// of its own; a route's the block's.
inline constexpr unsigned kInnerBits = 20;
json::object show(const Sight& sight, store::PolicyId policy, const store::PolicyRange& range);
json::object show(const Sight& sight, store::PolicyId policy, const store::PolicyOctet& octet);
json::object show(const Sight& sight, store::BlockId block, const store::Route& route);

// An event about an address, as told in its history.
json::object show_history(const Sight& sight, const store::Event& event);

// An address's id: "<uuid of the block>:<address>".
std::string address_id(const store::View& view, const store::AddressKey& key);
json::object show(const wire::OptionTable4& table, const std::vector<store::OptionValue>& options);
// Names of options, or the numbers of those that have none, as texts.
json::array show(const wire::OptionTable4& table, const std::vector<std::uint8_t>& codes);
json::object show(const store::Boot& boot);
json::value show(base::Instant instant);  // null for the epoch, and for what never comes
json::value or_null(std::string text);    // null for an empty one

// Of one kind, the first of all before others. None if the first is not known any more: without it
// the rest would seem to be all.
std::vector<wire::Identity> identities_of(const store::Reservation& reservation,
                                          wire::IdentityKind kind);

}  // namespace melange::admin
