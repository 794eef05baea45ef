// SPDX-License-Identifier: Apache-2.0
//
// Addresses that are asked for under a name of the caller's choice, a handle: asking again gives
// the same ones, so that a caller who lost the answer need not know whether there was one.
#pragma once

#include <optional>
#include <string>

#include "melange/ipam/allocate.h"
#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

struct HandleWish {
  std::string tenant;
  std::string handle;
  store::NetworkId network;  // of its blocks, or
  store::BlockId block;      // of this one
  std::uint32_t count = 1;   // of each family; 1 to kAddressesAtOnce
  bool v4 = true;            // of a network: the families wanted, as far as it has them
  bool v6 = true;
  std::string device;           // of its interface; empty: as it is
  std::optional<net::Mac> mac;  // by which the wire knows it; none: it is not asked for there
  Particulars particulars;      // of each address
};

// The handle's addresses, allocated if it is new to an interface of its own, or to that of its MAC.
// Those that were deallocated meanwhile are restored. kConflict if the handle stands for another
// wish, or if one of its addresses is gone for good.
Verdict<store::Allocation> ensure_allocation(Draft& draft, const HandleWish& wish);
// The handle goes, and its addresses are deallocated.
Verdict<void> delete_allocation(Draft& draft, const store::Allocation& allocation);

}  // namespace melange::ipam
