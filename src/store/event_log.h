// SPDX-License-Identifier: Apache-2.0
//
// Writing the change log: one event with each change, in the transaction that makes it true.
#pragma once

#include <string>
#include <string_view>

#include "codec.h"
#include "melange/store/event.h"
#include "melange/store/view.h"
#include "tables.h"

namespace melange::store {

class EventLog {
 public:
  EventLog(Tables& tables, std::uint64_t revision)
      : tables_(&tables),
        revision_(revision),
        next_(View(tables).next_event()),
        now_(View(tables).stamp()) {}

  // Who makes the changes that follow, and when. Until then it is nobody, and the time of the last
  // commit.
  void act_as(std::string_view actor, base::Instant now);
  std::uint64_t next() const { return next_; }

  // Either record may be null, but not both.
  void address(EventKind kind, const AddressRecord* before, const AddressRecord* after,
               std::string_view tenant);
  // Of any other object; either may be null, but not both.
  template <class T>
  void object(ObjectKind kind, std::uint64_t number, const T* before, const T* after,
              std::string_view tenant, NetworkId network) {
    Event event;
    event.object = kind;
    event.kind = before == nullptr  ? EventKind::kCreated
                 : after == nullptr ? EventKind::kDeleted
                                    : EventKind::kUpdated;
    event.tenant = tenant;
    event.network = network;
    event.id = number;
    if (before != nullptr) event.before = encode_body(*before);
    if (after != nullptr) event.after = encode_body(*after);
    write(std::move(event));
  }
  void write(Event event);

 private:
  Tables* tables_;
  std::uint64_t revision_;
  std::uint64_t next_;
  std::string actor_ = "melange";
  base::Instant now_;
};

}  // namespace melange::store
