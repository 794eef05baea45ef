// SPDX-License-Identifier: Apache-2.0
//
// Every object of the store as the JSON that responses and events show (schemas.h). `view` is asked
// for the names of what an object refers to: a network's, an interface's.
#pragma once

#include "json.h"
#include "melange/store/event.h"
#include "melange/store/view.h"

namespace melange::admin {

json::object show(const store::View& view, const store::Network& network);
json::object show(const store::View& view, const store::Block& block);
json::object show(const store::View& view, const store::AddressRecord& record);
json::object show(const store::View& view, const store::Interface& interface);
json::object show(const store::View& view, const store::Reservation& reservation);
json::object show(const store::View& view, const store::Policy& policy);
json::object show(const store::View& view, const store::MacRange& range);
json::object show(const store::View& view, const store::Allocation& allocation);
json::object show(const store::View& view, const store::Event& event);

// What lives inside of another object. A rule's UUID has the policy's number, 20 bits on the left
// of its own; a route's the block's.
inline constexpr unsigned kInnerBits = 20;
json::object show(const store::View& view, store::PolicyId policy, const store::PolicyRange& range);
json::object show(const store::View& view, store::PolicyId policy, const store::PolicyOctet& octet);
json::object show(const store::View& view, store::BlockId block, const store::Route& route);

// An event about an address, as told in its history.
json::object show_history(const store::View& view, const store::Event& event);

// An address's id: "<uuid of the block>:<address>".
std::string address_id(const store::View& view, const store::AddressKey& key);
json::object show(const std::vector<store::OptionValue>& options);
json::value show(base::Instant instant);  // null for the epoch, and for what never comes

}  // namespace melange::admin
