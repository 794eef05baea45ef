// SPDX-License-Identifier: Apache-2.0
//
// Options in wire form, ready to be copied into replies.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/store/address.h"

namespace melange::dhcp {

class OptionSet4 {
 public:
  OptionSet4() = default;
  // `forced`: codes that are sent to clients which do not ask for them.
  explicit OptionSet4(std::vector<store::OptionValue> values,
                      std::span<const std::uint8_t> forced = {});

  // Empty if the option is not there. All options here have at least one octet. O(1)
  base::Bytes find(std::uint8_t code) const;
  std::span<const std::uint8_t> codes() const { return codes_; }  // ascending
  std::span<const std::uint8_t> forced() const { return forced_; }

 private:
  std::array<std::uint64_t, 4> present_{};  // a bit for each code
  std::array<std::uint8_t, 4> before_{};    // how many codes are below that word's
  std::vector<std::uint8_t> codes_;
  std::vector<std::uint32_t> ends_;  // of each option's octets
  std::vector<std::uint8_t> octets_;
  std::vector<std::uint8_t> forced_;
};

}  // namespace melange::dhcp
