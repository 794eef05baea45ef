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

  void set_revision(std::uint64_t revision) { revision_ = revision; }
  // Who makes the changes that follow, and when. Until then it is nobody, and the time of the last
  // commit.
  void act_as(std::string_view actor, base::Instant now);
  std::uint64_t next() const { return next_; }

  // `before` and `after` are stored forms: one may be empty.
  void address(EventKind kind, const AddressRecord& record, std::string_view tenant,
               std::string_view before, std::string_view after);
  // Of any other object; either may be null, but not both.
  template <class T>
  void object(ObjectKind kind, std::uint64_t number, const T* before, const T* after,
              std::string_view tenant, NetworkId network) {
    Event& event = begin(kind,
                         before == nullptr  ? EventKind::kCreated
                         : after == nullptr ? EventKind::kDeleted
                                            : EventKind::kUpdated,
                         tenant, network);
    event.id = number;
    if (before != nullptr) event.before = encode_body(*before);
    if (after != nullptr) event.after = encode_body(*after);
    write();
  }
  void nat(const Nat& nat, bool in, std::string_view tenant);

 private:
  // The event to be written next, with all else in it empty.
  Event& begin(ObjectKind object, EventKind kind, std::string_view tenant, NetworkId network);
  void write();

  Tables* tables_;
  std::uint64_t revision_;
  std::uint64_t next_;
  std::string actor_ = "melange";
  base::Instant now_;
  // Used again and again: a lease should cost no heap.
  Event event_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace melange::store
