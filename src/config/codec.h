// SPDX-License-Identifier: Apache-2.0
//
// One codec per type of value: how it is read from the tree, and how its default is printed. Lists,
// optional values and structs are made of these by parse.cpp and print.cpp. A type whose default is
// "nothing" needs no `write`.
#pragma once

#include <algorithm>
#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "melange/base/text.h"
#include "melange/config/config.h"
#include "node.h"

namespace melange::config {

// The value, or what is wrong ("expected an IPv4 address, not "x"").
template <class T>
using Decoded = std::expected<T, std::string>;

// "expected `what`, not ...".
std::unexpected<std::string> expected_instead(std::string_view what, const Node& node);

template <class T>
struct Codec;

template <>
struct Codec<bool> {
  static Decoded<bool> read(const Node& node);
  static std::string write(bool value);
};
template <>
struct Codec<std::uint16_t> {
  static Decoded<std::uint16_t> read(const Node& node);
  static std::string write(std::uint16_t value);
};
template <>
struct Codec<std::uint32_t> {
  static Decoded<std::uint32_t> read(const Node& node);
  static std::string write(std::uint32_t value);
};
// A text without control characters.
template <>
struct Codec<std::string> {
  static Decoded<std::string> read(const Node& node);
  static std::string write(const std::string& value);
};
// "1h30m"; more than 0. "infinite" too: fields that do not allow it say so in their check.
template <>
struct Codec<base::Seconds> {
  static Decoded<base::Seconds> read(const Node& node);
  static std::string write(base::Seconds value);
};
template <>
struct Codec<net::Ipv4> {
  static Decoded<net::Ipv4> read(const Node& node);
};
// IPv4 only, like ranges: IPv6 is refused by name. Host bits are cleared.
template <>
struct Codec<net::Prefix> {
  static Decoded<net::Prefix> read(const Node& node);
};
template <>
struct Codec<net::Range> {
  static Decoded<net::Range> read(const Node& node);
};
template <>
struct Codec<net::Mac> {
  static Decoded<net::Mac> read(const Node& node);
};

// Enumerations are read and written by their names.
template <class E>
struct Names;
template <>
struct Names<LogLevel> {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kAll{{
      {"trace", LogLevel::kTrace},
      {"debug", LogLevel::kDebug},
      {"info", LogLevel::kInfo},
      {"warn", LogLevel::kWarn},
      {"error", LogLevel::kError},
  }};
};
template <>
struct Names<LogFormat> {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 2> kAll{{
      {"text", LogFormat::kText},
      {"json", LogFormat::kJson},
  }};
};
template <>
struct Names<IdentityPolicy> {
  static constexpr std::array<std::pair<std::string_view, IdentityPolicy>, 3> kAll{{
      {"mac", IdentityPolicy::kMac},
      {"client-id", IdentityPolicy::kClientId},
      {"circuit-id", IdentityPolicy::kCircuitId},
  }};
};

template <class E>
  requires requires { Names<E>::kAll; }
struct Codec<E> {
  static Decoded<E> read(const Node& node) {
    const auto* text = std::get_if<std::string>(&node.value);
    std::string choices;
    for (const auto& [name, value] : Names<E>::kAll) {
      if (text != nullptr && *text == name) return value;
      choices += base::cat(choices.empty() ? "" : " or ", '"', name, '"');
    }
    return expected_instead(choices, node);
  }
  static std::string write(E value) {
    return base::cat('"', std::ranges::find(Names<E>::kAll, value, &Name::second)->first, '"');
  }

 private:
  using Name = std::pair<std::string_view, E>;
};

}  // namespace melange::config
