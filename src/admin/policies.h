// SPDX-License-Identifier: Apache-2.0
//
// Policies and their rules: which addresses are never given out (ipam.md section 3, "Policy").
#pragma once

#include <array>

#include "route.h"
#include "shape.h"

namespace melange::admin {

inline constexpr std::int64_t kLongestDescription = 1024;

inline constexpr std::array kPolicyGiven{
    Field{.name = "name", .help = "For people.", .need = Need::kCreation},
    Field{.name = "description", .help = "For people.", .most = kLongestDescription},
    Field{.name = "tenant_id", .help = "If given, the one of the path."},
};
inline constexpr Shape kPolicyBody{"new_policy", "policy", kPolicyGiven};

inline constexpr std::array kRangeGiven{
    Field{.name = "offset",
          .type = Type::kInteger,
          .help = "Of its first address in each block, from 0; a negative one counts from the "
                  "block's end.",
          .need = Need::kCreation,
          .least = INT64_MIN},
    Field{.name = "length",
          .type = Type::kInteger,
          .help = "How many addresses.",
          .need = Need::kCreation,
          .least = 1},
};
inline constexpr Shape kRangeBody{"new_ip_range", "ip_range", kRangeGiven};

inline constexpr std::array kOctetGiven{
    Field{.name = "octet",
          .type = Type::kInteger,
          .help = "What the last octet (IPv4) or the last 16-bit word (IPv6) must not be.",
          .need = Need::kCreation,
          .least = 0,
          .most = 255},
};
inline constexpr Shape kOctetBody{"new_ip_octet", "ip_octet", kOctetGiven};

Answer list_policies(const Call& call);
Answer create_policy(const Call& call);
Answer show_policy(const Call& call);
Answer update_policy(const Call& call);
Answer delete_policy(const Call& call);

// The policy of that id, if it is the tenant's: for handlers of what names one.
std::expected<store::Policy, Problem> find_policy(const Call& call, std::string_view id);

}  // namespace melange::admin
