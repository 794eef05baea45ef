// SPDX-License-Identifier: Apache-2.0
#include "event_log.h"

#include "keys.h"

namespace melange::store {

void EventLog::act_as(std::string_view actor, base::Instant now) {
  actor_ = actor;
  now_ = now;
}

Event& EventLog::begin(ObjectKind object, EventKind kind, std::string_view tenant,
                       NetworkId network) {
  event_.revision = revision_;
  event_.time = now_;
  event_.object = object;
  event_.kind = kind;
  event_.tenant = tenant;
  event_.actor = actor_;
  event_.network = network;
  event_.block = {};
  event_.address.reset();
  event_.id = 0;
  event_.before.clear();
  event_.after.clear();
  return event_;
}

void EventLog::address(EventKind kind, const AddressRecord& record, std::string_view tenant,
                       std::string_view before, std::string_view after) {
  Event& event = begin(ObjectKind::kAddress, kind, tenant, record.network);
  event.block = record.key.block;
  event.address = record.key.address;
  event.before = before;
  event.after = after;
  write();
}

void EventLog::nat(const Nat& nat, bool in, std::string_view tenant) {
  Event& event =
      begin(ObjectKind::kNat, in ? EventKind::kCreated : EventKind::kDeleted, tenant, {});
  event.block = nat.local.block;
  (in ? event.after : event.before) = encode_body(nat);
  write();
}

void EventLog::write() {
  Key key;
  key.add(next_);
  tables_->append(Table::kChanges, key.bytes(), encode(event_, key.bytes(), buffer_));
  if (event_.address) {
    Key history;
    history.add_with_family(*event_.address).add(next_);
    tables_->put(Table::kHistory, history.bytes(), {});
  }
  ++next_;
}

}  // namespace melange::store
