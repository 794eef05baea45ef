// SPDX-License-Identifier: Apache-2.0
//
// What several resources' bodies say of those who get addresses: checks that a shape cannot make.
// Faults are added to `faults`, under `at` ("network.") and the field's name.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "body.h"
#include "melange/ipam/allocate.h"

namespace melange::admin {

inline constexpr std::int64_t kLongestHostname = 253;  // RFC 1035 section 2.3.4, as a text

inline constexpr std::array kOnConflict{std::string_view("refuse"), std::string_view("wait")};

// RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
bool is_hostname(std::string_view text);

// The fields `hostname` and `options`; what is absent is as in `before`, null is none.
ipam::Particulars read_particulars(const Body& body, ipam::Particulars before,
                                   const std::string& at, Faults& faults);
// A MAC that an interface can have; nothing if the field is absent.
std::optional<net::Mac> read_mac(const Body& body, std::string_view name, const std::string& at,
                                 Faults& faults);

}  // namespace melange::admin
