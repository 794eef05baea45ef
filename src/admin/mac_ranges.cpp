// SPDX-License-Identifier: Apache-2.0
#include "mac_ranges.h"

#include <algorithm>
#include <charconv>

#include "etag.h"
#include "melange/base/text.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::MacRange;
using store::MacRangeId;
using store::ObjectKind;

constexpr unsigned kBits = 48;
// Shorter than this it is more than the 24 bits of any vendor, and would hold multicast MACs.
constexpr unsigned kLeastLength = 8;

// The lowest MAC that begins with the first `length` bits of `mac`.
net::Mac lowest(const net::Mac& mac, unsigned length) {
  std::array<std::uint8_t, 6> octets{};
  std::ranges::copy(mac.bytes(), octets.begin());
  for (unsigned i = 0; i < octets.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(length) - static_cast<int>(8 * i), 0, 8);
    octets.at(i) = static_cast<std::uint8_t>(octets.at(i) & (0xff00u >> kept));
  }
  return net::Mac(octets);
}

std::optional<MacRange> parse_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto mac = net::Mac::parse(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (!mac || !is_number || length < kLeastLength || length > kBits) return std::nullopt;
  MacRange range;
  range.first = lowest(*mac, length);
  range.length = static_cast<std::uint8_t>(length);
  return range;
}

bool overlaps(const MacRange& a, const MacRange& b) {
  const unsigned length = std::min(a.length, b.length);
  return lowest(a.first, length) == lowest(b.first, length);
}

// One MAC in two ranges would be given out twice as often as counted.
std::optional<Problem> in_the_way(const Call& call, const MacRange& range) {
  const auto numbers = call.view().list(store::Listing::all(ObjectKind::kMacRange), 0, SIZE_MAX);
  for (const std::uint64_t number : numbers) {
    const auto other = call.view().mac_range(MacRangeId{number});
    if (!other || !overlaps(range, *other)) continue;
    return conflict("",
                    cat("cidr overlaps with the range ", text(other->first), '/', other->length));
  }
  return std::nullopt;
}

Reply reply_of(const Call& call, const MacRange& range) {
  Reply reply;
  reply.body.emplace("mac_address_range", show(call.sight(), range));
  reply.revision = range.revision;
  return reply;
}

std::expected<MacRange, Problem> found(const Call& call) {
  const auto number = number_of(call, ObjectKind::kMacRange, call.path.get("range_id"));
  const auto range = number ? call.view().mac_range(MacRangeId{*number}) : std::nullopt;
  if (!range) return std::unexpected(not_found("mac_address_range"));
  return *range;
}

}  // namespace

Answer list_mac_ranges(const Call& call) {
  const auto after = marker_number(call, ObjectKind::kMacRange);
  if (!after) return std::unexpected(after.error());
  const auto shown = [&](std::uint64_t number) -> std::optional<json::object> {
    const auto range = call.view().mac_range(MacRangeId{number});
    return range ? std::optional(show(call.sight(), *range)) : std::nullopt;
  };
  return list(call, "mac_address_ranges", store::Listing::all(ObjectKind::kMacRange), *after,
              shown);
}

Answer create_mac_range(const Call& call) {
  auto range = parse_range(call.body.get_or<std::string>("cidr", ""));
  if (!range) return std::unexpected(invalid("cidr", "cidr is invalid"));
  if (range->first.is_multicast()) {
    return std::unexpected(invalid("cidr", "no interface has a multicast address"));
  }
  if (auto problem = in_the_way(call, *range)) return std::unexpected(std::move(*problem));
  range->id = MacRangeId{call.view().next_number(ObjectKind::kMacRange)};
  range->created = call.now();
  range->revision = call.next_revision();
  Reply reply = reply_of(call, *range);
  reply.location = cat("/v1/mac_address_ranges/",
                       uuid(call.view().store_id(), ObjectKind::kMacRange, range->id.value));
  reply.changes.emplace_back(store::Put<MacRange>{*range});
  return reply;
}

Answer show_mac_range(const Call& call) {
  const auto range = found(call);
  if (!range) return std::unexpected(range.error());
  return reply_of(call, *range);
}

Answer delete_mac_range(const Call& call) {
  const auto range = found(call);
  if (!range) return std::unexpected(range.error());
  if (auto problem = check_match(call, range->revision)) return std::unexpected(*problem);
  Reply reply;
  reply.changes.emplace_back(store::Erase<MacRange>{range->id});
  return reply;
}

}  // namespace melange::admin
