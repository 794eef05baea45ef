// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/identity.h"

#include "melange/base/text.h"

namespace melange::wire {
namespace {

// RFC 8415 section 11.1: a type of two octets, and 1 to 128 more.
constexpr std::size_t kLeastDuid = 3;
constexpr std::size_t kMostDuid = 130;
constexpr std::size_t kMostAgentId = 255;
constexpr std::uint8_t kNodeSpecific = 255;  // RFC 4361 section 6.1
constexpr std::size_t kIaid = 4;

}  // namespace

std::optional<ClientId> ClientId::make(base::Bytes octets) {
  // RFC 2132 section 9.14: "its minimum length is 2".
  if (octets.size() < 2 || octets.size() > 255) return std::nullopt;
  return ClientId(octets);
}

base::Bytes ClientId::duid() const {
  const base::Bytes octets = bytes();
  if (octets.front() != kNodeSpecific || octets.size() < 1 + kIaid + kLeastDuid) return {};
  return octets.subspan(1 + kIaid);
}

std::string_view text(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::kNone:
      return "none";
    case IdentityKind::kMac:
      return "mac";
    case IdentityKind::kClientId:
      return "client-id";
    case IdentityKind::kDuid:
      return "duid";
    case IdentityKind::kCircuitId:
      return "circuit-id";
    case IdentityKind::kRemoteId:
      return "remote-id";
  }
  return "unknown";
}

Identity Identity::of(const net::Mac& mac) { return Identity(IdentityKind::kMac, mac.bytes()); }

Identity Identity::of(const ClientId& id) { return Identity(IdentityKind::kClientId, id.bytes()); }

std::optional<Identity> Identity::make(std::uint8_t kind, base::Bytes octets) {
  switch (static_cast<IdentityKind>(kind)) {
    case IdentityKind::kNone:
      return octets.empty() ? std::optional(Identity()) : std::nullopt;
    case IdentityKind::kMac:
      if (const auto mac = net::Mac::from_bytes(octets)) return of(*mac);
      return std::nullopt;
    case IdentityKind::kClientId:
      if (const auto id = ClientId::make(octets)) return of(*id);
      return std::nullopt;
    case IdentityKind::kDuid:
      if (octets.size() < kLeastDuid || octets.size() > kMostDuid) return std::nullopt;
      return Identity(IdentityKind::kDuid, octets);
    case IdentityKind::kCircuitId:
    case IdentityKind::kRemoteId:
      if (octets.empty() || octets.size() > kMostAgentId) return std::nullopt;
      return Identity(static_cast<IdentityKind>(kind), octets);
  }
  return std::nullopt;
}

std::string text(const ClientId& id) { return base::hex(id.bytes()); }

std::string text(const Identity& identity) {
  switch (identity.kind()) {
    case IdentityKind::kNone:
      return "none";
    case IdentityKind::kMac:
      return base::cat("mac ", text(*net::Mac::from_bytes(identity.bytes())));
    case IdentityKind::kClientId:
    case IdentityKind::kDuid:
    case IdentityKind::kCircuitId:
    case IdentityKind::kRemoteId:
      return base::cat(text(identity.kind()), ' ', base::hex(identity.bytes()));
  }
  return "unknown";
}

}  // namespace melange::wire
