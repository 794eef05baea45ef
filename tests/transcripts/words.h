// SPDX-License-Identifier: Apache-2.0
//
// One line of a transcript as words: bare ones ("at", "recv") and pairs ("mac=02::1"). Who reads a
// line takes its words out one by one; what is left at the end is a mistake in the transcript.
// Mistakes are thrown as std::invalid_argument, with the line in the message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "melange/base/time.h"
#include "melange/net/mac.h"
#include "melange/net/range.h"

namespace melange::test {

class Words {
 public:
  Words(std::string line, unsigned number);

  // The next bare word; throws if there is none.
  std::string next();
  // True, once, if the bare word is there.
  bool take_word(std::string_view word);
  // The value of the first pair with that key.
  std::optional<std::string> take(std::string_view key);
  // Its value in the form that the function gives.
  template <class Parse>
  auto take_as(std::string_view key, const Parse& parse)
      -> std::optional<decltype(parse(std::string()))> {
    const auto value = take(key);
    if (!value) return std::nullopt;
    return parse(*value);
  }
  // All pairs that are left.
  std::vector<std::pair<std::string, std::string>> take_pairs();
  // Takes out the pairs whose keys begin so, as a line of their own without that beginning.
  Words take_under(std::string_view beginning);
  // Throws if anything is left.
  void finish() const;
  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::string line_;
  unsigned number_;
  std::vector<std::string> bare_;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// The values of a transcript; each throws std::invalid_argument.
base::Seconds duration_of(const std::string& text);  // "1h", "infinite"
unsigned number_of(const std::string& text);
bool yes_or_no(const std::string& text);
net::Mac short_mac(std::string_view text);    // "02::1" is 02:00:00:00:00:01
std::string short_text(const net::Mac& mac);  // the reverse
// ".100" is the address of `near` with that last octet.
net::Ipv4 short_address(std::string_view text, net::Ipv4 near);
net::Range short_range(std::string_view text, net::Ipv4 near);  // ".100-.199"
std::vector<std::uint8_t> octets_of(const std::string& hex);

}  // namespace melange::test
