// SPDX-License-Identifier: Apache-2.0
//
// Which area of a reply each option goes to: the options field, file or sname (RFC 2131
// section 4.1, dhcp.md rule 14). Nothing is written here.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "melange/base/bytes.h"
#include "melange/wire/dhcp4.h"

namespace melange::wire {

enum class OptionArea : std::uint8_t { kLeftOut, kOptions, kFile, kSname };

// One option that is whole in no area: its first octets are in the options field, the next in file,
// the last in sname. RFC 3396 section 5: the parts follow the order of reading.
struct SplitOption {
  std::size_t index = 0;
  std::size_t in_options = 0;
  std::size_t in_file = 0;
  std::size_t in_sname = 0;
};

struct Placement {
  std::array<OptionArea, kOptionsToSend> areas{};  // by place in the plan
  std::optional<SplitOption> split;
  std::uint8_t overload = 0;  // the value of option 52; 0 if it is not sent

  // What of the plan's option `index` stands in `area`, if anything does.
  std::optional<base::Bytes> part(const MessagePlan4& plan, std::size_t index,
                                  OptionArea area) const;
};

// Octets that an option takes: two for each part of up to 255, and its value.
std::size_t encoded_size(base::Bytes value);

// The options of `plan` in a message of at most `limit` octets; nothing if a required one does not
// fit.
std::optional<Placement> place_options(const MessagePlan4& plan, std::size_t limit);

}  // namespace melange::wire
