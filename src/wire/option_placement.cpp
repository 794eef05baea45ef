// SPDX-License-Identifier: Apache-2.0
//
// Nearly always everything fits into the options field, and that is found out by adding up. Else
// the smallest options move to file and sname until the rest fits, then one option may be split,
// and then the least wanted are left out. At most one attempt for each option, each linear:
// whatever a client asks for, the cost is bounded.
#include "option_placement.h"

#include <algorithm>

#include "melange/base/check.h"
#include "melange/base/inline.h"
#include "melange/wire/options4.h"
#include "message4_layout.h"

namespace melange::wire {
namespace {

using base::Bytes;

constexpr std::size_t kPartSize = 255;
constexpr std::size_t kPartOverhead = 2;  // code and length
constexpr std::size_t kEndSize = 1;
constexpr std::size_t kOverloadSize = 3;  // option 52

using Kept = std::bitset<kOptionsToSend>;

// Option 53 is what a client looks for first; RFC 3046 section 2.2: 82 is the last before End.
bool stays_in_options(std::uint8_t code) {
  return code == option4::kMessageType || code == option4::kRelayAgentInformation;
}

// One attempt to place the options in `kept`.
class Attempt {
 public:
  Attempt(const MessagePlan4& plan, std::size_t limit, const Kept& kept);

  bool fits() const { return used_ <= room_; }
  // Lets file and sname be used, which costs the octets of option 52.
  void allow_overload();
  void move_small_ones(std::span<const std::uint8_t> by_size);
  void split_longest();
  const Placement& placement() const { return placement_; }

 private:
  bool movable(std::size_t index) const;
  bool move_to(OptionArea area, std::size_t& area_room, std::size_t index);
  std::optional<std::size_t> longest() const;

  const MessagePlan4& plan_;
  Placement placement_;
  std::size_t room_;      // of the options field, without End
  std::size_t used_ = 0;  // of it
  std::size_t file_room_ = 0;
  std::size_t sname_room_ = 0;
};

Attempt::Attempt(const MessagePlan4& plan, std::size_t limit, const Kept& kept)
    : plan_(plan), room_(limit - kHeaderSize4 - kEndSize) {
  for (std::size_t i = 0; i < plan.options.size(); ++i) {
    if (!kept[i]) continue;
    placement_.areas[i] = OptionArea::kOptions;
    used_ += encoded_size(plan.options[i].value);
  }
}

void Attempt::allow_overload() {
  room_ -= kOverloadSize;
  if (plan_.file.empty()) file_room_ = kFileSize - kEndSize;
  if (plan_.sname.empty()) sname_room_ = kSnameSize - kEndSize;
}

bool Attempt::movable(std::size_t index) const {
  return placement_.areas[index] == OptionArea::kOptions &&
         !stays_in_options(plan_.options[index].code);
}

bool Attempt::move_to(OptionArea area, std::size_t& area_room, std::size_t index) {
  const std::size_t size = encoded_size(plan_.options[index].value);
  if (size > area_room) return false;
  placement_.areas[index] = area;
  placement_.overload |= area == OptionArea::kFile ? kOverloadFile : kOverloadSname;
  area_room -= size;
  used_ -= size;
  return true;
}

void Attempt::move_small_ones(std::span<const std::uint8_t> by_size) {
  for (const std::size_t index : by_size) {
    if (fits()) return;
    if (!movable(index)) continue;
    if (!move_to(OptionArea::kFile, file_room_, index)) {
      move_to(OptionArea::kSname, sname_room_, index);
    }
  }
}

std::optional<std::size_t> Attempt::longest() const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < plan_.options.size(); ++i) {
    if (!movable(i)) continue;
    if (!found || plan_.options[*found].value.size() < plan_.options[i].value.size()) found = i;
  }
  return found;
}

