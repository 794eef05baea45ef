// SPDX-License-Identifier: Apache-2.0
//
// The built-in table of DHCPv4 options together with those that an operator defines: codes of site
// use (RFC 3942) or of a vendor, under a name and with a form. A table is a value: copies share
// what they hold, and none is ever changed.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/wire/datum.h"
#include "melange/wire/options4.h"

namespace melange::wire {

struct OptionDefinition4 {
  std::uint8_t code = 0;
  std::string name;  // small letters, digits and hyphens, starting with a letter
  Form form = Form::kHex;

  friend bool operator==(const OptionDefinition4&, const OptionDefinition4&) = default;
};

class OptionTable4 {
 public:
  OptionTable4() = default;  // the built-in options alone
  // This table and one more option, or one line on what is wrong with it and what to do: its code
  // or name is in the table already, or can be none.
  [[nodiscard]] std::expected<OptionTable4, std::string> with(OptionDefinition4 definition) const;

  // As find_option4 and option4_code. What is found lives as long as a copy of this table.
  const OptionSpec4* find(std::uint8_t code) const;
  const OptionSpec4* find(std::string_view name_or_number) const;
  std::optional<std::uint8_t> code(std::string_view name_or_number) const;
  // As decode_option4 and encode_option4.
  Datum decode(std::uint8_t code, base::Bytes octets) const;
  std::expected<std::vector<std::uint8_t>, std::string> encode(std::uint8_t code,
                                                               const Datum& datum) const;
  // What operators defined, ascending by code.
  std::span<const OptionSpec4> defined() const;

  friend bool operator==(const OptionTable4& a, const OptionTable4& b);

 private:
  struct Defined;
  std::shared_ptr<const Defined> defined_;  // none if there is nothing in it
};

// "224 site-id u32, 225 site-path text": what operators defined.
std::string text(const OptionTable4& table);

}  // namespace melange::wire
