// SPDX-License-Identifier: Apache-2.0
//
// The names that clients give themselves: option 12 (RFC 2132 section 3.14) and option 81 (RFC
// 4702). Only host names of RFC 1123 section 2.1 pass, in the case in which they were sent; of
// anything else a client is served as if it had sent none (hostile.md W15, W16).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "melange/base/bytes.h"
#include "melange/base/inline.h"

namespace melange::wire {

inline constexpr std::size_t kHostNameSize = 253;  // as text, without a last dot
using HostName = base::InlineBytes<kHostNameSize>;

// 1 to 63 letters, digits and hyphens, none of these at an end. RFC 952, and RFC 1123 section 2.1:
// the first character may be a digit as well.
bool is_host_label(std::string_view label);
// Labels of 1 to 63 letters, digits and hyphens with dots between them; no hyphen at the ends of a
// label, no dot at the end of the name, no dotted quad.
bool is_host_name(std::string_view name);

// Option 12. NULs behind the name and one last dot are dropped.
std::optional<HostName> read_host_name(base::Bytes octets);

// Flags of RFC 4702 section 2.1.
namespace fqdn_flag {
inline constexpr std::uint8_t kS = 1;  // the server updates the A record
inline constexpr std::uint8_t kO = 2;  // the server does not do what S of the client asked for
inline constexpr std::uint8_t kE = 4;  // the name is in DNS wire form, else in ASCII
inline constexpr std::uint8_t kN = 8;  // the server makes no DNS updates
}  // namespace fqdn_flag

struct Fqdn {
  std::uint8_t flags = 0;  // those above; the reserved ones are dropped
  HostName name;           // empty: the client asks the server for a name
  bool complete = false;   // false: the name lacks its domain

  friend bool operator==(const Fqdn&, const Fqdn&) = default;
};

// Option 81. Nothing if it is malformed, its flags contradict each other, or its name is no host
// name.
std::optional<Fqdn> read_fqdn(base::Bytes octets);

// Room that every answer fits in: flags, two result codes, a name of 255 octets.
inline constexpr std::size_t kFqdnSize = 3 + 255;

// Writes the option that answers `asked`, for a server that makes no DNS updates (RFC 4702 section
// 4). `name` is complete if it ends with a dot, may be empty, and is written as `asked` was.
// Returns the size; 0, with nothing promised about `out`, if `name` is no host name or does not
// fit.
std::size_t write_fqdn(const Fqdn& asked, std::string_view name, base::MutableBytes out);

// "web1.lab.example. flags=ES"; without a last dot if the name is not complete.
std::string text(const Fqdn& fqdn);

}  // namespace melange::wire
