// SPDX-License-Identifier: Apache-2.0
#include "endpoint.h"

#include <charconv>
#include <optional>

#include "melange/base/text.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::size_t kSocketPath = 107;  // sockaddr_un's 108 octets without the NUL
constexpr std::string_view kUnix = "unix:";
constexpr net::Uint128 kLoopback6 = 1;  // RFC 4291 section 2.5.3: ::1

std::expected<Endpoint, std::string> parse_path(std::string_view text) {
  const std::string_view path = text.substr(kUnix.size());
  if (!path.starts_with('/')) {
    return std::unexpected(cat(quoted(text), " has no absolute path; begin it with /"));
  }
  if (path.size() > kSocketPath) {
    return std::unexpected(
        cat(quoted(text), " is longer than the ", kSocketPath, " octets of a socket's path"));
  }
  return Endpoint{.unix_path = std::string(path), .address = {}, .port = 0};
}

// A host as URLs write it: IPv6 in brackets, and IPv4 without.
std::optional<net::Address> parse_host(std::string_view host) {
  const bool in_brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  const auto address = net::Address::parse(host);
  return address && address->is_v4() != in_brackets ? address : std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  // No leading zero: 0 itself would be a port of the kernel's choice, which nobody could know.
  return whole && text.front() != '0' ? std::optional(port) : std::nullopt;
}

}  // namespace

bool Endpoint::is_beyond_loopback() const {
  if (!unix_path.empty()) return false;
  return address.is_v4() ? !address.v4().is_loopback() : address.value() != kLoopback6;
}

std::expected<Endpoint, std::string> parse_endpoint(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_path(text);
  const std::size_t colon = text.rfind(':');
  const auto address =
      colon != std::string_view::npos ? parse_host(text.substr(0, colon)) : std::nullopt;
  if (!address) {
    return std::unexpected(cat(quoted(text),
                               " is nothing to listen on; write it like \"127.0.0.1:9898\", ",
                               "\"[::1]:9898\" or \"unix:/run/melange/admin.sock\""));
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::unexpected(cat(quoted(text), " has no port from 1 to 65535"));
  return Endpoint{.unix_path = {}, .address = *address, .port = *port};
}

}  // namespace melange::config
