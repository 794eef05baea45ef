// SPDX-License-Identifier: Apache-2.0
//
// The subcommands that ask the server, as data: each is one request of the HTTP API (ipam.md
// section 2). From this one table come the command line, the request, and what is shown of the
// answer; src/cli/command_table.cpp holds its rows.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace melange::cli {

// Where an argument goes in the request.
enum class Place : std::uint8_t {
  kPath,    // a {variable} of the path
  kQuery,   // a parameter behind the '?'
  kBody,    // a member of the JSON object
  kStream,  // nowhere: the answer shall be a stream of events
};

enum class Kind : std::uint8_t {
  kText,
  kNumber,    // an integer
  kDuration,  // "1h30m"; sent as seconds
  kTexts,     // "a,b", or given several times; a JSON array
  kPairs,     // "name=value", several times; a JSON object
  kFlag,      // takes no value; sent as the text `preset`
};

// Of the arguments of one command that share a choice, one is given.
enum class Need : std::uint8_t { kOptional, kRequired, kOneOf, kOneOfOthers, kAtMostOneOf };

struct Argument {
  std::string_view name;  // "ID": told by its position; "--network": an option
  std::string_view key;   // the variable, parameter or member; "network.id": inside of "network"
  Place place;
  Kind kind;
  Need need;
  std::string_view help;
  std::string_view preset = {};  // what is sent if it is not given; of a flag: if it is

  constexpr bool is_option() const { return name.starts_with('-'); }
};

// How one object is shown to people.
enum class Layout : std::uint8_t {
  kMembers,      // a line for each member
  kExplanation,  // of `melange explain`: what is decided, why, and the reply's options
};

struct Command {
  std::string_view group;
  std::string_view verb;  // empty: the group is the whole command
  std::string_view help;
  std::string_view method;
  std::string_view path;  // with {variables}; below the tenant unless it begins with '/'
  std::string_view wrap;  // the only member of the body; empty: the body, if any, is {}
  std::span<const Argument> arguments;
  std::span<const std::string_view> columns = {};  // members to show of each object of a list
  std::string_view wide_path = {};                 // the path if no variable of `path` is given
  std::string_view tenant_member = {};             // of the body, where the path has no tenant
  bool offline = false;  // without any argument, and without a server: answered from the store
  Layout layout = Layout::kMembers;
};

std::span<const Command> commands();

}  // namespace melange::cli
