// SPDX-License-Identifier: Apache-2.0
#include "value.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "body.h"
#include "melange/base/check.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::size_t kShown = 64;

// For a message: the beginning of what was sent.
std::string shown(std::string_view text) {
  const std::string_view begin = text.substr(0, kShown);
  return cat("'", base::escape(begin), begin.size() < text.size() ? "...'" : "'");
}

std::optional<std::string_view> text_in(const json::value& value) {
  const json::string* text = value.if_string();
  return text != nullptr ? std::optional(view_of(*text)) : std::nullopt;
}

std::optional<std::int64_t> integer_in(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return *number;
  const auto text = text_in(value);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<base::Seconds> seconds_in(const json::value& value) {
  if (const auto number = integer_in(value)) return base::Seconds{*number};
  const auto text = text_in(value);
  return text ? base::parse_duration(*text) : std::nullopt;
}

// One field's value being read.
class Reader {
 public:
  Reader(const json::value& value, const Field& field, const std::string& at, Faults& faults)
      : value_(&value), field_(&field), at_(&at), faults_(&faults) {}

  Value text() {
    const auto text = text_in(*value_);
    if (!text) return wrong("expects a text");
    if (const std::string fault = fault_of(*text); !fault.empty()) return wrong(fault);
    return std::string(*text);
  }

  Value name() {
    const auto text = text_in(*value_);
    if (text && is_name(*text)) return std::string(*text);
    return wrong(
        cat("expects a name of at most ", kLongestName, " letters, digits, '.', '_', '-' and ':'"));
  }

  Value integer() {
    const auto number = integer_in(*value_);
    if (number && within(*number)) return *number;
    return wrong(cat("expects a whole number from ", field_->least, " to ", most()));
  }

  Value boolean() {
    if (const bool* flag = value_->if_bool()) return *flag;
    return wrong("expects true or false");
  }

  Value seconds() {
    const auto duration = seconds_in(*value_);
    if (duration && within(duration->count())) return *duration;
    return wrong(cat("expects seconds from ", field_->least, " to ", most(),
                     ", as a number or as in \"1h30m\""));
  }

  template <class T>
  Value parsed(std::optional<T> (*parse)(std::string_view), std::string_view what) {
    const auto text = text_in(*value_);
    if (const auto parsed = text ? parse(*text) : std::nullopt) return *parsed;
    const std::string given = text ? cat("; ", shown(*text), " is none") : "";
    return wrong(cat("expects ", what, given));
  }

  template <class T>
  Value list(std::optional<T> (*parse)(std::string_view), std::string_view what) {
    const json::array* array = value_->if_array();
    if (array == nullptr || array->size() > kLongestList) {
      return wrong(cat("expects a list of at most ", kLongestList, " elements"));
    }
    std::vector<T> elements;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const auto text = text_in((*array)[i]);
      const auto element = text ? parse(*text) : std::nullopt;
      if (element) elements.push_back(*element);
      if (!element) {
        const std::string given = text ? cat("; ", shown(*text), " is none") : "";
        faults_->push_back({cat(*at_, "[", i, "]"), cat("expects ", what, given)});
      }
    }
    return elements;
  }

  // An empty list would leave it open whether all or none is meant.
  Value any_addresses() {
    if (text_in(*value_) == "any") return Addresses();
    const json::array* array = value_->if_array();
    if (array == nullptr || array->empty()) return wrong("expects a list of addresses, or \"any\"");
    return list<net::Address>(net::Address::parse, "an IP address");
  }

  Value macs();
  Value classes();
  Value integers();
  Value tags();

 private:
  Value wrong(std::string message) {
    const bool own = !field_->otherwise.empty();
    faults_->push_back({*at_, own ? std::string(field_->otherwise) : std::move(message)});
    return std::monostate{};
  }

  std::int64_t most() const {
    return field_->most != 0 ? field_->most : std::numeric_limits<std::int64_t>::max();
  }
  bool within(std::int64_t number) const { return number >= field_->least && number <= most(); }

  std::string fault_of(std::string_view text) const {
    const std::int64_t longest = field_->most != 0 ? field_->most : kLongestText;
    if (text.size() > static_cast<std::size_t>(longest)) {
      return cat("is longer than ", longest, " octets");
    }
    if (!is_plain(text)) return "has a control character";
    if (field_->choices.empty() || std::ranges::count(field_->choices, text) != 0) return {};
    const std::vector<std::string> choices(field_->choices.begin(), field_->choices.end());
    return cat("should be one among ", base::join(choices, ", "));
  }

  const json::value* value_;
  const Field* field_;
  const std::string* at_;
  Faults* faults_;
};

std::optional<std::string> plain_text(std::string_view text) {
  const bool fits = text.size() <= static_cast<std::size_t>(kLongestText);
  return fits && is_plain(text) ? std::optional(std::string(text)) : std::nullopt;
}

