// SPDX-License-Identifier: Apache-2.0
//
// The decision on one DHCPv4 packet: whether and what to answer, what the store shall become, which
// offer to hold. A pure function: it reads its arguments and nothing else, so that the same packet
// at the same moment is always decided alike. Rules: dhcp.md section 1, RFC 2131 sections 4.3
// and 4.4.
//
// A decision that changes the store may be answered only once the change is committed.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/dhcp/offers.h"
#include "melange/dhcp/query4.h"
#include "melange/dhcp/reason.h"
#include "melange/dhcp/topology.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::dhcp {

// Where a reply goes (RFC 2131 section 4.1).
struct Destination4 {
  enum class Path : std::uint8_t {
    kLink,    // a frame on the link that the packet came in on
    kRouted,  // a datagram that the kernel routes
  };
  Path path = Path::kLink;
  net::Mac mac;  // kLink only
  net::Ipv4 address;
  std::uint16_t port = wire::kClientPort4;

  bool operator==(const Destination4&) const = default;
};

struct Reply4 {
  wire::MessageType4 type = wire::MessageType4::kOffer;
  Destination4 to;
  bool broadcast_flag = false;              // set in the reply's flags
  unsigned mtu = base::limits::kReplySize;  // of the link that it leaves on
  net::Ipv4 server_id;                      // in option 54
  net::Ipv4 source;                         // of ours, that it leaves from
  net::Ipv4 ciaddr;
  net::Ipv4 yiaddr;
  const ServedNetwork* network = nullptr;
  const ServedBlock* block = nullptr;       // whose options it carries; null in a NAK
  const ServedPool* pool = nullptr;         // likewise; null if that has nothing of its own
  const Globals4* globals = nullptr;        // likewise
  ClassList classes;                        // likewise, of the client
  std::optional<base::Seconds> lease_time;  // none in NAK and in the answer to INFORM
  base::InlineBytes<253> hostname;          // of the address, if the client owns it
  std::vector<store::OptionValue> options;  // likewise; these go before all others
  std::vector<std::uint8_t> forced;         // likewise
  store::Boot boot;                         // likewise
  bool rapid_commit = false;                // it answers a DISCOVER (RFC 4039)
  bool bootp = false;                       // it has no message type
};

// What becomes of the client's offer.
struct KeepOffer {};
struct HoldOffer {
  Offer offer;
};
struct ReleaseOffer {};  // at once, or with the commit if there are changes
using OfferChange = std::variant<KeepOffer, HoldOffer, ReleaseOffer>;

struct Decision4 {
  Reason reason = Reason::kMalformed;
  const ServedNetwork* network = nullptr;  // null if none was found
  wire::Identity identity;                 // of the client, by the network's policy
  std::optional<Reply4> reply;
  store::LeaseChanges changes;
  OfferChange offer;
  // Nothing is to be sent or changed but `offer`: first somebody looks for the address on the link
  // (RFC 2131 section 2.2), then the packet is decided again with that offer checked.
  bool probes = false;
};

struct Limits4 {
  base::Seconds offer_time{10};
  base::Millis conflict_wait{500};  // how long a probe waits for an answer
  bool can_probe = false;           // somebody looks for addresses on the links
};

// `topology` and `query` must outlive the result. `view` may have failed meanwhile: then the result
// means nothing (store/view.h).
Decision4 decide(const Query4& query, const store::View& view, const Topology& topology,
                 const Offers& offers, const Limits4& limits, base::Instant now);

// "OFFER yiaddr=192.0.2.100 lease=1h to=192.0.2.100 reason=offered"; "drop reason=no_network"
std::string text(const Decision4& decision);

}  // namespace melange::dhcp
