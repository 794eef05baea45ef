// SPDX-License-Identifier: Apache-2.0
//
// The line "reservation .10 02::1+circuit:port7 hostname=web1 class=gold domain-name=web.example",
// and its short form "reserve=.10/02::1+circuit:port7/web1" on a network's line.
#include "gifts.h"
#include "melange/base/text.h"
#include "script.h"
#include "words.h"

namespace melange::test {
namespace {

using wire::Identity;
using wire::IdentityKind;

// "02::1", "client-id:ff01", "duid:0001", "circuit:port7", "remote:hex:0a1b"
void add_identity(std::string_view text, config::Reservation& reservation) {
  const auto take = [&](std::string_view kind) {
    const bool is = text.starts_with(kind);
    if (is) text.remove_prefix(kind.size());
    return is;
  };
  const auto add = [&](config::At<config::Identities>& to, IdentityKind kind,
                       const std::vector<std::uint8_t>& octets) {
    to.value.all.push_back(Identity::make(kind, octets).value());
  };
  if (take("client-id:")) {
    add(reservation.client_id, IdentityKind::kClientId, octets_of(std::string(text)));
  } else if (take("duid:")) {
    add(reservation.duid, IdentityKind::kDuid, octets_of(std::string(text)));
  } else if (take("circuit:")) {
    add(reservation.circuit_id, IdentityKind::kCircuitId, text_or_hex(text));
  } else if (take("remote:")) {
    add(reservation.remote_id, IdentityKind::kRemoteId, text_or_hex(text));
  } else {
    reservation.mac.value.all.push_back(Identity::of(short_mac(text)));
  }
}

}  // namespace

config::Reservation reservation_of(std::string_view address, std::string_view identities,
                                   net::Ipv4 near) {
  config::Reservation reservation;
  reservation.addresses.push_back({short_address(address, near), 0});
  for (const std::string_view one : base::split(identities, '+')) add_identity(one, reservation);
  return reservation;
}

config::Reservation read_reservation(Words& words, net::Ipv4 near) {
  const std::string address = words.next();
  config::Reservation reservation = reservation_of(address, words.next(), near);
  reservation.hostname = words.take("hostname").value_or("");
  if (const auto classes = words.take("class")) reservation.classes = names_of(*classes);
  read_gifts(words, reservation);
  return reservation;
}

}  // namespace melange::test
