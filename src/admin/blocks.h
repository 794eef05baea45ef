// SPDX-License-Identifier: Apache-2.0
//
// Blocks and their subnets (ipam.md section 3, "Blocks").
#pragma once

#include <array>

#include "networks.h"
#include "pools.h"
#include "route.h"
#include "schemas.h"

namespace melange::admin {

// The fields that both a new block and a subnet may have.
#define MELANGE_BLOCK_FIELDS                                                                     \
  Field{.name = "network_id",                                                                    \
        .type = Type::kName,                                                                     \
        .help = "The network's name; a new name makes a network."},                              \
      Field{"policy_id", Type::kText, "The policy's id."},                                       \
      Field{.name = "gateway",                                                                   \
            .type = Type::kAddress,                                                              \
            .help = "The clients' router.",                                                      \
            .otherwise = "Gateway is not a valid address"},                                      \
      Field{"dns1", Type::kAddress, "The first name server."},                                   \
      Field{"dns2", Type::kAddress, "The second name server."},                                  \
      Field{"dns", Type::kAddresses, "All name servers, in the place of dns1 and dns2."},        \
      Field{.name = "pools",                                                                     \
            .type = Type::kPools,                                                                \
            .help =                                                                              \
                "What may be leased to anyone: ranges, CIDRs, or objects of one and what it "    \
                "has of its own.",                                                               \
            .inner = &kPoolBody},                                                                \
      Field{"exclude", Type::kRanges, "What neither leases nor automatic allocation may take."}, \
      Field{.name = "lease_time",                                                                \
            .type = Type::kSeconds,                                                              \
            .help = "Of a lease.",                                                               \
            .least = 1,                                                                          \
            .most = kLongestTime},                                                               \
      Field{.name = "min_lease_time",                                                            \
            .type = Type::kSeconds,                                                              \
            .help = "The least that a client may ask for; omitted: lease_time.",                 \
            .least = 1,                                                                          \
            .most = kLongestTime},                                                               \
      Field{.name = "max_lease_time",                                                            \
            .type = Type::kSeconds,                                                              \
            .help = "The most that it may ask for; omitted: lease_time.",                        \
            .least = 1,                                                                          \
            .most = kLongestTime},                                                               \
      Field{.name = "renew_time",                                                                \
            .type = Type::kSeconds,                                                              \
            .help = "T1; omitted: half of the lease.",                                           \
            .least = 1,                                                                          \
            .most = kLongestTime},                                                               \
      Field{.name = "rebind_time",                                                               \
            .type = Type::kSeconds,                                                              \
            .help = "T2; omitted: seven eighths of the lease.",                                  \
            .least = 1,                                                                          \
            .most = kLongestTime},                                                               \
      Field{.name = "mtu", .type = Type::kInteger, .help = "Of the links.", .most = 65535},      \
      Field{"options", Type::kOptions, "DHCP options by name or number."}, kForceField,          \
      kBootField, Field{"classes", Type::kClasses, kBlockClassesHelp},                           \
      Field{.name = "generator",                                                                 \
            .help = "How an IPv6 address is made of a MAC.",                                     \
            .choices = kGenerators},                                                             \
      Field{.name = "quarantine_time",                                                           \
            .type = Type::kSeconds,                                                              \
            .help = "How long a deallocated address is kept.",                                   \
            .most = kLongestTime},                                                               \
      Field{"name", Type::kText, "For people."},                                                 \
      Field{"tags", Type::kTags, "For people and programs."},                                    \
      Field{"tenant_id", Type::kName, "Whose it is."}, Field {                                   \
    .name = "type", .help = "Public blocks overlap none. private if omitted.", .choices = kTypes \
  }

inline constexpr std::array kBlockGiven{
    Field{.name = "cidr",
          .type = Type::kCidr,
          .help = "Its addresses.",
          .need = Need::kCreation,
          .otherwise = "cidr is invalid"},
    MELANGE_BLOCK_FIELDS,
};
inline constexpr Shape kBlockBody{"new_ip_block", "ip_block", kBlockGiven};

inline constexpr std::array kSubnetGiven{
    Field{.name = "cidr",
          .type = Type::kCidr,
          .help = "Its addresses; or give prefix_length.",
          .otherwise = "cidr is invalid"},
    Field{.name = "prefix_length",
          .type = Type::kInteger,
          .help = "Of the lowest free prefix of the parent.",
          .least = 1,
          .most = 128},
    MELANGE_BLOCK_FIELDS,
};
inline constexpr Shape kSubnetBody{"new_subnet", "subnet", kSubnetGiven};
#undef MELANGE_BLOCK_FIELDS

inline constexpr std::array kBlockParameters{
    Parameter{"type", "Only blocks of that type.", kTypes},
    Parameter{"network_id", "Only blocks of that network."},
    Parameter{"cidr", "Only blocks with that CIDR."},
};
inline constexpr std::array kTruths{std::string_view("true"), std::string_view("false")};
inline constexpr std::array kBlockDeletion{
    Parameter{"force", "true: with all addresses, leases and subnets in it.", kTruths},
};

Answer list_blocks(const Call& call);
Answer create_block(const Call& call);
Answer show_block(const Call& call);
Answer update_block(const Call& call);
Answer delete_block(const Call& call);
Answer list_subnets(const Call& call);
Answer create_subnet(const Call& call);

// The block of that id, if it is the tenant's: for handlers of what is in one.
std::expected<store::Block, Problem> find_block(const Call& call, std::string_view id);
// Of the path's {block_id}.
std::expected<store::Block, Problem> block_of_path(const Call& call);

}  // namespace melange::admin
