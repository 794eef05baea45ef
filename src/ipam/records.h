// SPDX-License-Identifier: Apache-2.0
//
// What happens to an address's record when it gets an owner or loses it (the table of ipam.md
// section 3), and the records that a plan has changed but not yet applied.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::ipam {

// The block that `address` lies in; null if none.
const store::Block* covering(std::span<const store::Block> blocks, const net::Address& address);

// The record once its address is reserved for `owner`. `exists` says whether `record` is in the
// store or only names the address. A running lease or probation of somebody else is left to end
// first.
store::AddressRecord with_owner(store::AddressRecord record, bool exists,
                                const wire::Identity& owner, base::Instant now);
// The record once its address is no longer reserved for `owner`; nothing if the address is free
// then.
std::optional<store::AddressRecord> without_owner(store::AddressRecord record,
                                                  const wire::Identity& owner, base::Instant now);

class PendingRecords {
 public:
  explicit PendingRecords(const store::View& view) : view_(&view) {}

  std::optional<store::AddressRecord> find(const store::AddressKey& key) const;
  void put(const store::AddressRecord& record) { pending_[record.key] = record; }
  void erase(const store::AddressKey& key) { pending_[key] = std::nullopt; }
  // Moves what is pending to the end of `changes`: erasures first, since a record may have moved.
  void append_to(store::Changes& changes);

 private:
  const store::View* view_;
  std::map<store::AddressKey, std::optional<store::AddressRecord>> pending_;
  std::map<store::AddressKey, std::optional<store::AddressRecord>> appended_;
};

}  // namespace melange::ipam
