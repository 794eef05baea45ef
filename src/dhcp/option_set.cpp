// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/option_set.h"

#include <algorithm>
#include <bit>

namespace melange::dhcp {

OptionSet4::OptionSet4(std::vector<store::OptionValue> values, std::span<const std::uint8_t> forced)
    : forced_(forced.begin(), forced.end()) {
  std::ranges::sort(values, {}, &store::OptionValue::code);
  for (const store::OptionValue& value : values) {
    codes_.push_back(value.code);
    octets_.insert(octets_.end(), value.octets.begin(), value.octets.end());
    ends_.push_back(static_cast<std::uint32_t>(octets_.size()));
    present_[value.code / 64] |= std::uint64_t{1} << value.code % 64;
  }
  for (std::size_t word = 1; word < present_.size(); ++word) {
    before_[word] =
        static_cast<std::uint8_t>(before_[word - 1] + std::popcount(present_[word - 1]));
  }
}

base::Bytes OptionSet4::find(std::uint8_t code) const {
  const std::uint64_t word = present_[code / 64];
  const std::uint64_t bit = std::uint64_t{1} << code % 64;
  if ((word & bit) == 0) return {};
  const auto at = static_cast<std::size_t>(before_[code / 64] + std::popcount(word & (bit - 1)));
  const std::size_t start = at == 0 ? 0 : ends_[at - 1];
  return base::Bytes(octets_).subspan(start, ends_[at] - start);
}

}  // namespace melange::dhcp
