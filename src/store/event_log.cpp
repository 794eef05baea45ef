// SPDX-License-Identifier: Apache-2.0
#include "event_log.h"

#include "keys.h"

namespace melange::store {

void EventLog::act_as(std::string_view actor, base::Instant now) {
  actor_ = actor;
  now_ = now;
}

void EventLog::address(EventKind kind, const AddressRecord* before, const AddressRecord* after,
                       std::string_view tenant) {
  const AddressRecord& record = after != nullptr ? *after : *before;
  Event event;
  event.object = ObjectKind::kAddress;
  event.kind = kind;
  event.tenant = tenant;
  event.network = record.network;
  event.block = record.key.block;
  event.address = record.key.address;
  if (before != nullptr) event.before = encode_body(*before);
  if (after != nullptr) event.after = encode_body(*after);
  write(std::move(event));
}

void EventLog::write(Event event) {
  event.revision = revision_;
  event.time = now_;
  event.actor = actor_;
  Key key;
  key.add(next_);
  tables_->put(Table::kChanges, key.bytes(), encode(event, key.bytes()));
  if (event.address) {
    Key history;
    history.add_with_family(*event.address).add(next_);
    tables_->put(Table::kHistory, history.bytes(), {});
  }
  ++next_;
}

}  // namespace melange::store
