// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <optional>

#include "melange/base/check.h"
#include "melange/base/percent.h"
#include "melange/base/text.h"
#include "melange/base/time.h"

namespace melange::cli {
namespace {

namespace json = boost::json;
using base::cat;
using Texts = std::vector<std::string>;

std::unexpected<base::Error> wrong(const Argument& argument, std::string_view given,
                                   std::string_view why) {
  return base::failure(base::Fault::kInvalid,
                       cat(argument.name, ": '", base::escape(given), "' ", why));
}

json::value list(const Texts& given) {
  if (given.size() == 1 && given[0].empty()) return json::array();
  return json::array(given.begin(), given.end());
}

base::Result<json::value> number(const Argument& argument, const std::string& given) {
  std::int64_t out = 0;
  const char* const last = given.data() + given.size();
  const auto [end, error] = std::from_chars(given.data(), last, out);
  if (error != std::errc{} || end != last) return wrong(argument, given, "is no whole number");
  return out;
}

base::Result<json::value> seconds(const Argument& argument, const std::string& given) {
  const auto out = base::parse_duration(given);
  if (!out) return wrong(argument, given, "is no duration; write it as in 1h30m");
  return out->count();
}

// A name that is given twice has a list of values.
void add_pair(json::object& out, std::string_view name, std::string_view value) {
  json::value* const there = out.if_contains(name);
  if (there == nullptr) {
    out[name] = value;
  } else if (json::array* const values = there->if_array()) {
    values->emplace_back(value);
  } else {
    *there = json::array{std::move(*there), value};
  }
}

base::Result<json::value> pairs(const Argument& argument, const Texts& given) {
  json::object out;
  if (given.size() == 1 && given[0].empty()) return out;
  for (const std::string& pair : given) {
    const std::size_t at = pair.find('=');
    if (at == 0 || at == pair.npos) return wrong(argument, pair, "is not of the form name=value");
    add_pair(out, std::string_view(pair).substr(0, at), std::string_view(pair).substr(at + 1));
  }
  return out;
}

base::Result<json::value> json_of(const Argument& argument, const Texts& given) {
  if (argument.kind == Kind::kTexts) return list(given);
  if (argument.kind == Kind::kPairs) return pairs(argument, given);
  if (argument.kind == Kind::kFlag) return json::value(argument.preset);
  if (given.front().empty()) return json::value(nullptr);
  if (argument.kind == Kind::kNumber) return number(argument, given.front());
  if (argument.kind == Kind::kDuration) return seconds(argument, given.front());
  return json::value(given.front());
}

// What was given for the argument, or else its preset; nothing if there is neither.
std::optional<Texts> given_for(const Argument& argument, const Values& values) {
  const auto found = values.find(argument.name);
  if (found != values.end() && !found->second.empty()) return found->second;
  if (argument.kind == Kind::kFlag || argument.preset.empty()) return std::nullopt;
  return Texts{std::string(argument.preset)};
}

// The member that `key` names, in objects that are made on the way to it.
json::value& member(json::object& in, std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return in[key];
  json::value& outer = in[key.substr(0, dot)];
  if (!outer.is_object()) outer.emplace_object();
  return member(outer.get_object(), key.substr(dot + 1));
}

base::Status check_choice(const Command& command, const Values& values, Need need) {
  Texts names;
  std::size_t given = 0;
  for (const Argument& argument : command.arguments) {
    if (argument.need != need) continue;
    names.emplace_back(argument.name);
    if (given_for(argument, values)) ++given;
  }
  const bool too_few = given == 0 && need != Need::kAtMostOneOf;
  if (names.empty() || (given <= 1 && !too_few)) return {};
  return base::failure(base::Fault::kInvalid,
                       cat("give ", too_few ? "one" : "only one", " of ", base::join(names, ", ")));
}

base::Status check_needs(const Command& command, const Values& values) {
  for (const Argument& argument : command.arguments) {
    if (argument.need == Need::kRequired && !given_for(argument, values)) {
      return base::failure(base::Fault::kInvalid, cat(argument.name, " is missing"));
    }
  }
  for (const Need need : {Need::kOneOf, Need::kOneOfOthers, Need::kAtMostOneOf}) {
    if (auto done = check_choice(command, values, need); !done) return done;
  }
  return {};
}

std::string template_of(const Command& command, const Values& values) {
  const bool has_variable = std::ranges::any_of(command.arguments, [&](const Argument& argument) {
    return argument.place == Place::kPath && given_for(argument, values);
  });
  const bool wide = !command.wide_path.empty() && !has_variable;
  const std::string_view path = wide ? command.wide_path : command.path;
  return cat(path.starts_with('/') ? "" : "/v1/tenants/{tenant}/", path);
}

base::Status fill_in(std::string& path, const Argument& argument, const std::string& value) {
  // These would name another resource, however they are encoded.
  if (value.empty() || value == "." || value == "..") {
    return wrong(argument, value, "names nothing");
  }
  const std::string variable = cat('{', argument.key, '}');
  const std::size_t at = path.find(variable);
  base::check(at != path.npos);
  path.replace(at, variable.size(), percent_encode(value));
  return {};
}

void add_parameter(std::string& target, const Argument& argument, const std::string& value) {
  const std::string_view text = argument.kind == Kind::kFlag ? argument.preset : value;
  target +=
      cat(target.find('?') == target.npos ? '?' : '&', argument.key, '=', percent_encode(text));
}

base::Status place(const Argument& argument, const Texts& given, Request& request,
                   json::object& body) {
  switch (argument.place) {
    case Place::kPath:
      return fill_in(request.target, argument, given.front());
    case Place::kQuery:
      add_parameter(request.target, argument, given.front());
      return {};
    case Place::kStream:
      request.stream = true;
      return {};
    case Place::kBody:
      break;
  }
  auto value = json_of(argument, given);
  if (!value) return std::unexpected(value.error());
  member(body, argument.key) = std::move(*value);
  return {};
}

// The tenant, in the body and in each object in it that was made: an interface's network has one.
void add_tenant(json::object& body, std::string_view name, std::string_view tenant) {
  for (auto& [key, value] : body) {
    if (json::object* const inner = value.if_object()) (*inner)[name] = tenant;
  }
  body[name] = tenant;
}

std::string text_of(const Command& command, json::object body) {
  if (command.method == "GET" || command.method == "DELETE") return {};
  if (command.wrap.empty()) return {};
  return json::serialize(json::object{{command.wrap, std::move(body)}});
}

}  // namespace

std::string percent_encode(std::string_view text) { return base::percent_encode(text, ":"); }

base::Result<Request> request_of(const Command& command, const Values& values,
                                 std::string_view tenant) {
  if (auto done = check_needs(command, values); !done) return std::unexpected(done.error());
  Request request{std::string(command.method), template_of(command, values), {}, false};
  const Argument of_tenant{"--tenant", "tenant", Place::kPath, Kind::kText, Need::kRequired, ""};
  if (request.target.find("{tenant}") != std::string::npos) {
    auto done = fill_in(request.target, of_tenant, std::string(tenant));
    if (!done) return std::unexpected(done.error());
  }
  json::object body;
  for (const Argument& argument : command.arguments) {
    const auto given = given_for(argument, values);
    if (!given) continue;
    if (auto done = place(argument, *given, request, body); !done) {
      return std::unexpected(done.error());
    }
  }
  if (!command.tenant_member.empty()) add_tenant(body, command.tenant_member, tenant);
  request.body = text_of(command, std::move(body));
  return request;
}

}  // namespace melange::cli
