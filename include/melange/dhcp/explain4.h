// SPDX-License-Identifier: Apache-2.0
//
// What a packet would be answered, and why, without anything being done: for `melange explain`,
// which makes up the packet that a client would send, and for `melange replay`, which has captured
// ones. The decision is the server's own (decide4.h); nothing is written, held or counted.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/dhcp/decide4.h"
#include "melange/net/host_link.h"

namespace melange::dhcp {

struct Explanation4 {
  std::string query;                         // as in the log; "packet" if it has no meaning
  Decision4 decision;                        // refers to the topology
  std::optional<store::AddressKey> subject;  // the address that it is about, if it is in a block
  std::vector<std::string> classes;          // that the client belongs to
  bool has_reservation = false;              // the client, in that network
  std::vector<std::uint8_t> reply;           // the message; empty: it would not be answered
};

// As if the datagram had come in now. Nobody is looked for on the link first, as if nobody were
// there. `view` may have failed meanwhile: then the result means nothing (store/view.h).
Explanation4 explain(const wire::Datagram& datagram, const store::View& view,
                     const Topology& topology, const Offers& offers, const Limits4& limits,
                     base::Instant now);

// The packet of a client that is only thought of.
struct Question4 {
  Intent4 intent = Intent4::kDiscover;
  net::Mac mac;
  std::string interface{};           // the link that it is on
  std::optional<net::Ipv4> relay{};  // that it is behind; without either: on the only link
  // That it asks for, or has; none: what it would be offered, where it must have one.
  std::optional<net::Ipv4> address{};
  std::optional<net::Ipv4> server_id{};           // none: ours, where there must be one
  std::vector<store::OptionValue> options{};      // that it sends beside 50, 53 and 54; each once
  std::vector<std::uint8_t> relay_information{};  // option 82; none: its relay says nothing
};

// "discover" (DISCOVER), "request" (SELECTING), "reboot", "renew", "rebind", "inform", "release",
// "decline", "bootp".
std::optional<Intent4> parse_intent(std::string_view text);

// Why a question cannot be asked.
enum class Unaskable4 : std::uint8_t {
  kNoPlace,  // neither link nor relay is named, and more than one link is served, or none
  kNoSuchLink,
  kNoAddress,  // it is not said which address, and none would be offered
  kTooLong,    // what the client sends does not fit one message
};
std::string_view sentence(Unaskable4 reason);

// `hosts`: the links that `topology` was compiled from.
std::expected<Explanation4, Unaskable4> explain(const Question4& question,
                                                std::span<const net::HostLink> hosts,
                                                const store::View& view, const Topology& topology,
                                                const Offers& offers, const Limits4& limits,
                                                base::Instant now);

}  // namespace melange::dhcp
