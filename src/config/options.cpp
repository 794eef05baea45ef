// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "codec.h"
#include "melange/wire/options4.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;
namespace option4 = wire::option4;

constexpr std::size_t kLongestReason = 200;  // it quotes the value, however long

// Options that follow from another key, which is named when somebody sets them directly.
struct Instead {
  std::uint8_t code;
  std::string_view key;
};
constexpr std::array kInstead{
    Instead{option4::kSubnetMask, "cidr"},
    Instead{option4::kLeaseTime, "lease_time"},
    Instead{option4::kRenewalTime, "renew_time"},
    Instead{option4::kRebindingTime, "rebind_time"},
};

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

std::vector<std::string_view> settable_names() {
  std::vector<std::string_view> names;
  for (const wire::OptionSpec4& spec : wire::options4()) {
    if (spec.configurable) names.push_back(spec.name);
  }
  return names;
}

std::string unknown_option(std::string_view name, const Mistakes& so_far) {
  static const std::vector<std::string_view> names = settable_names();
  const auto meant = probably_meant(name, names, so_far);
  const std::string hint = meant ? cat("; did you mean '", *meant, "'?")
                                 : "; write the number of an option that has no name here";
  return unknown("option", name) + hint;
}

// The code that `name` stands for, if an operator may set it.
Decoded<std::uint8_t> settable_code(std::string_view name, const Mistakes& so_far) {
  const auto code = wire::option4_code(name);
  if (!code) return std::unexpected(unknown_option(name, so_far));
  const auto instead = std::ranges::find(kInstead, *code, &Instead::code);
  if (instead != kInstead.end()) {
    return std::unexpected(cat("option '", name, "' follows from '", instead->key, "'; set that"));
  }
  const wire::OptionSpec4* spec = wire::find_option4(*code);
  if (spec != nullptr && !spec->configurable) {
    return std::unexpected(
        cat("option '", name, "' is set by the protocol or by clients, not here"));
  }
  return *code;
}

Decoded<std::vector<std::uint8_t>> octets_of(std::string_view name, std::uint8_t code,
                                             const Node& node) {
  const auto datum = std::visit(ToDatum{}, node.value);
  if (!datum) return std::unexpected(cat("option '", name, "': ", datum.error()));
  auto octets = wire::encode_option4(code, *datum);
  if (!octets) {
    const std::string_view reason = octets.error();
    return std::unexpected(cat("option '", name, "': ", reason.substr(0, kLongestReason)));
  }
  return std::move(*octets);
}

}  // namespace

Options4 read_options(const Node& node, Mistakes& mistakes) {
  Options4 options;
  const Table* table = std::get_if<Table>(&node.value);
  if (table == nullptr) {
    mistakes.push_back({node.line, cat("options: expected { name = value }, not ", shown(node))});
    return options;
  }
  for (const Entry& entry : *table) {
    const auto complain = [&](std::string message) {
      mistakes.push_back({entry.line, std::move(message)});
    };
    const auto code = settable_code(entry.key, mistakes);
    if (!code) {
      complain(code.error());
      continue;
    }
    auto octets = octets_of(entry.key, *code, entry.node);
    if (!octets) {
      complain(octets.error());
    } else if (!options.emplace(*code, std::move(*octets)).second) {
      complain(cat("option ", *code, " is given twice, once by name and once by number"));
    }
  }
  return options;
}

}  // namespace melange::config
