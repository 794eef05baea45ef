// SPDX-License-Identifier: Apache-2.0
//
// Who a client is: what a lease is filed under. Which of these a network uses is its identity
// policy (design.md section 4). Identities with the same octets but another kind are different
// clients.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "melange/base/bytes.h"
#include "melange/base/inline.h"
#include "melange/net/mac.h"

namespace melange::wire {

// RFC 2132 section 9.14: 2 to 255 octets, the first a hardware type or 0, or 255 (RFC 4361).
class ClientId {
 public:
  static std::optional<ClientId> make(base::Bytes octets);
  base::Bytes bytes() const { return octets_.view(); }
  // RFC 4361 section 6.1: of 255, an IAID of four octets and a DUID, the DUID; else empty.
  base::Bytes duid() const;
  friend bool operator==(const ClientId&, const ClientId&) = default;

 private:
  explicit ClientId(base::Bytes octets) : octets_(octets) {}
  base::InlineBytes<255> octets_;
};

enum class IdentityKind : std::uint8_t {
  kNone = 0,       // nobody
  kMac = 1,        // octets: the six of an Ethernet address
  kClientId = 2,   // octets: option 61 whole
  kDuid = 3,       // octets: of a DHCPv6 client, RFC 8415 section 11.1
  kCircuitId = 4,  // octets: sub-option 1 of option 82, RFC 3046 section 3.1
  kRemoteId = 5,   // octets: sub-option 2 of option 82, RFC 3046 section 3.2
};
std::string_view text(IdentityKind kind);  // "mac", "client-id", "duid", "circuit-id", ...

class Identity {
 public:
  Identity() = default;  // nobody
  static Identity of(const net::Mac& mac);
  static Identity of(const ClientId& id);
  // As stored: nothing if `kind` is unknown or the octets are not of its form.
  static std::optional<Identity> make(std::uint8_t kind, base::Bytes octets);
  static std::optional<Identity> make(IdentityKind kind, base::Bytes octets) {
    return make(static_cast<std::uint8_t>(kind), octets);
  }

  IdentityKind kind() const { return kind_; }
  base::Bytes bytes() const { return octets_.view(); }
  bool empty() const { return kind_ == IdentityKind::kNone; }
  friend bool operator==(const Identity&, const Identity&) = default;
  friend auto operator<=>(const Identity&, const Identity&) = default;

 private:
  Identity(IdentityKind kind, base::Bytes octets) : kind_(kind), octets_(octets) {}

  IdentityKind kind_ = IdentityKind::kNone;
  base::InlineBytes<255> octets_;
};

std::string text(const ClientId& id);  // hex
// "mac 52:54:00:12:34:56", "client-id 01525400123456", "duid 0001..."
std::string text(const Identity& identity);

}  // namespace melange::wire
