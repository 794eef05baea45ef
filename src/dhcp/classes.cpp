// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/classes.h"

#include <algorithm>

#include "melange/ipam/plan.h"
#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::Bytes;
using config::OctetPattern;

bool fits_one(const OctetPattern& pattern, Bytes octets) {
  const Bytes wanted(pattern.octets);
  if (octets.size() < wanted.size()) return false;
  if (!pattern.prefix && octets.size() != wanted.size()) return false;
  return std::ranges::equal(wanted, octets.first(wanted.size()));
}

bool fits_any(std::span<const OctetPattern> patterns, Bytes octets) {
  return std::ranges::any_of(
      patterns, [&](const OctetPattern& pattern) { return fits_one(pattern, octets); });
}

// RFC 3004 has a list of texts, each behind its length; iPXE and others send one text as it is. Of
// a list that passes its end nothing counts.
bool fits_user_class(std::span<const OctetPattern> patterns, Bytes octets) {
  if (fits_any(patterns, octets)) return true;
  bool fits = false;
  base::ByteReader reader(octets);
  while (!reader.empty()) {
    const Bytes text = reader.take(reader.u8());
    fits = fits || fits_any(patterns, text);
  }
  return fits && reader.ok();
}

bool has_arch(const wire::Message4& message, std::span<const std::uint16_t> wanted) {
  base::ByteReader reader(message.option(code::kClientSystem));
  while (reader.remaining() >= 2) {
    if (std::ranges::find(wanted, reader.u16()) != wanted.end()) return true;
  }
  return false;
}

bool has_enterprise(const wire::Message4& message, std::span<const std::uint32_t> wanted) {
  return std::ranges::any_of(wanted, [&](std::uint32_t enterprise) {
    return !wire::enterprise_data(message.option(code::kVendorClasses), enterprise).empty() ||
           !wire::enterprise_data(message.option(code::kVendorOptions), enterprise).empty();
  });
}

}  // namespace

ClassSet::ClassSet(std::span<const config::Class> classes) {
  for (const config::Class& from : classes) {
    ServedClass made;
    made.name = from.name.value;
    made.ignore = from.ignore;
    made.lease_time = from.lease_time;
    made.min_lease_time = from.min_lease_time;
    made.max_lease_time = from.max_lease_time;
    made.options = OptionSet4(ipam::to_options(from.options), from.force.codes);
    made.boot = ipam::to_boot(from.boot);
    classes_.push_back(std::move(made));
    conditions_.push_back(compile(from.match));
  }
}

ClassSet::Conditions ClassSet::compile(const config::Match& match) {
  Conditions made;
  made.by_name_only = match == config::Match{};
  const auto add = [&](Subject subject, const std::vector<OctetPattern>& any) {
    if (!any.empty()) made.octets.push_back({subject, any});
  };
  add(Subject::kVendorClass, match.vendor_class);
  add(Subject::kUserClass, match.user_class);
  add(Subject::kUuid, match.uuid);
  add(Subject::kMac, match.mac);
  add(Subject::kCircuitId, match.circuit_id);
  add(Subject::kRemoteId, match.remote_id);
  add(Subject::kSubscriberId, match.subscriber_id);
  add(Subject::kRelayId, match.relay_id);
  made.enterprises = match.vendor_enterprise;
  made.arch = match.arch;
  made.relays = match.relay;
  made.has_options = match.has_option.codes;
  made.known = match.known;
  return made;
}

ClassSet::Subjects ClassSet::subjects_of(const Query4& query, const wire::RelayInfo* relay) {
  Subjects subjects;
  const auto at = [&](Subject subject) -> Bytes& {
    return subjects[static_cast<std::size_t>(subject)];
  };
  at(Subject::kVendorClass) = query.message->option(code::kVendorClass);
  at(Subject::kUserClass) = query.message->option(code::kUserClass);
  // RFC 4578 section 2.3: a type octet stands before the identifier.
  const Bytes uuid = query.message->option(code::kUuid);
  if (!uuid.empty()) at(Subject::kUuid) = uuid.subspan(1);
  at(Subject::kMac) = query.chaddr.bytes();
  if (relay == nullptr) return subjects;
  at(Subject::kCircuitId) = relay->circuit_id;
  at(Subject::kRemoteId) = relay->remote_id;
  at(Subject::kSubscriberId) = relay->subscriber_id;
  at(Subject::kRelayId) = relay->relay_id;
  return subjects;
}

bool ClassSet::fits(const OctetTest& test, const Subjects& subjects) {
  const Bytes octets = subjects[static_cast<std::size_t>(test.subject)];
  if (octets.empty()) return false;
  if (test.subject == Subject::kUserClass) return fits_user_class(test.any, octets);
  return fits_any(test.any, octets);
}

bool ClassSet::meets(const Conditions& conditions, const Query4& query, const Subjects& subjects,
                     bool known) {
  if (conditions.by_name_only) return false;
  if (conditions.known && *conditions.known != known) return false;
  const wire::Message4& message = *query.message;
  const auto has = [&](std::uint8_t option) { return message.has(option); };
  if (!std::ranges::all_of(conditions.has_options, has)) return false;
  const auto test = [&](const OctetTest& each) { return fits(each, subjects); };
  if (!std::ranges::all_of(conditions.octets, test)) return false;
  if (!conditions.arch.empty() && !has_arch(message, conditions.arch)) return false;
  if (!conditions.enterprises.empty() && !has_enterprise(message, conditions.enterprises)) {
    return false;
  }
  const auto around = [&](const net::Prefix& relay) { return relay.contains(query.giaddr()); };
  return conditions.relays.empty() ||
         (query.relayed() && std::ranges::any_of(conditions.relays, around));
}

ClassList ClassSet::match(const Query4& query, const wire::RelayInfo* relay, bool known,
                          std::span<const std::string> named) const {
  ClassList list;
  const Subjects subjects = subjects_of(query, relay);
  for (std::size_t i = 0; i < classes_.size() && !list.full(); ++i) {
    const bool is_named = std::ranges::find(named, classes_[i].name) != named.end();
    if (is_named || meets(conditions_[i], query, subjects, known)) list.push_back(&classes_[i]);
  }
  return list;
}

}  // namespace melange::dhcp
