// SPDX-License-Identifier: Apache-2.0
//
// What a DHCPv4 packet means: past `read_query` every value has the form that the RFCs give it, and
// a REQUEST is in one of the four states of RFC 2131 section 4.3.2. It refers to the message that
// it was read from.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "melange/base/time.h"
#include "melange/dhcp/reason.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/frame.h"
#include "melange/wire/identity.h"
#include "melange/wire/relay_info.h"

namespace melange::dhcp {

// What the client asks. The REQUESTs are told apart as RFC 2131 section 4.3.2 says.
enum class Intent4 : std::uint8_t {
  kDiscover,
  kSelect,  // REQUEST with server identifier and requested address: SELECTING
  kReboot,  // REQUEST with requested address alone: INIT-REBOOT
  kRenew,   // REQUEST with ciaddr, unicast: RENEWING
  kRebind,  // REQUEST with ciaddr, broadcast: REBINDING
  kDecline,
  kRelease,
  kInform,
  kBootp,  // RFC 951: no message type
};
std::string_view text(Intent4 intent);  // "DISCOVER", "REQUEST(selecting)"

struct Query4 {
  const wire::Message4* message = nullptr;
  const wire::Datagram* datagram = nullptr;
  Intent4 intent = Intent4::kDiscover;
  net::Mac chaddr;
  std::optional<wire::ClientId> client_id;  // option 61
  std::optional<net::Ipv4> requested;       // option 50
  std::optional<net::Ipv4> server_id;       // option 54
  std::optional<base::Seconds> lease_time;  // option 51
  std::uint16_t max_message_size = 576;     // option 57, at least 576
  std::optional<wire::RelayInfo> relay;     // option 82

  net::Ipv4 ciaddr() const { return message->header().ciaddr; }
  net::Ipv4 giaddr() const { return message->header().giaddr; }
  // It came from a link's own wire: no relay and no router in between.
  bool direct() const { return datagram->source_mac.has_value(); }
  bool relayed() const { return !giaddr().is_unspecified(); }
  bool asks_for(std::uint8_t option) const;  // in its parameter request list
  bool wants_broadcast() const { return (message->header().flags & wire::kBroadcastFlag) != 0; }
  // The address that the packet is about: requested, or ciaddr.
  net::Ipv4 subject() const { return requested.value_or(ciaddr()); }
};

// The meaning of `message`, which arrived in `datagram`, or why it has none. Both must outlive the
// result. hostile.md W8-W29, R11.
std::expected<Query4, Reason> read_query(const wire::Message4& message,
                                         const wire::Datagram& datagram);

// "REQUEST(renewing) mac=02:00:00:00:00:01 xid=00000002 ciaddr=192.0.2.100"
std::string text(const Query4& query);

}  // namespace melange::dhcp