// Moves just so many octets of the longest option out of the options field that the rest fits.
void Attempt::split_longest() {
  const auto index = longest();
  if (fits() || !index) return;
  const auto usable = [](std::size_t area_room) {
    return area_room > kPartOverhead ? area_room - kPartOverhead : 0;
  };
  const Bytes value = plan_.options[*index].value;
  SplitOption split{.index = *index};
  std::size_t excess = std::min(used_ - room_, value.size());
  split.in_options = value.size() - excess;
  split.in_file = std::min(excess, usable(file_room_));
  excess -= split.in_file;
  split.in_sname = std::min(excess, usable(sname_room_));
  if (split.in_sname < excess) return;
  used_ -= encoded_size(value);
  if (split.in_options > 0) used_ += encoded_size(value.first(split.in_options));
  placement_.split = split;
  if (split.in_file > 0) placement_.overload |= kOverloadFile;
  if (split.in_sname > 0) placement_.overload |= kOverloadSname;
}

std::optional<Placement> try_to_place(const MessagePlan4& plan, std::size_t limit,
                                      std::span<const std::uint8_t> by_size, const Kept& kept) {
  Attempt attempt(plan, limit, kept);
  if (!attempt.fits()) {
    attempt.allow_overload();
    attempt.move_small_ones(by_size);
    attempt.split_longest();
  }
  return attempt.fits() ? std::optional(attempt.placement()) : std::nullopt;
}

bool all_fit(const MessagePlan4& plan, std::size_t limit) {
  std::size_t size = kHeaderSize4 + kEndSize;
  for (const OptionToSend& option : plan.options) size += encoded_size(option.value);
  return size <= limit;
}

// Places in the plan, the shortest option first.
base::InlineVector<std::uint8_t, kOptionsToSend> indices_by_size(const MessagePlan4& plan) {
  base::InlineVector<std::uint8_t, kOptionsToSend> indices;
  for (std::size_t i = 0; i < plan.options.size(); ++i) {
    indices.push_back(static_cast<std::uint8_t>(i));
  }
  std::ranges::sort(indices.begin(), indices.end(), {},
                    [&](std::uint8_t i) { return std::pair(plan.options[i].value.size(), i); });
  return indices;
}

}  // namespace

std::optional<Bytes> Placement::part(const MessagePlan4& plan, std::size_t index,
                                     OptionArea area) const {
  const Bytes value = plan.options[index].value;
  if (!split || split->index != index) {
    return areas[index] == area ? std::optional(value) : std::nullopt;
  }
  const std::size_t behind_file = split->in_options + split->in_file;
  const Bytes part = area == OptionArea::kOptions ? value.first(split->in_options)
                     : area == OptionArea::kFile  ? value.subspan(split->in_options, split->in_file)
                                                  : value.subspan(behind_file);
  return part.empty() ? std::nullopt : std::optional(part);
}

std::size_t encoded_size(Bytes value) {
  const std::size_t parts = std::max<std::size_t>(1, (value.size() + kPartSize - 1) / kPartSize);
  return value.size() + kPartOverhead * parts;
}

std::optional<Placement> place_options(const MessagePlan4& plan, std::size_t limit) {
  base::check(plan.options.size() <= kOptionsToSend);
  std::optional<Placement> best;
  if (all_fit(plan, limit)) {
    best.emplace().areas.fill(OptionArea::kOptions);
    return best;
  }
  const auto by_size = indices_by_size(plan);
  const std::span order(by_size.begin(), by_size.size());
  Kept kept = Kept().set();
  best = try_to_place(plan, limit, order, kept);
  if (best) return best;
  for (std::size_t i = 0; i < plan.options.size(); ++i) kept[i] = plan.options[i].required;
  best = try_to_place(plan, limit, order, kept);
  for (std::size_t i = 0; best && i < plan.options.size(); ++i) {
    if (kept[i]) continue;
    kept.set(i);
    if (auto with_one_more = try_to_place(plan, limit, order, kept)) {
      best = with_one_more;
    } else {
      kept.reset(i);
    }
  }
  return best;
}

}  // namespace melange::wire
