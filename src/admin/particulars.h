// SPDX-License-Identifier: Apache-2.0
//
// What several resources' bodies say of those who get addresses: checks that a shape cannot make.
// Faults are added to `faults`, under the field's name.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "body.h"
#include "melange/base/limits.h"
#include "melange/ipam/allocate.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::int64_t kLongestHostname = 253;  // RFC 1035 section 2.3.4, as a text

inline constexpr std::array kBootGiven{
    Field{"server", Type::kAddress, "Where the file is to be had: siaddr, and option 66. IPv4."},
    Field{.name = "server_name",
          .help = "The server's name: sname.",
          .most = base::limits::kServerNameSize},
    Field{.name = "file",
          .help = "What the client asks that server for: file, and option 67. Over 127 octets: "
                  "option 67 alone.",
          .most = base::limits::kBootFileSize},
};
inline constexpr Shape kBootBody{"new_boot", "", kBootGiven};

inline constexpr Field kBootField{
    .name = "boot",
    .type = Type::kObject,
    .help = "Where clients boot from; replaced as a whole. Options 66 and 67, if given, go before.",
    .inner = &kBootBody};
inline constexpr Field kForceField{"force", Type::kOptionCodes, kForceHelp};
inline constexpr Field kClassesField{"classes", Type::kClasses, kClassesHelp};

inline constexpr std::array kOnConflict{std::string_view("refuse"), std::string_view("wait")};

// RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
bool is_hostname(std::string_view text);

// The field `boot`, if the body has it.
void check_boot(const Body& body, Faults& faults);
void update_boot(const Body& body, store::Boot& boot);
// An IPv4 address that a host can have.
bool is_host(const net::Address& address);

// The fields `hostname`, `options`, `force`, `boot` and `classes`; what is absent is as in
// `before`, null is none.
ipam::Particulars read_particulars(const Body& body, ipam::Particulars before, Faults& faults);
// A MAC that an interface can have; nothing if the field is absent. `at` ("interfaces[0].") stands
// before the field's name in its fault.
std::optional<net::Mac> read_mac(const Body& body, std::string_view name, const std::string& at,
                                 Faults& faults);

}  // namespace melange::admin
