// SPDX-License-Identifier: Apache-2.0
#include "api_commands.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "commands.h"
#include "endpoint.h"
#include "fetch.h"
#include "http_client.h"
#include "melange/config/load.h"
#include "render.h"
#include "request.h"

namespace melange::cli {
namespace {

constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
    {"block", "Blocks of addresses."},
    {"network", "Networks."},
    {"reservation", "Addresses that belong to a client."},
    {"address", "Addresses of a block, and their history."},
    {"lease", "Leases."},
    {"policy", "Which addresses are never given out."},
    {"interface", "Interfaces, which addresses are allocated to."},
    {"mac-range", "MACs for interfaces that bring none."},
};

std::string_view value_name(Kind kind) {
  switch (kind) {
    case Kind::kNumber:
      return "NUMBER";
    case Kind::kDuration:
      return "DURATION";
    case Kind::kPairs:
      return "NAME=VALUE";
    case Kind::kTexts:
      return "TEXT,...";
    case Kind::kText:
    case Kind::kFlag:
      break;
  }
  return "TEXT";
}

void add_argument(CLI::App& leaf, const Argument& argument) {
  const std::string name(argument.name);
  const std::string help(argument.help);
  if (argument.kind == Kind::kFlag) {
    leaf.add_flag(name, help);
    return;
  }
  CLI::Option* const option = leaf.add_option(name, help);
  option->type_name(std::string(value_name(argument.kind)));
  option->required(argument.need == Need::kRequired);
  // One value each time, so that an option never takes the argument behind it for its own.
  if (argument.kind == Kind::kTexts || argument.kind == Kind::kPairs) option->take_all();
  if (argument.kind == Kind::kTexts) option->delimiter(',');
}

CLI::Option* add_text(CLI::App& app, const std::string& name, const std::string& help) {
  return app.add_option(name, help)->type_name("TEXT")->group("Server");
}

void add_server_options(CLI::App& leaf) {
  const std::string json_help = "Print JSON, for programs.";
  leaf.add_flag("--json", json_help);
  add_text(leaf, "--tenant", "Whose; omitted: $MELANGE_TENANT, or default.");
  CLI::Option* const url = add_text(leaf, "--url", "The server: https://HOST:PORT.");
  add_text(leaf, "--token-file", "A file with the token; omitted: $MELANGE_TOKEN.")->needs(url);
  add_text(leaf, "--ca-file", "PEM file of whom to trust; omitted: the system's.")->needs(url);
  CLI::Option* const socket = add_text(leaf, "--socket", "The server's unix socket.");
  CLI::Option* const config =
      add_text(leaf, "-c,--config", "The server's configuration, which names its unix socket.");
  url->excludes(socket)->excludes(config);
  socket->excludes(config);
}

// The option's last value; empty if it is not given.
std::string given(const CLI::App& app, const std::string& name) {
  const CLI::Option* const option = app.get_option_no_throw(name);
  return option != nullptr && option->count() > 0 ? option->results().back() : "";
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

Values values_of(const Command& command, const CLI::App& leaf) {
  Values values;
  for (const Argument& argument : command.arguments) {
    const CLI::Option* const option = leaf.get_option(std::string(argument.name));
    if (option->count() > 0) values[std::string(argument.name)] = option->results();
  }
  return values;
}

std::string tenant_of(const CLI::App& app, const CLI::App& leaf) {
  for (const std::string& tenant :
       {given(leaf, "--tenant"), given(app, "--tenant"), environment("MELANGE_TENANT")}) {
    if (!tenant.empty()) return tenant;
  }
  return "default";
}

base::Result<Endpoint> endpoint_of_url(const CLI::App& leaf) {
  auto endpoint = parse_url(given(leaf, "--url"));
  if (!endpoint) return endpoint;
  endpoint->ca_file = given(leaf, "--ca-file");
  const std::string file = given(leaf, "--token-file");
  const auto token = file.empty() ? environment("MELANGE_TOKEN") : read_token(file);
  if (!token) return std::unexpected(token.error());
  if (file.empty() && token->empty()) return endpoint;
  return with_token(*endpoint, *token);
}

base::Result<Endpoint> endpoint_of_config(const std::string& path) {
  const auto config = config::load(path);
  if (!config) {
    std::string message = config::text(path, config.error());
    message.pop_back();  // the last newline
    return base::failure(base::Fault::kInvalid, message);
  }
  std::vector<std::string> listen;
  for (const auto& address : config->http.listen) listen.push_back(address.value);
  const auto socket = socket_of(listen);
  if (!socket) return std::unexpected(socket.error());
  return unix_socket(*socket);
}

base::Result<Endpoint> endpoint_of(const CLI::App& leaf) {
  if (leaf.count("--url") > 0) return endpoint_of_url(leaf);
  if (leaf.count("--socket") > 0) return unix_socket(given(leaf, "--socket"));
  if (leaf.count("--config") > 0) return endpoint_of_config(given(leaf, "--config"));
  if (std::ifstream(kDefaultConfig).good()) return endpoint_of_config(kDefaultConfig);
  return unix_socket(std::string(kDefaultSocket));
}

int fail(const std::string& message) {
  std::fprintf(stderr, "melange: %s\n", message.c_str());
  return 1;
}

// What is printed at once, for a reader that waits for it; false if it cannot be written.
bool print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) != EOF && std::fflush(stdout) == 0;
}

