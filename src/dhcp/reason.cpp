// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/reason.h"

#include <utility>

namespace melange::dhcp {
namespace {

// In the order of the enum.
constexpr std::array<std::pair<Reason, std::string_view>, kReasons> kNames{{
    {Reason::kOffered, "offered"},
    {Reason::kLeased, "leased"},
    {Reason::kRenewed, "renewed"},
    {Reason::kRebound, "rebound"},
    {Reason::kRebooted, "rebooted"},
    {Reason::kRepeated, "repeated"},
    {Reason::kInformed, "informed"},
    {Reason::kReleased, "released"},
    {Reason::kDeclined, "declined"},
    {Reason::kWrongNetwork, "wrong_network"},
    {Reason::kAddressTaken, "address_taken"},
    {Reason::kAddressExcluded, "address_excluded"},
    {Reason::kAddressDeclined, "address_declined"},
    {Reason::kAddressHeld, "address_held"},
    {Reason::kHasReservation, "has_reservation"},
    {Reason::kHasLease, "has_lease"},
    {Reason::kMalformed, "malformed"},
    {Reason::kBadOptionLength, "bad_option_length"},
    {Reason::kBadHardwareAddress, "bad_hardware_address"},
    {Reason::kNoMessageType, "no_message_type"},
    {Reason::kUnexpectedType, "unexpected_type"},
    {Reason::kRogueServer, "rogue_server"},
    {Reason::kTooManyHops, "too_many_hops"},
    {Reason::kRelayOnLink, "relay_on_link"},
    {Reason::kBadRelay, "bad_relay"},
    {Reason::kSpoofedAddress, "spoofed_address"},
    {Reason::kNoNetwork, "no_network"},
    {Reason::kNoServerAddress, "no_server_address"},
    {Reason::kOtherServer, "other_server"},
    {Reason::kUnknownClient, "unknown_client"},
    {Reason::kNotOwner, "not_owner"},
    {Reason::kDeclineLimit, "decline_limit"},
    {Reason::kNoFreeAddress, "no_free_address"},
    {Reason::kNoAddress, "no_address"},
    {Reason::kReplyTooLong, "reply_too_long"},
    {Reason::kStoreFailed, "store_failed"},
    {Reason::kQueueFull, "queue_full"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kReasons; ++i) {
    if (static_cast<std::size_t>(kNames[i].first) != i || kNames[i].second.empty()) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view text(Reason reason) { return kNames[static_cast<std::size_t>(reason)].second; }

}  // namespace melange::dhcp
