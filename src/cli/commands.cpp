// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include <cstdio>

#include "lease_table.h"
#include "melange/config/load.h"
#include "melange/config/tokens.h"
#include "melange/daemon/replay.h"
#include "melange/store/store.h"

namespace melange::cli {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

int fail(const std::string& message) {
  std::fprintf(stderr, "melange: %s\n", message.c_str());
  return 1;
}

// Tells what is wrong with the file.
int fail(const std::string& path, const config::Mistakes& mistakes) {
  std::fputs(config::text(path, mistakes).c_str(), stderr);
  return 1;
}

}  // namespace

int check(const std::string& config_path) {
  const auto config = config::load(config_path);
  if (!config) return fail(config_path, config.error());
  if (const auto& path = config->http.tokens.value) {
    if (const auto tokens = config::load_tokens(*path); !tokens) return fail(*path, tokens.error());
  }
  print(config_path + ": ok\n");
  return 0;
}

int print_default_config() {
  print(config::default_file());
  return 0;
}

int print_version() {
  print("melange " MELANGE_VERSION "\n");
  return 0;
}

int list_leases(const std::string& config_path, bool as_json) {
  const auto config = config::load(config_path);
  if (!config) return fail(config_path, config.error());
  auto store = store::Store::open_read_only(config->store.path);
  if (!store) return fail(store.error().message);
  auto snapshot = store->snapshot();
  if (!snapshot) return fail(snapshot.error().message);
  const store::View view = snapshot->view();
  const auto rows = lease_rows(view);
  if (!view.ok()) return fail(view.error().message);
  print(as_json ? as_json_array(rows) : as_table(rows));
  return 0;
}

int replay(const std::string& config_path, const std::string& capture_path,
           const std::string& interface) {
  const auto config = config::load(config_path);
  if (!config) return fail(config_path, config.error());
  const auto write = [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
  };
  const auto done = daemon::replay({capture_path, interface}, *config, write);
  if (std::fflush(stdout) != 0) return fail("standard output cannot be written");
  return done ? 0 : fail(done.error().message);
}

}  // namespace melange::cli
