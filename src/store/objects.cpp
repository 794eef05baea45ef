// SPDX-License-Identifier: Apache-2.0
#include "melange/store/objects.h"

#include <numeric>

#include "melange/base/text.h"

namespace melange::store {

std::string_view text(AddressState state) {
  switch (state) {
    case AddressState::kReserved:
      return "reserved";
    case AddressState::kBound:
      return "bound";
    case AddressState::kLeased:
      return "leased";
    case AddressState::kHeld:
      return "held";
    case AddressState::kDeclined:
      return "declined";
    case AddressState::kQuarantined:
      return "quarantined";
  }
  return {};
}

bool is_live(const AddressRecord& record, base::Instant now) {
  const bool leased = record.state == AddressState::kBound || record.state == AddressState::kLeased;
  return leased && now < record.expires;
}

void forget_operator(AddressRecord& record) {
  record.hostname = {};
  record.interface = {};
  record.options.clear();
  record.forced.clear();
  record.boot = {};
  record.classes.clear();
  record.also.clear();
}

std::optional<net::Mac> hardware(const AddressRecord& record) {
  if (record.mac || record.identity.kind() != wire::IdentityKind::kMac) return record.mac;
  return net::Mac::from_bytes(record.identity.bytes());
}

std::string text(const AddressRecord& record) {
  std::string out = base::cat(text(record.key.address), ' ', text(record.state));
  if (!record.identity.empty()) out += " " + text(record.identity);
  if (record.mac) out += " hardware " + text(*record.mac);
  if (!record.reserved_for.empty()) out += " reserved-for " + text(record.reserved_for);
  if (record.expires == base::Instant::max()) return out + " until forever";
  if (record.expires != base::Instant{}) out += " until " + base::text(record.expires);
  return out;
}

std::uint64_t Usage::total() const {
  return std::accumulate(records.begin(), records.end(), std::uint64_t{0});
}

}  // namespace melange::store
