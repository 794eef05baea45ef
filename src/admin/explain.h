// SPDX-License-Identifier: Apache-2.0
//
// What a client would be answered on the wire, and why. It reads, although it is a POST: nothing is
// written, and no offer is held. Who may read a network's leases may ask for it.
#pragma once

#include <array>

#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kPacketTypes{
    std::string_view("discover"), std::string_view("request"), std::string_view("renew"),
    std::string_view("rebind"),   std::string_view("reboot"),  std::string_view("inform"),
    std::string_view("release"),  std::string_view("decline"), std::string_view("bootp")};

inline constexpr std::array kPacketGiven{
    Field{.name = "type",
          .type = Type::kText,
          .help = "What the client sends; discover if omitted.",
          .choices = kPacketTypes},
    Field{"mac", Type::kMac, "Its hardware address.", Need::kAlways},
    Field{"interface", Type::kText,
          "The server's link that it is on; without this and `relay`: the only one."},
    Field{"relay", Type::kAddress, "The relay that it is behind (giaddr)."},
    Field{"address", Type::kAddress,
          "That it asks for, or, as the type is, has; omitted: what it would be offered."},
    Field{"server_id", Type::kAddress, "The server that it means; omitted: this one."},
    Field{"client_id", Type::kText, "Its client identifier (61), in hex."},
    Field{"circuit_id", Type::kText, "What its relay says of it (82), in hex."},
    Field{"remote_id", Type::kText, "The same."},
    Field{"vendor_class", Type::kText, "Its vendor class (60)."},
    Field{"user_class", Type::kText, "Its user class (77)."},
    Field{"arch", Type::kText, "What machine it is (93): a name such as efi-x64, or a number."},
    Field{"hostname", Type::kText, "The name that it gives itself (12)."},
    Field{"parameters", Type::kAskedOptions,
          "What it asks for (55); omitted: nothing, and it gets all there is."},
    Field{"options", Type::kSentOptions, "What it sends beside: DHCP options by name or number."},
};
inline constexpr Shape kPacketBody{"packet", "packet", kPacketGiven};

inline constexpr std::array kStoredFields{
    Field{.name = "state", .type = Type::kText, .help = "The address's.", .choices = kStates},
    or_null({"identity", Type::kText, "Whose it is."}),
    or_null({"until", Type::kTime, "The end of that; null if there is none."}),
};
inline constexpr Shape kStoredShown{"stored", "", kStoredFields};

inline constexpr std::array kExplanationFields{
    Field{"answer", Type::kText, "OFFER, ACK, NAK or BOOTREPLY; none: there is no answer."},
    Field{"reason", Type::kText, "In a word, as in the log and the metrics."},
    Field{"why", Type::kText, "In a sentence."},
    Field{"query", Type::kText, "The packet, as in the log."},
    Field{"decision", Type::kText, "What is decided, as in the log."},
    or_null({"network", Type::kText, "The client's network; null if it has none."}),
    or_null({"block", Type::kCidr, "That the options are of; null without an answer."}),
    or_null({"pool", Type::kRange, "The block's pool that the address is in."}),
    or_null({"address", Type::kAddress, "That is given, or else asked for."}),
    or_null({"lease_time", Type::kSeconds, "As told to the client, like all below."}),
    or_null({"renewal_time", Type::kSeconds, "When it renews (T1)."}),
    or_null({"rebinding_time", Type::kSeconds, "When it asks any server (T2)."}),
    Field{"classes", Type::kClasses, "That it belongs to."},
    or_null({"identity", Type::kText, "What it is known by."}),
    Field{"reservation", Type::kBoolean, "Whether it has a reservation in the network."},
    or_null({"to", Type::kText, "Where the answer goes."}),
    Field{"options", Type::kOptions, "Those of the answer, in its order."},
    kShownBoot,
    or_null({.name = "record",
             .type = Type::kObject,
             .help = "What the store says of the address now.",
             .inner = &kStoredShown}),
};
inline constexpr Shape kExplanationShown{"explanation", "explanation", kExplanationFields};

Answer explain(const Call& call);

}  // namespace melange::admin
