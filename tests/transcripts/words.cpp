// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include "melange/base/text.h"

namespace melange::test {

using base::cat;

namespace {

[[noreturn]] void reject(std::string_view what, std::string_view text) {
  throw std::invalid_argument(cat("not ", what, ": '", text, "'"));
}

std::uint8_t hex_octet(std::string_view text, std::string_view whole) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || value > 255) {
    reject("a MAC", whole);
  }
  return static_cast<std::uint8_t>(value);
}

}  // namespace

Words::Words(std::string line, unsigned number) : line_(std::move(line)), number_(number) {
  std::istringstream in(line_);
  for (std::string word; in >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      bare_.push_back(word);
    } else {
      pairs_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
}

void Words::fail(std::string_view what) const {
  throw std::invalid_argument(cat("line ", number_, ": ", what, ": ", line_));
}

std::string Words::next() {
  if (bare_.empty()) fail("a word is missing");
  std::string word = bare_.front();
  bare_.erase(bare_.begin());
  return word;
}

bool Words::take_word(std::string_view word) {
  const auto at = std::ranges::find(bare_, word);
  if (at == bare_.end()) return false;
  bare_.erase(at);
  return true;
}

std::optional<std::string> Words::take(std::string_view key) {
  const auto at = std::ranges::find(pairs_, key, &std::pair<std::string, std::string>::first);
  if (at == pairs_.end()) return std::nullopt;
  std::string value = at->second;
  pairs_.erase(at);
  return value;
}

std::vector<std::pair<std::string, std::string>> Words::take_pairs() {
  return std::exchange(pairs_, {});
}

Words Words::take_under(std::string_view beginning) {
  Words taken(line_, number_);
  taken.bare_.clear();
  taken.pairs_.clear();
  std::erase_if(pairs_, [&](const auto& pair) {
    if (!pair.first.starts_with(beginning)) return false;
    taken.pairs_.emplace_back(pair.first.substr(beginning.size()), pair.second);
    return true;
  });
  return taken;
}

void Words::finish() const {
  if (!bare_.empty()) fail(cat("unknown word '", bare_.front(), "'"));
  if (!pairs_.empty()) fail(cat("unknown key '", pairs_.front().first, "'"));
}

base::Seconds duration_of(const std::string& text) {
  const auto duration = base::parse_duration(text);
  if (!duration) reject("a duration", text);
  return *duration;
}

unsigned number_of(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) reject("a number", text);
  return value;
}

bool yes_or_no(const std::string& text) {
  if (text != "yes" && text != "no") reject("yes or no", text);
  return text == "yes";
}

net::Mac short_mac(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto mac = net::Mac::parse(text);
    if (!mac) reject("a MAC", text);
    return *mac;
  }
  const auto before = base::split(text.substr(0, gap), ':');
  const auto after = base::split(text.substr(gap + 2), ':');
  if (before.size() + after.size() > 6) reject("a MAC", text);
  std::array<std::uint8_t, 6> octets{};
  for (std::size_t i = 0; i < before.size(); ++i) octets.at(i) = hex_octet(before[i], text);
  const std::size_t start = 6 - after.size();
  for (std::size_t i = 0; i < after.size(); ++i) octets.at(start + i) = hex_octet(after[i], text);
  return net::Mac(octets);
}

std::string short_text(const net::Mac& mac) {
  const std::string whole = text(mac);
  constexpr std::string_view kGap = ":00:00:00:00:";
  if (whole.substr(2, kGap.size()) != kGap) return whole;
  const std::size_t last = whole[15] == '0' ? 16 : 15;
  return cat(whole.substr(0, 2), "::", whole.substr(last));
}

net::Ipv4 short_address(std::string_view text, net::Ipv4 near) {
  if (!text.starts_with('.')) {
    const auto address = net::Ipv4::parse(text);
    if (!address) reject("an address", text);
    return *address;
  }
  const unsigned last = number_of(std::string(text.substr(1)));
  if (last > 255) reject("an address", text);
  return net::Ipv4((near.value() & 0xffffff00u) | last);
}

net::Range short_range(std::string_view text, net::Ipv4 near) {
  const auto dash = text.find('-');
  const auto first = short_address(text.substr(0, dash), near);
  const auto last =
      dash == std::string_view::npos ? first : short_address(text.substr(dash + 1), near);
  const auto range = net::Range::make(first, last);
  if (!range) reject("a range", text);
  return *range;
}

std::vector<std::uint8_t> octets_of(const std::string& hex) {
  const auto octets = base::parse_hex(hex);
  if (!octets) reject("hex", hex);
  return *octets;
}

}  // namespace melange::test
