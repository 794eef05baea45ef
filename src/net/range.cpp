// SPDX-License-Identifier: Apache-2.0
#include "melange/net/range.h"

#include <algorithm>
#include <charconv>

#include "melange/base/check.h"
#include "melange/base/text.h"

namespace melange::net {

using base::check;

std::optional<Range> Range::make(Address first, Address last) {
  if (first.family() != last.family() || last < first) return std::nullopt;
  return Range(first, last);
}

std::optional<Range> Range::parse(std::string_view text) {
  if (const auto prefix = Prefix::parse(text)) return prefix->range();
  const std::size_t dash = text.find('-');
  const auto first = Address::parse(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : Address::parse(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return make(*first, *last);
}

Uint128 Range::size() const {
  const Uint128 distance = last_.value() - first_.value();
  return distance == ~Uint128{0} ? distance : distance + 1;
}

bool Range::contains(Address address) const { return first_ <= address && address <= last_; }

bool Range::contains(const Range& other) const {
  return contains(other.first_) && contains(other.last_);
}

bool Range::overlaps(const Range& other) const {
  return first_ <= other.last_ && other.first_ <= last_;
}

std::optional<Prefix> Prefix::make(Address address, unsigned length) {
  const unsigned bits = width(address.family());
  if (length > bits) return std::nullopt;
  const Uint128 host_mask =
      length == 0 ? last_value(address.family()) : (Uint128{1} << (bits - length)) - 1;
  return Prefix(Address::of(address.family(), address.value() & ~host_mask), length);
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = Address::parse(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || leading_zero) {
    return std::nullopt;
  }
  return make(*address, length);
}

Address Prefix::last() const {
  const unsigned bits = width(family());
  const Uint128 host_mask =
      length_ == 0 ? last_value(family()) : (Uint128{1} << (bits - length_)) - 1;
  return Address::of(family(), network_.value() | host_mask);
}

Range Prefix::range() const { return *Range::make(network_, last()); }

bool Prefix::contains(Address address) const { return range().contains(address); }

bool Prefix::overlaps(const Prefix& other) const {
  return contains(other.network_) || other.contains(network_);
}

Ipv4 Prefix::netmask() const {
  check(family() == Family::kV4);
  return Ipv4(length_ == 0 ? 0 : ~std::uint32_t{0} << (32 - length_));
}

RangeSet::RangeSet(std::span<const Range> ranges) {
  for (const Range& range : ranges) add(range);
}

namespace {

// True if `a` ends just before `b` begins, or later: the two make one range.
bool touches(const Range& a, const Range& b) {
  if (a.overlaps(b)) return true;
  return a.last() < b.first() && a.last().next() == b.first();
}

}  // namespace

void RangeSet::add(const Range& range) {
  Address first = range.first();
  Address last = range.last();
  const auto joins = [&](const Range& other) {
    return touches(other, range) || touches(range, other);
  };
  for (const Range& other : ranges_) {
    if (!joins(other)) continue;
    first = std::min(first, other.first());
    last = std::max(last, other.last());
  }
  std::erase_if(ranges_, joins);
  const Range joined = *Range::make(first, last);
  ranges_.insert(std::ranges::lower_bound(ranges_, joined), joined);
}

void RangeSet::remove(const Range& range) {
  std::vector<Range> kept;
  for (const Range& other : ranges_) {
    if (!other.overlaps(range)) {
      kept.push_back(other);
      continue;
    }
    if (other.first() < range.first()) {
      kept.push_back(*Range::make(other.first(), range.first().previous()));
    }
    if (range.last() < other.last()) {
      kept.push_back(*Range::make(range.last().next(), other.last()));
    }
  }
  ranges_ = std::move(kept);
}

std::optional<Range> RangeSet::find(Address address) const {
  const auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::first);
  if (after == ranges_.begin()) return std::nullopt;
  const Range& candidate = *std::prev(after);
  return candidate.contains(address) ? std::optional(candidate) : std::nullopt;
}

bool RangeSet::contains(Address address) const { return find(address).has_value(); }

Uint128 RangeSet::size() const {
  Uint128 total = 0;
  for (const Range& range : ranges_) total += range.size();
  return total;
}

std::string text(const Range& range) {
  if (range.first() == range.last()) return text(range.first());
  return base::cat(text(range.first()), '-', text(range.last()));
}

std::string text(const Prefix& prefix) {
  return base::cat(text(prefix.network()), '/', prefix.length());
}

}  // namespace melange::net
