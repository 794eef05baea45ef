// SPDX-License-Identifier: Apache-2.0
//
// Why a packet was answered as it was, or not at all: one name for the log, the metric's label, the
// transcripts and `explain`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace melange::dhcp {

enum class Reason : std::uint8_t {
  // Answered.
  kOffered,
  kLeased,  // a new lease
  kRenewed,
  kRebound,
  kRebooted,  // INIT-REBOOT granted
  kRepeated,  // a retransmission, or a renewal so early that what is stored says it already
  kInformed,
  kBootp,            // RFC 951
  kV6Only,           // RFC 8925: offered nothing but option 108
  kNoAutoConfigure,  // RFC 2563: there is no address, and the client shall make up none
  // Taken in without an answer.
  kReleased,
  kDeclined,
  kProbing,  // the address is looked for on the link first; the offer waits
  // Refused with a NAK.
  kWrongNetwork,
  kAddressTaken,
  kAddressExcluded,
  kAddressDeclined,
  kAddressHeld,     // another client had it last, and may come back
  kHasReservation,  // its reservation is another address
  kHasLease,        // it has a lease on another address
  // Dropped: the packet.
  kMalformed,
  kBadOptionLength,
  kBadHardwareAddress,
  kNoMessageType,
  kUnexpectedType,
  kRogueServer,  // a server's message, or from a server's port, where only clients are
  kTooManyHops,
  kRelayOnLink,     // relay fields in what a client sent itself
  kBadRelay,        // giaddr is no relay's address
  kSpoofedAddress,  // ciaddr is not where it came from
  // Dropped: the circumstances.
  kNoNetwork,
  kNoIdentity,       // nothing that the network's policy knows clients by
  kIgnored,          // of a class that is not answered
  kNoServerAddress,  // the link has no IPv4 address to answer from
  kOtherServer,
  kUnknownClient,
  kNotOwner,
  kDeclineLimit,
  kNoFreeAddress,
  kNoAddress,  // INFORM without any
  kReplyTooLong,
  kStoreFailed,
  kQueueFull,
};
inline constexpr std::size_t kReasons = 43;

std::string_view text(Reason reason);  // "wrong_network"
// What that means, for who asks why: "the address is in no block of the client's network".
std::string_view sentence(Reason reason);

}  // namespace melange::dhcp
