// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/reason.h"

namespace melange::dhcp {
namespace {

struct Named {
  Reason reason;
  std::string_view name;
  std::string_view sentence;
};

// In the order of the enum.
constexpr std::array<Named, kReasons> kNames{{
    {Reason::kOffered, "offered", "an address is offered and held for a short time"},
    {Reason::kLeased, "leased", "a lease begins"},
    {Reason::kRenewed, "renewed", "the lease is prolonged (RENEWING)"},
    {Reason::kRebound, "rebound", "the lease is prolonged (REBINDING)"},
    {Reason::kRebooted, "rebooted", "the client reboots and keeps its address (INIT-REBOOT)"},
    {Reason::kRepeated, "repeated", "the store says it already: answered again without a write"},
    {Reason::kInformed, "informed", "options without a lease (INFORM)"},
    {Reason::kBootp, "bootp", "a BOOTP client gets its reservation"},
    {Reason::kV6Only, "v6_only", "the client can do without IPv4 (option 108): no address"},
    {Reason::kNoAutoConfigure, "no_auto_configure",
     "there is no address, and the client is told not to make one up (option 116)"},
    {Reason::kReleased, "released", "the client gave its lease back"},
    {Reason::kDeclined, "declined", "the client found its address in use: it is quarantined"},
    {Reason::kProbing, "probing", "the address is looked for on the link before it is offered"},
    {Reason::kWrongNetwork, "wrong_network", "the address is in no block of the client's network"},
    {Reason::kAddressTaken, "address_taken", "the address is another client's"},
    {Reason::kAddressExcluded, "address_excluded",
     "the address is in no pool that the client is served from"},
    {Reason::kAddressDeclined, "address_declined", "the address is in quarantine"},
    {Reason::kAddressHeld, "address_held", "another client had the address last and may come back"},
    {Reason::kHasReservation, "has_reservation", "the client's reservation is another address"},
    {Reason::kHasLease, "has_lease", "the client has a lease on another address"},
    {Reason::kMalformed, "malformed", "the packet is malformed"},
    {Reason::kBadOptionLength, "bad_option_length", "an option has a length that it cannot have"},
    {Reason::kBadHardwareAddress, "bad_hardware_address", "the client's address is not Ethernet's"},
    {Reason::kNoMessageType, "no_message_type",
     "a BOOTP request, which the network answers only for reservations and if it says `bootp`"},
    {Reason::kUnexpectedType, "unexpected_type", "a message that clients do not send"},
    {Reason::kRogueServer, "rogue_server", "a server's message where only clients are"},
    {Reason::kTooManyHops, "too_many_hops", "it came through more relays than can be"},
    {Reason::kRelayOnLink, "relay_on_link",
     "relay fields in what a client sent; `trust_relay_information` allows option 82"},
    {Reason::kBadRelay, "bad_relay", "its relay address is no relay's"},
    {Reason::kSpoofedAddress, "spoofed_address", "it did not come from the address that it names"},
    {Reason::kNoNetwork, "no_network", "no network serves that link, relay or address"},
    {Reason::kNoIdentity, "no_identity",
     "the network knows clients by their circuit-id, and none came with the packet"},
    {Reason::kIgnored, "ignored", "the client is of a class that is ignored"},
    {Reason::kNoServerAddress, "no_server_address",
     "the link has no IPv4 address to answer from; give it one, or set `server_id`"},
    {Reason::kOtherServer, "other_server", "the client chose another server"},
    {Reason::kUnknownClient, "unknown_client",
     "nothing is known of the client, and the network is not authoritative"},
    {Reason::kNotOwner, "not_owner", "the client has no lease on that address"},
    {Reason::kDeclineLimit, "decline_limit", "the client has declined too many addresses"},
    {Reason::kNoFreeAddress, "no_free_address", "no address is free for the client"},
    {Reason::kNoAddress, "no_address", "the INFORM names no address to answer to"},
    {Reason::kReplyTooLong, "reply_too_long", "what must be in the reply does not fit"},
    {Reason::kStoreFailed, "store_failed", "the store failed: nothing was promised"},
    {Reason::kQueueFull, "queue_full", "too much is waiting: dropped unread"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kReasons; ++i) {
    if (static_cast<std::size_t>(kNames[i].reason) != i || kNames[i].name.empty()) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view text(Reason reason) { return kNames[static_cast<std::size_t>(reason)].name; }

std::string_view sentence(Reason reason) {
  return kNames[static_cast<std::size_t>(reason)].sentence;
}

}  // namespace melange::dhcp
