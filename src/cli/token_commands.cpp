// SPDX-License-Identifier: Apache-2.0
#include "token_commands.h"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <expected>

#include "commands.h"
#include "melange/admin/tokens.h"
#include "melange/base/random.h"
#include "melange/base/text.h"
#include "melange/config/tokens.h"
#include "melange/io/clock.h"
#include "text_table.h"

namespace melange::cli {
namespace {

using base::cat;

// What a command found, or lines for standard error.
template <class T>
using Outcome = std::expected<T, std::string>;

std::unexpected<std::string> failed(const base::Error& error) {
  return std::unexpected(cat("melange: ", error.message, '\n'));
}

int fail(const std::string& lines) {
  std::fputs(lines.c_str(), stderr);
  return 1;
}

// A token that nobody has read is lost, so writing it may not fail in silence.
int print(const std::string& text) {
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return written ? 0 : fail("melange: standard output cannot be written\n");
}

Outcome<std::string> path_in(const std::string& config_path) {
  const auto config = config::load(config_path);
  if (!config) return std::unexpected(config::text(config_path, config.error()));
  if (const auto& path = config->http.tokens.value) return *path;
  return std::unexpected(cat("melange: ", config_path,
                             " names no file of tokens; set [http] tokens = "
                             "\"/etc/melange/tokens.toml\", or use --file\n"));
}

Outcome<std::string> random_id() {
  std::array<std::uint8_t, 6> octets{};
  if (auto filled = base::fill_random(octets); !filled) return failed(filled.error());
  return base::hex(octets);
}

// The new token's text. It is in the file before anybody sees it.
Outcome<std::string> make(const std::string& path, config::TokenEntry entry) {
  auto token = admin::make_token(entry.id);
  if (!token) return failed(token.error());
  entry.digest = std::move(token->digest);
  entry.created = base::text(io::Clock(base::Instant{}).now());
  if (auto added = config::add_token(path, entry); !added) {
    return std::unexpected(config::text(path, added.error()));
  }
  return std::move(token->text);
}

Cells row_of(const config::TokenEntry& token) {
  return {base::escape(token.id), base::escape(base::join(token.scopes, " ")),
          base::escape(token.created), base::escape(token.comment)};
}

int list(const std::string& path) {
  const auto tokens = config::load_tokens(path);
  if (!tokens) return fail(config::text(path, tokens.error()));
  std::vector<Cells> rows{{"id", "scopes", "created", "comment"}};
  for (const config::TokenEntry& token : *tokens) rows.push_back(row_of(token));
  return print(aligned(rows));
}

}  // namespace

TokenCommands::TokenCommands(CLI::App& app) : config_(kDefaultConfig) {
  CLI::App* token = app.add_subcommand("token", "Bearer tokens of the API.");
  token->require_subcommand(1);
  new_ = token->add_subcommand("new", "Make a token and print it, this once.");
  add_file_options(*new_);
  new_->add_option("--scope", scopes_,
                   "admin, tenant:NAME, read or write; may be given several times. admin or a "
                   "tenant is needed.")
      ->required()
      ->allow_extra_args(false);
  new_->add_option("--id", id_, "Its public name; omitted: random digits.");
  new_->add_option("--comment", comment_, "What it is for.");
  list_ = token->add_subcommand("list", "List the tokens, without what they are known by.");
  add_file_options(*list_);
}

void TokenCommands::add_file_options(CLI::App& command) {
  CLI::Option* config =
      command.add_option("-c,--config", config_, "The configuration that names the file.")
          ->capture_default_str();
  command.add_option("--file", file_, "The file of tokens itself.")->excludes(config);
}

std::optional<int> TokenCommands::run() const {
  if (!new_->parsed() && !list_->parsed()) return std::nullopt;
  const auto path = file_.empty() ? path_in(config_) : file_;
  if (!path) return fail(path.error());
  if (list_->parsed()) return list(*path);
  const auto id = id_.empty() ? random_id() : id_;
  if (!id) return fail(id.error());
  const auto text = make(*path, {*id, {}, scopes_, comment_, {}});
  if (!text) return fail(text.error());
  std::fprintf(stderr,
               "melange: token \"%s\" is in %s, as a digest: it is shown this once.\n"
               "A running server knows it after a reload (SIGHUP).\n",
               id->c_str(), path->c_str());
  return print(*text + '\n');
}

}  // namespace melange::cli
