// SPDX-License-Identifier: Apache-2.0
//
// A value as people write it, between configuration or JSON on one side and the octets of an option
// on the other: a small tree that TOML and JSON both map onto one to one.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace melange::wire {

struct Datum;
struct DatumField;
using DatumList = std::vector<Datum>;
using DatumRecord = std::vector<DatumField>;  // in the order of writing

struct Datum {
  std::variant<bool, std::int64_t, std::string, DatumList, DatumRecord> value;

  friend bool operator==(const Datum&, const Datum&) = default;
};

struct DatumField {
  std::string key;
  Datum value;

  friend bool operator==(const DatumField&, const DatumField&) = default;
};

// One line for people: lists joined with ", ", records as key=value, octets of text escaped.
std::string text(const Datum& datum);
// RFC 8259. A text that came from a client is escaped, whatever its octets.
std::string json(const Datum& datum);

}  // namespace melange::wire
