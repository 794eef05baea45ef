// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <limits>

#include "message.h"

namespace melange::config {
namespace {

using base::cat;

// The type's own parser applied to a text; `what` describes what it takes. IPv6 is named when it is
// the reason for a refusal.
template <class T, class Parse>
Decoded<T> parse_text(const Node& node, std::string_view what, Parse parse) {
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) return expected_instead(what, node);
  if (const std::optional<T> value = parse(*text)) return *value;
  if (text->find(':') != std::string::npos && net::Range::parse(*text)) {
    return std::unexpected(cat(quoted(*text), " is IPv6, which is not served yet"));
  }
  return expected_instead(what, node);
}

template <class T>
std::optional<T> only_v4(std::optional<T> value) {
  return value && value->family() == net::Family::kV4 ? value : std::nullopt;
}

template <class Number>
Decoded<Number> read_number(const Node& node) {
  constexpr std::int64_t kMost = std::numeric_limits<Number>::max();
  const auto* number = std::get_if<std::int64_t>(&node.value);
  if (number != nullptr && *number >= 0 && *number <= kMost) return static_cast<Number>(*number);
  return expected_instead(cat("a whole number from 0 to ", kMost), node);
}

}  // namespace

std::unexpected<std::string> expected_instead(std::string_view what, const Node& node) {
  return std::unexpected(cat("expected ", what, ", not ", shown(node)));
}

Decoded<bool> Codec<bool>::read(const Node& node) {
  if (const bool* flag = std::get_if<bool>(&node.value)) return *flag;
  return expected_instead("true or false", node);
}

std::string Codec<bool>::write(bool value) { return value ? "true" : "false"; }

Decoded<std::uint16_t> Codec<std::uint16_t>::read(const Node& node) {
  return read_number<std::uint16_t>(node);
}

std::string Codec<std::uint16_t>::write(std::uint16_t value) { return std::to_string(value); }

Decoded<std::uint32_t> Codec<std::uint32_t>::read(const Node& node) {
  return read_number<std::uint32_t>(node);
}

std::string Codec<std::uint32_t>::write(std::uint32_t value) { return std::to_string(value); }

Decoded<std::string> Codec<std::string>::read(const Node& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) return expected_instead("a text in quotes", node);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  if (std::ranges::any_of(*text, is_control)) {
    return std::unexpected(cat(quoted(*text), " has a control character"));
  }
  return *text;
}

std::string Codec<std::string>::write(const std::string& value) { return base::json_quote(value); }

Decoded<base::Seconds> Codec<base::Seconds>::read(const Node& node) {
  constexpr std::string_view kWhat = "a duration such as \"1h30m\" (units w d h m s)";
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) {
    const std::string hint = *number > 0 ? cat("; write \"", *number, "s\" for seconds") : "";
    return std::unexpected(cat("expected ", kWhat, ", not ", *number, hint));
  }
  const auto* text = std::get_if<std::string>(&node.value);
  const auto duration = text != nullptr ? base::parse_duration(*text) : std::nullopt;
  if (!duration) return expected_instead(kWhat, node);
  if (*duration <= base::Seconds{0}) {
    return std::unexpected(cat(quoted(*text), " is no time at all; write at least \"1s\""));
  }
  // RFC 2131 section 3.3: 0xffffffff on the wire means infinity, so no number of seconds may be it.
  if (*duration >= base::kInfinite && *text != "infinite") {
    return std::unexpected(
        cat(quoted(*text), " is longer than a lease can be; write \"infinite\""));
  }
  return *duration;
}

std::string Codec<base::Seconds>::write(base::Seconds value) {
  return cat('"', base::text(value), '"');
}

Decoded<net::Ipv4> Codec<net::Ipv4>::read(const Node& node) {
  return parse_text<net::Ipv4>(node, "an IPv4 address such as \"192.0.2.1\"", net::Ipv4::parse);
}

Decoded<net::Prefix> Codec<net::Prefix>::read(const Node& node) {
  return parse_text<net::Prefix>(
      node, "an IPv4 block such as \"192.0.2.0/24\"",
      [](std::string_view text) { return only_v4(net::Prefix::parse(text)); });
}

Decoded<net::Range> Codec<net::Range>::read(const Node& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  const std::size_t dash = text != nullptr ? text->find('-') : std::string::npos;
  if (dash != std::string::npos) {
    const auto first = net::Ipv4::parse(std::string_view(*text).substr(0, dash));
    const auto last = net::Ipv4::parse(std::string_view(*text).substr(dash + 1));
    if (first && last && *last < *first) {
      return std::unexpected(cat("range ", net::text(*first), '-', net::text(*last),
                                 " is reversed; write ", net::text(*last), '-', net::text(*first)));
    }
  }
  return parse_text<net::Range>(
      node, "a range such as \"192.0.2.10-192.0.2.20\", a block or an address",
      [](std::string_view range) { return only_v4(net::Range::parse(range)); });
}

Decoded<net::Mac> Codec<net::Mac>::read(const Node& node) {
  return parse_text<net::Mac>(node, "a MAC address such as \"52:54:00:12:34:56\"", net::Mac::parse);
}

}  // namespace melange::config
