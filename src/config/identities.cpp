// SPDX-License-Identifier: Apache-2.0
#include "identities.h"

#include "checks.h"
#include "elements.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;
using wire::Identity;
using wire::IdentityKind;

At<Identities> read_all(const Node& node, std::string_view key, const Context& context,
                        Decoded<Identity> (*decode)(const Node&)) {
  return {Identities(read_each<Identity>(node, key, context, decode)), node.line};
}

Decoded<Identity> read_mac(const Node& node) {
  const auto mac = Codec<net::Mac>::read(node);
  if (!mac) return std::unexpected(mac.error());
  if (auto wrong = unicast_mac(*mac)) return std::unexpected(std::move(*wrong));
  return Identity::of(*mac);
}

// Octets in hex, with "hex:" before them or without.
Decoded<Identity> read_hex(const Node& node, IdentityKind kind, std::string_view what) {
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) return expected_instead(what, node);
  constexpr std::string_view kHex = "hex:";
  std::string_view digits = *text;
  if (digits.starts_with(kHex)) digits.remove_prefix(kHex.size());
  const auto octets = base::parse_hex(digits);
  const auto identity = octets ? Identity::make(kind, *octets) : std::nullopt;
  if (!identity) return expected_instead(what, node);
  return *identity;
}

Decoded<Identity> read_client_id(const Node& node) {
  return read_hex(node, IdentityKind::kClientId,
                  "2 to 255 octets in hex, such as \"01:52:54:00:12:34:56\"");
}

Decoded<Identity> read_duid(const Node& node) {
  return read_hex(node, IdentityKind::kDuid,
                  "3 to 130 octets in hex, such as \"00:03:00:01:52:54:00:12:34:56\"");
}

// What a relay says of the client: sub-options of option 82.
Decoded<Identity> read_agent_id(const Node& node, IdentityKind kind) {
  const auto text = Codec<std::string>::read(node);
  if (!text) return std::unexpected(text.error());
  // In a class it would mean any that begins so.
  if (text->ends_with('*')) {
    return std::unexpected(cat(quoted(*text),
                               " ends in a star, but a reservation is for one "
                               "client; write it in hex if the star is meant"));
  }
  const auto octets = octets_of_text(*text);
  const auto identity = octets ? Identity::make(kind, *octets) : std::nullopt;
  if (!identity) return expected_instead("1 to 255 octets, as text or as \"hex:0a1b\"", node);
  return *identity;
}

Decoded<Identity> read_circuit_id(const Node& node) {
  return read_agent_id(node, IdentityKind::kCircuitId);
}

Decoded<Identity> read_remote_id(const Node& node) {
  return read_agent_id(node, IdentityKind::kRemoteId);
}

}  // namespace

At<Identities> read_macs(const Node& node, std::string_view key, const Context& context) {
  return read_all(node, key, context, read_mac);
}

At<Identities> read_client_ids(const Node& node, std::string_view key, const Context& context) {
  return read_all(node, key, context, read_client_id);
}

At<Identities> read_duids(const Node& node, std::string_view key, const Context& context) {
  return read_all(node, key, context, read_duid);
}

At<Identities> read_circuit_ids(const Node& node, std::string_view key, const Context& context) {
  return read_all(node, key, context, read_circuit_id);
}

At<Identities> read_remote_ids(const Node& node, std::string_view key, const Context& context) {
  return read_all(node, key, context, read_remote_id);
}

std::vector<Identity> Reservation::identities() const {
  std::vector<Identity> all;
  for (const auto* key : {&mac, &client_id, &duid, &circuit_id, &remote_id}) {
    all.insert(all.end(), key->value.all.begin(), key->value.all.end());
  }
  return all;
}

}  // namespace melange::config