// One MAC is as good as a list of it.
Value Reader::macs() {
  const json::array* array = value_->if_array();
  if (array != nullptr && array->empty()) return wrong("expects a MAC, or a list of MACs");
  constexpr std::string_view what = "a MAC such as 52:54:00:12:34:56";
  if (array != nullptr) return list<net::Mac>(net::Mac::parse, what);
  const Value one = parsed<net::Mac>(net::Mac::parse, what);
  const auto* mac = std::get_if<net::Mac>(&one);
  return mac != nullptr ? Value(Macs{*mac}) : Value(std::monostate{});
}

std::optional<std::string> class_name(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= base::limits::kNameSize && is_plain(text);
  return fits ? std::optional(std::string(text)) : std::nullopt;
}

Value Reader::classes() {
  constexpr std::size_t most = base::limits::kClassesOfOne;
  const json::array* array = value_->if_array();
  if (array == nullptr || array->size() > most) {
    return wrong(cat("expects a list of at most ", most, " names"));
  }
  Value names = list<std::string>(
      class_name, cat("a name of 1 to ", base::limits::kNameSize, " octets, none of them control"));
  Texts seen;
  for (std::string& name : std::get<Texts>(names)) {
    if (std::ranges::count(seen, name) == 0) seen.push_back(std::move(name));
  }
  return seen;
}

Value Reader::integers() {
  const json::array* array = value_->if_array();
  if (array == nullptr || array->size() > kLongestList) {
    return wrong(cat("expects a list of at most ", kLongestList, " whole numbers"));
  }
  Integers numbers;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto number = integer_in((*array)[i]);
    if (number && within(*number)) {
      numbers.push_back(*number);
    } else {
      faults_->push_back({cat(*at_, "[", i, "]"),
                          cat("expects a whole number from ", field_->least, " to ", most())});
    }
  }
  return numbers;
}

Value Reader::tags() {
  const json::object* object = value_->if_object();
  if (object == nullptr || object->size() > kLongestList) {
    return wrong(cat("expects an object of at most ", kLongestList, " texts"));
  }
  Tags tags;
  for (const json::key_value_pair& member : *object) {
    const std::string_view key = view_of(member.key());
    const auto text = text_in(member.value());
    const auto plain = text ? plain_text(*text) : std::nullopt;
    if (plain && !key.empty() && key.size() <= kLongestName && is_plain(key)) {
      tags.push_back({std::string(key), *plain});
    } else {
      faults_->push_back({cat(*at_, ".", base::escape(key.substr(0, kShown))),
                          "expects a short key and a text without control characters"});
    }
  }
  std::ranges::sort(tags, {}, &store::Tag::key);
  return tags;
}

constexpr std::string_view kRangeHelp =
    "a range such as 192.0.2.10-192.0.2.20, a CIDR or an address";

}  // namespace

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
}

bool is_name(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':';
  };
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, is_part);
}

Value read_value(const json::value& value, const Field& field, const std::string& at,
                 const Reading& reading) {
  Reader reader(value, field, at, reading.faults);
  switch (field.type) {
    case Type::kText:
      return reader.text();
    case Type::kName:
      return reader.name();
    case Type::kInteger:
      return reader.integer();
    case Type::kBoolean:
      return reader.boolean();
    case Type::kSeconds:
      return reader.seconds();
    case Type::kAddress:
      return reader.parsed<net::Address>(net::Address::parse, "an IP address");
    case Type::kCidr:
      return reader.parsed<net::Prefix>(net::Prefix::parse, "a CIDR such as 192.0.2.0/24");
    case Type::kMac:
      return reader.parsed<net::Mac>(net::Mac::parse, "a MAC such as 52:54:00:12:34:56");
    case Type::kMacs:
      return reader.macs();
    case Type::kRange:
      return reader.parsed<net::Range>(net::Range::parse, kRangeHelp);
    case Type::kAddresses:
      return reader.list<net::Address>(net::Address::parse, "an IP address");
    case Type::kAnyAddresses:
      return reader.any_addresses();
    case Type::kTexts:
      return reader.list<std::string>(plain_text, "a text without control characters");
    case Type::kClasses:
      return reader.classes();
    case Type::kRanges:
      return reader.list<net::Range>(net::Range::parse, kRangeHelp);
    case Type::kIntegers:
      return reader.integers();
    case Type::kTags:
      return reader.tags();
    case Type::kOptions:
      return read_options(value, at, reading);
    case Type::kOptionCodes:
      return read_option_codes(value, at, reading);
    case Type::kSentOptions:
      return read_options(value, at, reading, Sender::kClient);
    case Type::kAskedOptions:
      return read_option_codes(value, at, reading, Sender::kClient);
    case Type::kTime:
    case Type::kObject:
    case Type::kObjects:
    case Type::kPools:
    case Type::kAny:
      break;
  }
  base::check(false);
  return {};
}

}  // namespace melange::admin
