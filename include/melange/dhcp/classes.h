// SPDX-License-Identifier: Apache-2.0
//
// Client classes: what clients have in common (vendor, boot stage, architecture, circuit), compiled
// from the configuration into tests of octets, and what the members of a class get. RFC 2132
// section 9.13, RFC 3004, RFC 3046, RFC 3925, RFC 4578.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/config/config.h"
#include "melange/dhcp/option_set.h"
#include "melange/dhcp/query4.h"
#include "melange/store/address.h"

namespace melange::dhcp {

struct ServedClass {
  std::string name;
  bool ignore = false;  // its members are not answered
  std::optional<base::Seconds> lease_time;
  std::optional<base::Seconds> min_lease_time;
  std::optional<base::Seconds> max_lease_time;
  OptionSet4 options;
  store::Boot boot;
};

// Those that a client belongs to, in the order of the configuration: earlier ones win.
using ClassList = base::InlineVector<const ServedClass*, base::limits::kClassesOfOne>;

class ClassSet {
 public:
  ClassSet() = default;
  explicit ClassSet(std::span<const config::Class> classes);

  bool empty() const { return classes_.empty(); }
  // The classes of the client that sent `query`: whose conditions it meets, or that its reservation
  // names. `relay` is what its relay says of it, now or at its last REQUEST. `known`: whether it
  // has a reservation. More than fit the list are left out.
  ClassList match(const Query4& query, const wire::RelayInfo* relay, bool known,
                  std::span<const std::string> named) const;

 private:
  // Whose octets a test looks at.
  enum class Subject : std::uint8_t {
    kVendorClass,
    kUserClass,
    kUuid,
    kMac,
    kCircuitId,
    kRemoteId,
    kSubscriberId,
    kRelayId,
  };
  static constexpr std::size_t kSubjects = 8;
  using Subjects = std::array<base::Bytes, kSubjects>;

  // One of `any` must fit.
  struct OctetTest {
    Subject subject = Subject::kVendorClass;
    std::vector<config::OctetPattern> any;
  };
  struct Conditions {
    bool by_name_only = false;  // no condition: only reservations name it
    std::vector<OctetTest> octets;
    std::vector<std::uint32_t> enterprises;
    std::vector<std::uint16_t> arch;
    std::vector<net::Prefix> relays;
    std::vector<std::uint8_t> has_options;
    std::optional<bool> known;
  };

  static Conditions compile(const config::Match& match);
  static Subjects subjects_of(const Query4& query, const wire::RelayInfo* relay);
  static bool fits(const OctetTest& test, const Subjects& subjects);
  static bool meets(const Conditions& conditions, const Query4& query, const Subjects& subjects,
                    bool known);

  std::vector<ServedClass> classes_;
  std::vector<Conditions> conditions_;  // of each
};

}  // namespace melange::dhcp
