// SPDX-License-Identifier: Apache-2.0
#include "melange/admin/tokens.h"

#include <algorithm>

#include "melange/base/digest.h"
#include "melange/base/random.h"
#include "melange/base/text.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::string_view kPrefix = "mel_";
constexpr std::size_t kSecret = 32;

// The part of a token's text that may be shown; empty if it has none.
std::string_view id_of(std::string_view bearer) {
  if (!bearer.starts_with(kPrefix)) return {};
  bearer.remove_prefix(kPrefix.size());
  const std::size_t end = bearer.find('_');
  return end != std::string_view::npos ? bearer.substr(0, end) : std::string_view();
}

bool has(const std::vector<std::string>& scopes, std::string_view scope) {
  return std::ranges::find(scopes, scope) != scopes.end();
}

Principal principal_of(const config::TokenEntry& entry) {
  const bool admin = has(entry.scopes, "admin");
  Principal principal{
      .actor = cat("token:", entry.id),
      .admin = admin,
      // An admin writes too, unless "read" says that it only looks.
      .may_write = has(entry.scopes, "write") || (admin && !has(entry.scopes, "read")),
      .tenants = {},
  };
  for (const std::string& scope : entry.scopes) {
    if (!scope.starts_with(config::kTenantScope)) continue;
    principal.tenants.push_back(scope.substr(config::kTenantScope.size()));
  }
  return principal;
}

}  // namespace

base::Result<Tokens> Tokens::load(const std::string& path) {
  const auto entries = config::load_tokens(path);
  if (entries) return Tokens(*entries);
  std::string message = config::text(base::escape(path), entries.error());
  std::ranges::replace(message, '\n', ' ');  // an error is one line
  message.pop_back();
  return base::failure(base::Fault::kInvalid, std::move(message));
}

Tokens::Tokens(const std::vector<config::TokenEntry>& entries) {
  for (const config::TokenEntry& entry : entries) {
    by_id_.emplace(entry.id, Known{entry.digest, principal_of(entry)});
  }
}

std::optional<Principal> Tokens::find(std::string_view bearer) const {
  static constexpr std::array<std::uint8_t, 32> kNobody{};
  const auto known = by_id_.find(id_of(bearer));
  // An id that is not there costs the same digest and comparison.
  const base::Bytes wanted =
      known != by_id_.end() ? base::Bytes(known->second.digest) : base::Bytes(kNobody);
  const bool equal = base::equal_in_constant_time(base::sha256(base::bytes_of(bearer)), wanted);
  if (!equal || known == by_id_.end()) return std::nullopt;
  return known->second.principal;
}

base::Result<NewToken> make_token(std::string_view id) {
  std::array<std::uint8_t, kSecret> secret{};
  if (auto filled = base::fill_random(secret); !filled) return std::unexpected(filled.error());
  NewToken token{cat(kPrefix, id, '_', base::base64url(secret)), {}};
  const auto digest = base::sha256(base::bytes_of(token.text));
  token.digest.assign(digest.begin(), digest.end());
  return token;
}

}  // namespace melange::admin
