// SPDX-License-Identifier: Apache-2.0
//
// Somebody may write the token itself where its digest, id or scope belongs, so what is said of
// these does not repeat them (hostile.md H14).
#include "melange/config/tokens.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "checks.h"
#include "file.h"
#include "guard.h"
#include "once.h"
#include "reader.h"
#include "toml.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::size_t kDigest = 32;
constexpr std::string_view kDigestKind = "sha256:";
constexpr std::string_view kPreamble =
    "# Bearer tokens of Melange's API, as digests; `melange token new` adds one.\n";
constexpr std::array<std::string_view, 3> kPlainScopes{"admin", "read", "write"};

struct Digest {
  std::vector<std::uint8_t> octets;
};

// A [[token]] as it is written.
struct Row {
  unsigned line = 0;
  At<std::string> id;
  Digest digest;
  At<std::vector<std::string>> scopes;
  std::string created;
  std::string comment;
};

struct File {
  std::vector<Row> tokens;
};

Complaint token_id(const std::string& id) {
  // An underscore ends the id within a token's text.
  if (!plain_name(id) && id.find('_') == std::string::npos) return std::nullopt;
  return "is no token's name; write 1 to 64 letters, digits, '.' and '-'";
}

Complaint scope(const std::string& scope) {
  if (std::ranges::find(kPlainScopes, scope) != kPlainScopes.end()) return std::nullopt;
  if (scope.starts_with(kTenantScope) && !plain_name(scope.substr(kTenantScope.size()))) {
    return std::nullopt;
  }
  return R"(holds an unknown scope; known are "admin", "read", "write" and "tenant:NAME")";
}

}  // namespace

template <>
struct Codec<Digest> {
  static Decoded<Digest> read(const Node& node) {
    const auto* text = std::get_if<std::string>(&node.value);
    const bool fits = text != nullptr && text->starts_with(kDigestKind) &&
                      text->size() == kDigestKind.size() + 2 * kDigest;
    auto octets = fits ? base::parse_hex(text->substr(kDigestKind.size())) : std::nullopt;
    if (octets && octets->size() == kDigest) return Digest{std::move(*octets)};
    return std::unexpected(cat("expected \"", kDigestKind, "\" and ", 2 * kDigest, " hex digits"));
  }
};

template <>
struct Fields<Row> {
  static constexpr std::tuple kAll{
      Field{.key = "id", .member = &Row::id, .help = "", .check = token_id, .required = true},
      Field{.key = "digest", .member = &Row::digest, .help = "", .required = true},
      Field{.key = "scopes", .member = &Row::scopes, .help = "", .check = scope, .required = true},
      Field{.key = "created", .member = &Row::created, .help = ""},
      Field{.key = "comment", .member = &Row::comment, .help = ""},
  };
};

template <>
struct Fields<File> {
  static constexpr std::tuple kAll{
      Field{.key = "token", .member = &File::tokens, .help = ""},
  };
};

namespace {

bool opens_something(const std::vector<std::string>& scopes) {
  return std::ranges::any_of(scopes, [](const std::string& scope) {
    return scope == "admin" || scope.starts_with(kTenantScope);
  });
}

void check_rows(const std::vector<Row>& rows, Mistakes& mistakes) {
  std::set<unsigned> mistaken_lines;
  for (const Mistake& mistake : mistakes) mistaken_lines.insert(mistake.line);
  Once<std::string> ids(mistakes);
  for (const Row& row : rows) {
    const auto& [id, line] = row.id;
    if (!id.empty()) ids.add(id, line, "the id", "; each token needs its own");
    const auto& scopes = row.scopes;
    const bool known = scopes.line != 0 && !mistaken_lines.contains(scopes.line);
    if (!known || opens_something(scopes.value)) continue;
    mistakes.push_back({scopes.line, R"(scopes: open nothing; add "admin" or "tenant:NAME")"});
  }
}

TokenEntry entry_of(Row row) {
  return {std::move(row.id.value), std::move(row.digest.octets), std::move(row.scopes.value),
          std::move(row.comment), std::move(row.created)};
}

std::string toml_of(const TokenEntry& token) {
  std::vector<std::string> scopes;
  for (const std::string& scope : token.scopes) scopes.push_back(base::json_quote(scope));
  return cat("[[token]]\nid = ", base::json_quote(token.id), "\ndigest = \"", kDigestKind,
             base::hex(token.digest), "\"\nscopes = [", base::join(scopes, ", "),
             "]\ncreated = ", base::json_quote(token.created),
             "\ncomment = ", base::json_quote(token.comment), "\n");
}

std::string with_token(std::string content, const TokenEntry& token) {
  if (content.empty()) content = kPreamble;
  if (!content.ends_with('\n')) content += '\n';
  return cat(content, '\n', toml_of(token));
}

// What the path leads to: a link to the file must not be replaced by the file.
std::string target_of(const std::string& path) {
  std::error_code failed;
  const auto target = std::filesystem::canonical(path, failed);
  return failed ? path : target.string();
}

std::unexpected<Mistakes> refused(const base::Error& error) {
  return std::unexpected(Mistakes{{0, error.message}});
}

}  // namespace

std::expected<std::vector<TokenEntry>, Mistakes> parse_tokens(std::string_view toml) {
  if (auto hazard = find_hazard(toml)) return std::unexpected(Mistakes{std::move(*hazard)});
  const auto tree = parse_toml(toml);
  // What toml++ says repeats the text around the fault.
  if (!tree) return std::unexpected(Mistakes{{tree.error().line, "is no TOML from here on"}});
  Mistakes mistakes;
  File file = Reader(mistakes).read_table<File>(std::get<Table>(tree->value), 0, "");
  check_rows(file.tokens, mistakes);
  if (mistakes.empty() && file.tokens.empty()) {
    mistakes.push_back({0, "has no token; `melange token new` adds one"});
  }
  if (!mistakes.empty()) {
    sort_out(mistakes);
    return std::unexpected(std::move(mistakes));
  }
  std::vector<TokenEntry> tokens;
  for (Row& row : file.tokens) tokens.push_back(entry_of(std::move(row)));
  return tokens;
}

std::expected<std::vector<TokenEntry>, Mistakes> load_tokens(const std::string& path) {
  const auto content = read_file(path, Secrecy::kOwnerOnly);
  if (!content) return std::unexpected(content.error());
  return parse_tokens(*content);
}

std::expected<void, Mistakes> add_token(const std::string& path, const TokenEntry& token) {
  if (auto checked = parse_tokens(toml_of(token)); !checked) {
    for (Mistake& mistake : checked.error()) mistake.line = 0;
    return std::unexpected(std::move(checked.error()));
  }
  const std::string target = target_of(path);
  const auto folder = lock_folder_of(target);
  if (!folder) return refused(folder.error());
  std::string content;
  if (std::error_code ignored; std::filesystem::exists(target, ignored)) {
    auto present = read_file(target, Secrecy::kOwnerOnly);
    if (!present) return std::unexpected(std::move(present.error()));
    content = std::move(*present);
  }
  content = with_token(std::move(content), token);
  if (auto checked = parse_tokens(content); !checked) return std::unexpected(checked.error());
  if (auto done = replace_file(*folder, target, content); !done) return refused(done.error());
  return {};
}

}  // namespace melange::config
