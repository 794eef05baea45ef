// SPDX-License-Identifier: Apache-2.0
//
// What objects are made of, as data: those of requests and those of responses. From a shape come
// the check of a body (body.h), its part of /openapi.json and its part of docs/api.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace melange::admin {

enum class Type : std::uint8_t {
  kText,
  kName,     // letters, digits and ".", "_", "-", ":"; at most 64
  kInteger,  // a whole number; also as a text, as the first Melange took it
  kBoolean,
  kAddress,
  kCidr,  // address/length, host bits are cleared
  kMac,
  kMacs,          // one, or a list of at least one
  kSeconds,       // a whole number of seconds, or "1h30m"
  kTime,          // in responses
  kAddresses,     // a list
  kAnyAddresses,  // the same, or the text "any", which gives an empty list
  kTexts,         // a list
  kIntegers,      // a list
  kRange,         // "192.0.2.1-192.0.2.9", a CIDR or an address
  kRanges,        // a list of them
  kPools,         // a list of them, or of the shape `inner`
  kOptions,       // an object: DHCP options by name or number
  kOptionCodes,   // a list of such names or numbers
  kSentOptions,   // as kOptions, but of a client: also what only clients and the protocol set
  kAskedOptions,  // as kOptionCodes, likewise
  kClasses,       // a list: names of client classes
  kTags,          // an object: texts by key
  kObject,        // of the shape `inner`
  kObjects,       // a list of the shape `inner`
  kAny,           // in responses: whatever it is
};

enum class Need : std::uint8_t {
  kOptional,
  kCreation,  // must be there in a POST
  kAlways,    // must be there
};

struct Shape;

struct Field {
  std::string_view name;
  Type type = Type::kText;
  std::string_view help{};
  Need need = Need::kOptional;
  std::int64_t least = 0;                       // of an integer or of seconds
  std::int64_t most = 0;                        // the same, or the length of a text; 0: the default
  std::span<const std::string_view> choices{};  // of a text
  std::string_view otherwise{};                 // what is said of a value that is not of the type
  const Shape* inner = nullptr;
  bool nullable = false;  // in responses: it may be null
};

constexpr Field or_null(Field field) {
  field.nullable = true;
  return field;
}

struct Shape {
  std::string_view name;     // in the schema
  std::string_view wrapper;  // the one member around it: "ip_block"; empty: there is none
  std::span<const Field> fields;
};

inline constexpr std::int64_t kLongestText = 255;
inline constexpr std::size_t kLongestName = 64;
inline constexpr std::size_t kLongestList = 256;

const Field* find_field(const Shape& shape, std::string_view name);

}  // namespace melange::admin
