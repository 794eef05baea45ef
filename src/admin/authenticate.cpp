// SPDX-License-Identifier: Apache-2.0
#include "melange/admin/authenticate.h"

#include <algorithm>

namespace melange::admin {
namespace {

using http::Peer;

constexpr std::size_t kLongestValue = 1024;
constexpr std::string_view kScheme = "bearer";

// Of letters as they stand in a scheme (RFC 9110 section 11.1: case does not matter).
bool equal_without_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// "Bearer" and the token, with blanks between them.
std::expected<std::string_view, Unauthorized> token_of(std::string_view value) {
  if (value.size() > kLongestValue) return std::unexpected(Unauthorized::kTooLong);
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos || !equal_without_case(value.substr(0, blank), kScheme)) {
    return std::unexpected(Unauthorized::kNotBearer);
  }
  value.remove_prefix(std::min(value.find_first_not_of(' ', blank), value.size()));
  return value;
}

std::expected<Principal, Unauthorized> find(std::string_view value, const Tokens* tokens) {
  const auto token = token_of(value);
  if (!token) return std::unexpected(token.error());
  auto principal = tokens != nullptr ? tokens->find(*token) : std::nullopt;
  if (!principal) return std::unexpected(Unauthorized::kUnknownToken);
  return std::move(*principal);
}

}  // namespace

std::string_view text(Unauthorized reason) {
  switch (reason) {
    case Unauthorized::kMissing:
      return "this needs `Authorization: Bearer` and a token";
    case Unauthorized::kRepeated:
      return "there is more than one Authorization field";
    case Unauthorized::kTooLong:
      return "the Authorization field is longer than any token";
    case Unauthorized::kNotBearer:
      return "the Authorization field is not of the form `Bearer` and a token";
    case Unauthorized::kUnknownToken:
      return "the token is not known";
    case Unauthorized::kNoTokens:
      return "no tokens are configured, so other hosts are refused";
  }
  return "unknown";
}

std::expected<Principal, Unauthorized> authenticate(const http::Request& request,
                                                    const Tokens* tokens) {
  const Peer::Kind peer = request.peer.kind;
  if (tokens == nullptr && peer == Peer::Kind::kLoopback) return Principal::local();
  if (tokens == nullptr && peer == Peer::Kind::kRemote) {
    return std::unexpected(Unauthorized::kNoTokens);
  }
  const auto is_credential = [](const http::Field& f) { return f.name == "authorization"; };
  const auto count = std::ranges::count_if(request.fields, is_credential);
  if (count > 1) return std::unexpected(Unauthorized::kRepeated);
  if (count == 1) return find(std::ranges::find_if(request.fields, is_credential)->value, tokens);
  if (peer == Peer::Kind::kUnix) return Principal::local();
  return std::unexpected(Unauthorized::kMissing);
}

}  // namespace melange::admin
