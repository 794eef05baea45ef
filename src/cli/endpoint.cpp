// SPDX-License-Identifier: Apache-2.0
#include "endpoint.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <utility>

#include "melange/base/text.h"

namespace melange::cli {
namespace {

using base::cat;
using base::failure;
using base::Fault;

constexpr std::size_t kTokenSize = 4096;
constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kDefaultPorts[] = {"80", "443"};  // by whether it is TLS

std::unexpected<base::Error> no_url(std::string_view url, std::string_view why) {
  return failure(Fault::kInvalid, cat("--url ", base::escape(url), ": ", why,
                                      "; write http://HOST:PORT or https://HOST:PORT"));
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

// Letters, digits, '.', '-', '_', and ':' inside of brackets.
bool is_host(std::string_view text, bool in_brackets) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return word || c == '.' || c == '-' || c == '_' || (in_brackets && c == ':');
  });
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

// Splits "host", "host:port", "[v6]" and "[v6]:port"; false if it is none of them.
bool split_authority(std::string_view text, Endpoint& out) {
  const bool in_brackets = text.starts_with('[');
  const std::size_t end = in_brackets ? text.find(']') : text.find(':');
  if (in_brackets && end == text.npos) return false;
  out.host = in_brackets ? text.substr(1, end - 1) : text.substr(0, end);
  std::string_view rest = end == text.npos ? "" : text.substr(in_brackets ? end + 1 : end);
  out.port = kDefaultPorts[out.tls ? 1 : 0];
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
  if (!rest.empty()) out.port = rest.substr(1);
  return is_host(out.host, in_brackets);
}

}  // namespace

std::string authority(const Endpoint& endpoint) {
  if (!endpoint.socket.empty()) return "localhost";
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = v6 ? cat('[', endpoint.host, ']') : endpoint.host;
  const bool usual = endpoint.port == kDefaultPorts[endpoint.tls ? 1 : 0];
  return usual ? host : cat(host, ':', endpoint.port);
}

std::string text(const Endpoint& endpoint) {
  if (!endpoint.socket.empty()) return cat(kUnix, base::escape(endpoint.socket));
  return cat(endpoint.tls ? "https://" : "http://", authority(endpoint));
}

Endpoint unix_socket(std::string path) {
  Endpoint out;
  out.socket = std::move(path);
  return out;
}

base::Result<Endpoint> parse_url(std::string_view url) {
  Endpoint out;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    out.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return no_url(url, "it has no scheme that is known");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != rest.npos) return no_url("...@...", "a password there is seen by ps");
  if (rest.find_first_of("/?#") != rest.npos) return no_url(url, "it has a path");
  if (!split_authority(rest, out)) return no_url(url, "its host or port cannot be");
  return out;
}

base::Result<std::string> socket_of(std::span<const std::string> listen) {
  for (const std::string& address : listen) {
    if (address.starts_with(kUnix)) return address.substr(kUnix.size());
  }
  return failure(Fault::kInvalid, "[http] listen names no unix socket; give the server by --url");
}

base::Result<Endpoint> with_token(Endpoint endpoint, std::string_view token) {
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
  if (token.empty() || !printable) {
    return failure(Fault::kInvalid, "the token is empty, or has a character that none has");
  }
  if (!endpoint.tls && endpoint.socket.empty() && !is_loopback(endpoint.host)) {
    return failure(Fault::kInvalid, cat("the token would cross the network to ", text(endpoint),
                                        " for all to read; use https://"));
  }
  endpoint.token = token;
  return endpoint;
}

base::Result<std::string> read_token(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::system_error(cat("--token-file ", base::escape(path)), errno);
  std::string token(kTokenSize + 1, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<std::size_t>(file.gcount()));
  if (token.size() > kTokenSize) {
    return failure(Fault::kInvalid, cat("--token-file ", base::escape(path), ": this is no token"));
  }
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  return token;
}

}  // namespace melange::cli
