// SPDX-License-Identifier: Apache-2.0
//
// DHCP options of a body: the values are those of the configuration file, as JSON.
#include <algorithm>
#include <charconv>
#include <optional>

#include "melange/base/text.h"
#include "melange/wire/option_table4.h"
#include "value.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::size_t kLongestReason = 200;  // it quotes the value, however long
constexpr std::size_t kShownName = 64;
constexpr std::size_t kLongestOption = 255;

using Converted = std::expected<wire::Datum, std::string>;
Converted to_datum(const json::value& value);

Converted list_of(const json::array& array) {
  wire::DatumList list;
  for (const json::value& element : array) {
    auto datum = to_datum(element);
    if (!datum) return datum;
    list.push_back(std::move(*datum));
  }
  return wire::Datum{std::move(list)};
}

Converted record_of(const json::object& object) {
  wire::DatumRecord record;
  for (const json::key_value_pair& member : object) {
    auto datum = to_datum(member.value());
    if (!datum) return datum;
    record.push_back({std::string(view_of(member.key())), std::move(*datum)});
  }
  return wire::Datum{std::move(record)};
}

Converted to_datum(const json::value& value) {
  if (const bool* flag = value.if_bool()) return wire::Datum{*flag};
  if (const std::int64_t* number = value.if_int64()) return wire::Datum{*number};
  if (const json::array* array = value.if_array()) return list_of(*array);
  if (const json::object* object = value.if_object()) return record_of(*object);
  const json::string* text = value.if_string();
  if (text == nullptr) return std::unexpected("no option has such a value");
  if (!is_plain(view_of(*text))) return std::unexpected("has a control character");
  return wire::Datum{std::string(view_of(*text))};
}

// The code that `name` stands for, if it may be set here.
std::expected<std::uint8_t, std::string> settable(std::string_view name,
                                                  const wire::OptionTable4& table, Sender sender) {
  const auto code = table.code(name);
  if (code && sender == Sender::kClient) return *code;
  if (!code) return std::unexpected("is no option; write the number of one that has no name here");
  if (const auto key = wire::key_instead_of(*code)) {
    return std::unexpected(cat("follows from the block's ", *key));
  }
  const wire::OptionSpec4* spec = table.find(*code);
  if (spec != nullptr && !spec->configurable) {
    return std::unexpected("is set by the protocol or by clients");
  }
  return *code;
}

// What a text stands for that is a number, true or false.
std::optional<wire::Datum> plain_value(const wire::Datum& datum) {
  const auto* const text = std::get_if<std::string>(&datum.value);
  if (text == nullptr) return std::nullopt;
  if (*text == "true" || *text == "false") return wire::Datum{*text == "true"};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return wire::Datum{number};
}

std::expected<store::OptionValue, std::string> read_option(const json::key_value_pair& member,
                                                           const wire::OptionTable4& table,
                                                           Sender sender) {
  const auto code = settable(view_of(member.key()), table, sender);
  if (!code) return std::unexpected(code.error());
  const auto datum = to_datum(member.value());
  if (!datum) return std::unexpected(datum.error());
  auto octets = table.encode(*code, *datum);
  if (!octets) {
    // A command line has texts alone.
    if (const auto plain = plain_value(*datum)) octets = table.encode(*code, *plain);
  }
  if (!octets) return std::unexpected(octets.error().substr(0, kLongestReason));
  if (octets->empty() && sender == Sender::kServer) {
    return std::unexpected("has no octets: it could not be sent");
  }
  if (octets->size() > kLongestOption) {
    return std::unexpected(cat("is longer than ", kLongestOption, " octets"));
  }
  return store::OptionValue{*code, std::move(*octets)};
}

std::expected<std::uint8_t, std::string> read_code(const json::value& value,
                                                   const wire::OptionTable4& table, Sender sender) {
  const json::string* text = value.if_string();
  const std::int64_t* number = value.if_int64();
  if (text == nullptr && number == nullptr) {
    return std::unexpected("expects the name or the number of an option");
  }
  const std::string name = text != nullptr ? std::string(view_of(*text)) : std::to_string(*number);
  return settable(name, table, sender);
}

}  // namespace

Codes read_option_codes(const json::value& value, const std::string& at, const Reading& reading,
                        Sender sender) {
  Codes codes;
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > kLongestList) {
    reading.faults.push_back(
        {at, cat("expects a list of at most ", kLongestList, " names or numbers of options")});
    return codes;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto code = read_code((*array)[i], reading.options, sender);
    if (!code) {
      reading.faults.push_back({cat(at, "[", i, "]"), code.error()});
    } else if (std::ranges::count(codes, *code) == 0) {
      codes.push_back(*code);
    }
  }
  std::ranges::sort(codes);
  return codes;
}

Options read_options(const json::value& value, const std::string& at, const Reading& reading,
                     Sender sender) {
  Faults& faults = reading.faults;
  Options options;
  const json::object* object = value.if_object();
  if (object == nullptr) faults.push_back({at, "expects an object of options by name"});
  if (object == nullptr) return options;
  for (const json::key_value_pair& member : *object) {
    const std::string where =
        cat(at, ".", base::escape(view_of(member.key()).substr(0, kShownName)));
    auto option = read_option(member, reading.options, sender);
    if (!option) {
      faults.push_back({where, option.error()});
    } else if (std::ranges::count(options, option->code, &store::OptionValue::code) != 0) {
      faults.push_back({where, "is given twice, once by name and once by number"});
    } else {
      options.push_back(std::move(*option));
    }
  }
  std::ranges::sort(options, {}, &store::OptionValue::code);
  return options;
}

}  // namespace melange::admin
