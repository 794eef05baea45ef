// SPDX-License-Identifier: Apache-2.0
//
// The file of bearer tokens that [http] tokens names. It holds digests, so that reading it lets
// nobody in; what it says is a secret all the same, and no message shows more of it than ids:
//
//     [[token]]
//     id = "ci-1"
//     digest = "sha256:<64 hex digits>"      of the whole text that the client shows
//     scopes = ["tenant:acme", "write"]
//     created = "2026-11-24T08:00:00Z"
//     comment = "the build farm"
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "melange/config/load.h"

namespace melange::config {

// A scope that opens one tenant is this and the tenant's name.
inline constexpr std::string_view kTenantScope = "tenant:";

struct TokenEntry {
  std::string id;                    // letters, digits, '.' and '-'; unique
  std::vector<std::uint8_t> digest;  // SHA-256, 32 octets
  // "admin", "read", "write" or "tenant:NAME"; "admin" or a tenant is among them.
  std::vector<std::string> scopes;
  std::string comment;
  std::string created;

  bool operator==(const TokenEntry&) const = default;
};

// The tokens of the file at `path`, which only its owner may be let into; never none (hostile.md
// C7). All mistakes at once, and bounds as for the configuration.
std::expected<std::vector<TokenEntry>, Mistakes> load_tokens(const std::string& path);
// The same for a text that is already in memory.
std::expected<std::vector<TokenEntry>, Mistakes> parse_tokens(std::string_view toml);

// Adds the token behind those that are in the file, which stay as they are written, or makes the
// file. Nothing changes if what would come of it is refused by `parse_tokens`; mistakes of the
// token itself have no line.
std::expected<void, Mistakes> add_token(const std::string& path, const TokenEntry& token);

}  // namespace melange::config
