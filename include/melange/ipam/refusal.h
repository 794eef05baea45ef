// SPDX-License-Identifier: Apache-2.0
//
// Why what was asked of IPAM cannot be done: an answer, not a failure. Messages are the ones of
// ipam.md section 3 where it gives one.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace melange::ipam {

enum class Why : std::uint8_t {
  kInvalid,          // what was given is wrong whatever the state (400)
  kNotFound,         // it names something that is not there, or is somebody else's (404)
  kConflict,         // something else stands in the way (409)
  kManagedByConfig,  // it comes from the configuration file, and changes only there (409)
  kImpossible,       // not now: full, outside, denied, subnetted, other network (422)
};

struct Fault {
  std::string field;  // of the request; empty if it concerns the whole
  std::string message;
  bool operator==(const Fault&) const = default;
};

struct Refusal {
  Why why = Why::kInvalid;
  std::vector<Fault> faults;  // at least one
  bool operator==(const Refusal&) const = default;
};

template <class T>
using Verdict = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(Why why, std::string field,
                                                     std::string message) {
  return std::unexpected(Refusal{why, {{std::move(field), std::move(message)}}});
}

}  // namespace melange::ipam
