// SPDX-License-Identifier: Apache-2.0
//
// The rules of a policy: ranges and octets. Changing one compiles the policy's blocks anew; nothing
// is revoked by it: the addresses in use that are denied from then on are told in the reply.
#pragma once

#include "route.h"

namespace melange::admin {

inline constexpr std::size_t kRulesOfPolicy = 1024;

Answer list_ranges(const Call& call);
Answer create_range(const Call& call);
Answer show_range(const Call& call);
Answer update_range(const Call& call);
Answer delete_range(const Call& call);

Answer list_octets(const Call& call);
Answer create_octet(const Call& call);
Answer show_octet(const Call& call);
Answer update_octet(const Call& call);
Answer delete_octet(const Call& call);

}  // namespace melange::admin
