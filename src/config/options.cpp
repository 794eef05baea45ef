// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <set>

#include "codec.h"
#include "elements.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::size_t kLongestReason = 200;  // it quotes the value, however long

struct ToDatum {
  using Result = std::expected<wire::Datum, std::string>;

  Result operator()(bool flag) const { return wire::Datum{flag}; }
  Result operator()(std::int64_t number) const { return wire::Datum{number}; }
  Result operator()(double) const { return std::unexpected("no option has a fraction"); }
  Result operator()(Moment) const { return std::unexpected("no option is a date or time"); }
  Result operator()(const std::string& text) const { return wire::Datum{text}; }
  Result operator()(const List& list) const {
    wire::DatumList out;
    for (const Node& element : list) {
      auto datum = std::visit(*this, element.value);
      if (!datum) return datum;
      out.push_back(std::move(*datum));
    }
    return wire::Datum{std::move(out)};
  }
  Result operator()(const Table& table) const {
    wire::DatumRecord out;
    for (const Entry& entry : table) {
      auto datum = std::visit(*this, entry.node.value);
      if (!datum) return datum;
      out.push_back({entry.key, std::move(*datum)});
    }
    return wire::Datum{std::move(out)};
  }
};

// Who may write an option's name.
enum class Purpose : bool { kSend, kMatch };

std::vector<std::string_view> names_for(Purpose purpose, const wire::OptionTable4& table) {
  std::vector<std::string_view> names;
  for (const auto options : {wire::options4(), table.defined()}) {
    for (const wire::OptionSpec4& spec : options) {
      if (spec.configurable || purpose == Purpose::kMatch) names.push_back(spec.name);
    }
  }
  return names;
}

std::string unknown_option(std::string_view name, Purpose purpose, const Context& context) {
  return unknown("option", name, names_for(purpose, context.options), context.mistakes,
                 "write the number of an option that has no name here");
}

// The code that `name` stands for, if it may be used so.
Decoded<std::uint8_t> code_of(std::string_view name, Purpose purpose, const Context& context) {
  const auto code = context.options.code(name);
  if (!code) return std::unexpected(unknown_option(name, purpose, context));
  if (purpose == Purpose::kMatch) return *code;
  if (const auto key = wire::key_instead_of(*code)) {
    return std::unexpected(cat("option '", name, "' follows from '", *key, "'; set that"));
  }
  const wire::OptionSpec4* spec = context.options.find(*code);
  if (spec != nullptr && !spec->configurable) {
    return std::unexpected(
        cat("option '", name, "' is set by the protocol or by clients, not here"));
  }
  return *code;
}

Decoded<std::vector<std::uint8_t>> octets_of(std::string_view name, std::uint8_t code,
                                             const Node& node, const Context& context) {
  const auto datum = std::visit(ToDatum{}, node.value);
  if (!datum) return std::unexpected(cat("option '", name, "': ", datum.error()));
  auto octets = context.options.encode(code, *datum);
  if (!octets) {
    const std::string_view reason = octets.error();
    return std::unexpected(cat("option '", name, "': ", reason.substr(0, kLongestReason)));
  }
  if (octets->empty()) {
    return std::unexpected(cat("option '", name, "' has no octets; leave it out, or write some"));
  }
  return std::move(*octets);
}

OptionCodes read_list(const Node& node, std::string_view key, Purpose purpose,
                      const Context& context) {
  std::set<std::uint8_t> codes;
  for (const Node& element : elements_of(node, key, context)) {
    const auto* name = std::get_if<std::string>(&element.value);
    const auto* number = std::get_if<std::int64_t>(&element.value);
    const auto code = name != nullptr ? code_of(*name, purpose, context)
                      : number != nullptr
                          ? code_of(std::to_string(*number), purpose, context)
                          : expected_instead("the name or number of an option", element);
    if (code) {
      codes.insert(*code);
    } else {
      context.complain(element.line, cat(key, ": ", code.error()));
    }
  }
  return {{codes.begin(), codes.end()}};
}

}  // namespace

Options4 read_options(const Node& node, std::string_view key, const Context& context) {
  Options4 options;
  const Table* table = std::get_if<Table>(&node.value);
  if (table == nullptr) {
    context.complain(node.line, cat(key, ": expected { name = value }, not ", shown(node)));
    return options;
  }
  for (const Entry& entry : *table) {
    const auto code = code_of(entry.key, Purpose::kSend, context);
    if (!code) {
      context.complain(entry.line, code.error());
      continue;
    }
    auto octets = octets_of(entry.key, *code, entry.node, context);
    if (!octets) {
      context.complain(entry.line, octets.error());
    } else if (!options.emplace(*code, std::move(*octets)).second) {
      context.complain(entry.line,
                       cat("option ", *code, " is given twice, once by name and once by number"));
    }
  }
  return options;
}

OptionCodes read_settable_codes(const Node& node, std::string_view key, const Context& context) {
  return read_list(node, key, Purpose::kSend, context);
}

OptionCodes read_codes(const Node& node, std::string_view key, const Context& context) {
  return read_list(node, key, Purpose::kMatch, context);
}

std::string read_form(const Node& node, std::string_view key, const Context& context) {
  const auto name = Codec<std::string>::read(node);
  if (name && wire::parse_form(*name)) return *name;
  if (!name) {
    context.complain(node.line, cat(key, ": ", name.error()));
    return "";
  }
  const auto known = wire::form_names();
  const std::vector<std::string> names(known.begin(), known.end());
  context.complain(node.line, cat(key, ": ",
                                  unknown("form", *name, known, context.mistakes,
                                          cat("known are ", base::join(names, ", ")))));
  return "";
}

wire::OptionTable4 define(const std::vector<OptionDefinition>& definitions, Mistakes& mistakes) {
  wire::OptionTable4 table;
  for (const OptionDefinition& definition : definitions) {
    const auto form = wire::parse_form(definition.form);
    const auto code = definition.code.value;
    if (!form || code == 0 || code > 255 || definition.name.value.empty()) continue;
    auto more = table.with({static_cast<std::uint8_t>(code), definition.name.value, *form});
    if (more) {
      table = std::move(*more);
    } else {
      mistakes.push_back({definition.name.line, more.error()});
    }
  }
  return table;
}

wire::OptionTable4 option_table(const Config& config) {
  Mistakes none;
  return define(config.options, none);
}

}  // namespace melange::config