int print_answer(const Command& command, const Answer& answer, bool json) {
  if (print(json ? as_json(answer) : as_text(command, answer))) return 0;
  return fail("standard output cannot be written");
}

int print_stream(const Command& command, Transport& transport, const Request& request, bool json) {
  if (!json) print(as_text(command, Answer{true, {}}));
  const auto refused = follow(transport, request, [&](const boost::json::value& event) {
    print(json ? as_json_line(event) : as_text_line(command, event));
  });
  return fail(refused ? refused->text : refused.error().message);
}

bool wants_store(const Command& command, const CLI::App& leaf, const Values& values) {
  return command.offline && values.empty() && leaf.count("--url") + leaf.count("--socket") == 0;
}

int carry_out(const Command& command, const CLI::App& app, const CLI::App& leaf) {
  const Values values = values_of(command, leaf);
  const bool json = leaf.count("--json") > 0;
  if (wants_store(command, leaf, values)) {
    const std::string config = given(leaf, "--config");
    return list_leases(config.empty() ? kDefaultConfig : config, json);
  }
  const auto request = request_of(command, values, tenant_of(app, leaf));
  if (!request) return fail(request.error().message);
  const auto endpoint = endpoint_of(leaf);
  if (!endpoint) return fail(endpoint.error().message);
  const auto transport = make_http_client(*endpoint);
  if (request->stream) return print_stream(command, *transport, *request, json);
  const auto outcome = fetch(*transport, *request);
  if (!outcome) return fail(outcome.error().message);
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) return fail(refusal->text);
  return print_answer(command, std::get<Answer>(*outcome), json);
}

void add_command(CLI::App& parent, std::string_view name, const Command& command,
                 ApiCommands::Leaves& leaves) {
  CLI::App* const leaf = parent.add_subcommand(std::string(name), std::string(command.help));
  for (const Argument& argument : command.arguments) add_argument(*leaf, argument);
  add_server_options(*leaf);
  leaves.emplace_back(&command, leaf);
}

}  // namespace

ApiCommands::ApiCommands(CLI::App& app) : app_(app) {
  add_text(app, "--tenant", "Whose networks, blocks and addresses; the same as after a command.");
  for (const auto& [name, help] : kGroups) {
    CLI::App* const group = app.add_subcommand(std::string(name), std::string(help));
    group->require_subcommand(1);
  }
  for (const Command& command : commands()) {
    const std::string group(command.group);
    if (command.verb.empty()) {
      add_command(app, command.group, command, leaves_);
    } else {
      add_command(*app.get_subcommand(group), command.verb, command, leaves_);
    }
  }
}

std::optional<int> ApiCommands::run() const {
  for (const auto& [command, leaf] : leaves_) {
    if (leaf->parsed()) return carry_out(*command, app_, *leaf);
  }
  return std::nullopt;
}

}  // namespace melange::cli
