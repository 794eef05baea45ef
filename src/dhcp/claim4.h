// SPDX-License-Identifier: Apache-2.0
//
// What a client may claim of an address, and the verdict on a REQUEST for it: the two tables that
// RFC 2131 section 4.3.2 spreads over four paragraphs (dhcp.md rules 3 and 4).
#pragma once

#include <optional>

#include "scene4.h"

namespace melange::dhcp {

enum class Claim4 : std::uint8_t {
  kReserved,    // it is this client's reservation, and nobody else's lease is in the way
  kLeased,      // this client has it on lease
  kHeld,        // this client had it last
  kOffered,     // it is on offer to this client
  kFree,        // nobody's, and in a pool
  kElsewhere,   // as kFree or kHeld, but the client has a lease on another address
  kOthersHeld,  // another client had it last
  kTaken,       // another client's, or on offer to one
  kProbation,   // declined or quarantined
  kExcluded,    // in a block, but in no pool
  kOutside,     // in no block of the network
  kMustMove,    // the client has a reservation for another address
};
inline constexpr std::size_t kClaims4 = 12;

struct Judgement4 {
  Claim4 claim = Claim4::kOutside;
  const ServedBlock* block = nullptr;            // null only if kOutside
  const store::AddressRecord* record = nullptr;  // of the scene: until it is asked for another
};

Judgement4 judge(const Scene4& scene, net::Ipv4 address);

// True if the client owns the address of `record` and can have it now.
bool owns(const Scene4& scene, const store::AddressRecord& record);
// True if nobody has a lease on the address of `record` or waits for one: whoever comes may have
// it.
bool is_vacant(const store::AddressRecord& record, base::Instant now);

enum class Verdict4 : std::uint8_t { kGrant, kNak, kSilence };

// On a REQUEST in the state `intent` (kSelect, kReboot, kRenew or kRebind).
Verdict4 verdict(Claim4 claim, Intent4 intent, bool authoritative);
// Why a claim is refused.
Reason refusal(Claim4 claim);

}  // namespace melange::dhcp
