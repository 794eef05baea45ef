// SPDX-License-Identifier: Apache-2.0
//
// Prefixes (CIDR blocks), ranges of addresses, and sets of disjoint ranges: what pools, exclusions
// and policies are compiled to, so that their cost does not depend on how many addresses they hold.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/net/address.h"

namespace melange::net {

// Addresses first..last, both included, of one family.
class Range {
 public:
  // Nothing if the families differ or last < first.
  static std::optional<Range> make(Address first, Address last);
  // "192.0.2.10-192.0.2.20", a CIDR block, or one address.
  static std::optional<Range> parse(std::string_view text);

  Address first() const { return first_; }
  Address last() const { return last_; }
  Family family() const { return first_.family(); }
  // The number of addresses; ::/0 has one more than 128 bits hold and reports the largest number.
  Uint128 size() const;
  bool contains(Address address) const;
  bool contains(const Range& other) const;
  bool overlaps(const Range& other) const;
  auto operator<=>(const Range&) const = default;

 private:
  Range(Address first, Address last) : first_(first), last_(last) {}

  Address first_;
  Address last_;
};

// A network address and a length: 192.0.2.0/24.
class Prefix {
 public:
  // Host bits are cleared; nothing if the length is more than the family has.
  static std::optional<Prefix> make(Address address, unsigned length);
  // "address/length"; host bits are cleared (10.0.0.1/31 is 10.0.0.0/31).
  static std::optional<Prefix> parse(std::string_view text);

  Address network() const { return network_; }
  unsigned length() const { return length_; }
  Family family() const { return network_.family(); }
  // The highest address: for IPv4 the broadcast address.
  Address last() const;
  Range range() const;
  bool contains(Address address) const;
  bool overlaps(const Prefix& other) const;
  // 255.255.255.0 for a /24; must be IPv4.
  Ipv4 netmask() const;
  auto operator<=>(const Prefix&) const = default;

 private:
  Prefix(Address network, unsigned length) : network_(network), length_(length) {}

  Address network_;
  unsigned length_ = 0;
};

// Disjoint ranges of one family in ascending order; neighbours are joined.
class RangeSet {
 public:
  RangeSet() = default;
  explicit RangeSet(std::span<const Range> ranges);

  void add(const Range& range);
  void remove(const Range& range);
  bool contains(Address address) const;  // O(log n)
  // The range that holds `address`, if one does. O(log n)
  std::optional<Range> find(Address address) const;
  std::span<const Range> ranges() const& { return ranges_; }
  std::span<const Range> ranges() && = delete;  // the set would be gone before its ranges are read
  bool empty() const { return ranges_.empty(); }
  Uint128 size() const;
  bool operator==(const RangeSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

std::string text(const Range& range);
std::string text(const Prefix& prefix);

}  // namespace melange::net
