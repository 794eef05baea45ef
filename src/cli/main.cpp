// SPDX-License-Identifier: Apache-2.0
//
// The `melange` command: reads its arguments and hands over to what does the work.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

#include "api_commands.h"
#include "commands.h"
#include "melange/daemon/serve.h"
#include "token_commands.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app("Melange: DHCP and IP address management in one server.", "melange");
  app.require_subcommand(1);
  std::string config = melange::cli::kDefaultConfig;
  const auto takes_config = [&](CLI::App* command) {
    command->add_option("-c,--config", config, "The configuration file (TOML).")
        ->capture_default_str();
  };

  CLI::App* serve = app.add_subcommand("serve", "Answer on the wire until SIGTERM.");
  takes_config(serve);
  CLI::App* check = app.add_subcommand("check", "Say what is wrong with a configuration file.");
  takes_config(check);
  CLI::App* replay = app.add_subcommand(
      "replay", "Say what the packets of a capture would be answered; nothing is sent or written.");
  takes_config(replay);
  std::string capture;
  std::string interface;
  replay->add_option("FILE", capture, "The capture (pcap or pcapng).")->required();
  replay->add_option("--interface", interface,
                     "The link that it was captured on; omitted: the only one that is served.");
  CLI::App* print = app.add_subcommand("config", "Print every key with its default and help.");
  CLI::App* version = app.add_subcommand("version", "Print the version.");
  const melange::cli::ApiCommands api(app);
  const melange::cli::TokenCommands tokens(app);

  CLI11_PARSE(app, argc, argv);
  if (serve->parsed()) return melange::daemon::serve(config);
  if (check->parsed()) return melange::cli::check(config);
  if (replay->parsed()) return melange::cli::replay(config, capture, interface);
  if (print->parsed()) return melange::cli::print_default_config();
  if (version->parsed()) return melange::cli::print_version();
  if (const auto status = tokens.run()) return *status;
  return api.run().value_or(1);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "melange: %s\n", error.what());
    return 1;
  }
}
