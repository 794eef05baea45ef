// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/option_table4.h"

#include <algorithm>
#include <utility>

#include "form4.h"
#include "melange/base/text.h"

namespace melange::wire {
namespace {

using base::cat;

constexpr std::size_t kLongestName = 64;

bool is_option_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kLongestName && is_letter(name.front()) &&
         name.back() != '-' && std::ranges::all_of(name, allowed);
}

// What is wrong with the code or name of `definition` itself.
std::optional<std::string> fault_of(const OptionDefinition4& definition) {
  if (definition.code == option4::kPad || definition.code == option4::kEnd) {
    return cat("no option has the code ", definition.code, ", which is ",
               definition.code == option4::kPad ? "padding" : "the end of all options",
               "; take one from 224 to 254, which are for your site");
  }
  if (!is_option_name(definition.name)) {
    return cat("'", base::escape(std::string_view(definition.name).substr(0, kLongestName)),
               "' is no name for an option; write at most ", kLongestName,
               " small letters, digits and hyphens, starting with a letter");
  }
  return std::nullopt;
}

}  // namespace

// Ascending by code in both; a spec's name is that of its definition.
struct OptionTable4::Defined {
  explicit Defined(std::vector<OptionDefinition4> all) : definitions(std::move(all)) {
    for (const OptionDefinition4& definition : definitions) {
      specs.push_back({definition.code, definition.name, definition.form});
    }
  }
  Defined(const Defined&) = delete;  // the specs point into the definitions
  Defined& operator=(const Defined&) = delete;

  const std::vector<OptionDefinition4> definitions;
  std::vector<OptionSpec4> specs;
};

std::expected<OptionTable4, std::string> OptionTable4::with(OptionDefinition4 definition) const {
  if (auto fault = fault_of(definition)) return std::unexpected(std::move(*fault));
  const auto is_own = [](const OptionSpec4& spec) { return find_option4(spec.code) == nullptr; };
  if (const OptionSpec4* there = find(definition.code)) {
    const std::string_view remedy = is_own(*there)
                                        ? "; remove one of the two definitions"
                                        : "; use that name, or take a code from 224 to 254";
    return std::unexpected(cat("option ", definition.code, " is ",
                               is_own(*there) ? "already defined as '" : "built in as '",
                               there->name, "'", remedy));
  }
  if (const OptionSpec4* there = find(std::string_view(definition.name))) {
    return std::unexpected(
        cat("'", definition.name, "' is ",
            is_own(*there) ? "already the name of option " : "the built-in option ", there->code,
            "; choose another name"));
  }
  std::vector<OptionDefinition4> all;
  if (defined_) all = defined_->definitions;
  const auto behind = std::ranges::upper_bound(all, definition.code, {}, &OptionDefinition4::code);
  all.insert(behind, std::move(definition));
  OptionTable4 table;
  table.defined_ = std::make_shared<const Defined>(std::move(all));
  return table;
}

const OptionSpec4* OptionTable4::find(std::uint8_t code) const {
  const auto own = std::ranges::lower_bound(defined(), code, {}, &OptionSpec4::code);
  return own != defined().end() && own->code == code ? &*own : find_option4(code);
}

const OptionSpec4* OptionTable4::find(std::string_view name_or_number) const {
  const auto own = std::ranges::find(defined(), name_or_number, &OptionSpec4::name);
  if (own != defined().end()) return &*own;
  if (const OptionSpec4* spec = find_option4(name_or_number)) return spec;
  const auto number = parse_option4_code(name_or_number);
  return number ? find(*number) : nullptr;
}

std::optional<std::uint8_t> OptionTable4::code(std::string_view name_or_number) const {
  if (const OptionSpec4* spec = find(name_or_number)) return spec->code;
  return parse_option4_code(name_or_number);
}

Datum OptionTable4::decode(std::uint8_t code, base::Bytes octets) const {
  return decode_or_hex(form_of(find(code)), octets);
}

std::expected<Octets, std::string> OptionTable4::encode(std::uint8_t code,
                                                        const Datum& datum) const {
  return wire::encode(form_of(find(code)), datum);
}

std::span<const OptionSpec4> OptionTable4::defined() const {
  return defined_ ? std::span<const OptionSpec4>(defined_->specs) : std::span<const OptionSpec4>();
}

bool operator==(const OptionTable4& a, const OptionTable4& b) {
  if (a.defined_ == b.defined_) return true;
  return a.defined_ && b.defined_ && a.defined_->definitions == b.defined_->definitions;
}

std::string text(const OptionTable4& table) {
  std::vector<std::string> lines;
  for (const OptionSpec4& spec : table.defined()) {
    lines.push_back(cat(spec.code, ' ', spec.name, ' ', text(spec.form)));
  }
  return base::join(lines, ", ");
}

}  // namespace melange::wire
