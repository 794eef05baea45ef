// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/nat.h"

#include <algorithm>

#include "melange/base/text.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::AddressKey;
using store::AddressRecord;
using store::Nat;
using store::NatDirection;

// Whose the address is: a block may be shared, and what is the configuration's has no interface.
std::string tenant_of(const Draft& draft, const AddressRecord& record) {
  const auto interface = draft.interface(record.interface);
  if (interface) return interface->tenant;
  const auto block = draft.block(record.key.block);
  return block ? block->tenant : "";
}

Nat relation(NatDirection direction, const AddressKey& end, const AddressKey& other) {
  return direction == NatDirection::kGlobalsOfLocal ? Nat{end, other} : Nat{other, end};
}

}  // namespace

Verdict<void> relate(Draft& draft, const AddressRecord& local, const AddressRecord& global) {
  for (const AddressRecord* end : {&local, &global}) {
    if (is_allocated(*end)) continue;
    return refuse(Why::kImpossible, "ip_addresses",
                  cat(text(end->key.address), " is not allocated"));
  }
  if (local.key == global.key) {
    return refuse(Why::kInvalid, "ip_addresses", "an address is not translated to itself");
  }
  if (tenant_of(draft, local) != tenant_of(draft, global)) {
    return refuse(Why::kNotFound, "ip_addresses", "the addresses are not of one tenant");
  }
  const auto globals = draft.nat_of(NatDirection::kGlobalsOfLocal, local.key);
  if (std::ranges::find(globals, global.key) != globals.end()) return {};
  const auto locals = draft.nat_of(NatDirection::kLocalsOfGlobal, global.key);
  if (std::max(globals.size(), locals.size()) >= kRelationsOfAddress) {
    return refuse(Why::kImpossible, "ip_addresses",
                  cat("an address has at most ", kRelationsOfAddress, " relations"));
  }
  draft.put(Nat{local.key, global.key});
  return {};
}

Verdict<void> unrelate(Draft& draft, const AddressKey& local, const AddressKey& global) {
  const auto globals = draft.nat_of(NatDirection::kGlobalsOfLocal, local);
  if (std::ranges::find(globals, global) == globals.end()) {
    return refuse(Why::kNotFound, "", "the addresses are not related");
  }
  draft.erase(Nat{local, global});
  return {};
}

void unrelate_all(Draft& draft, NatDirection direction, const AddressKey& end) {
  for (const AddressKey& other : draft.nat_of(direction, end)) {
    draft.erase(relation(direction, end, other));
  }
}

}  // namespace melange::ipam
