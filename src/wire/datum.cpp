// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/datum.h"

#include "melange/base/text.h"

namespace melange::wire {
namespace {

// The elements' own forms, one after another.
template <class Elements, class Write>
std::string joined(const Elements& elements, std::string_view separator, Write write) {
  std::string out;
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out += separator;
    first = false;
    out += write(element);
  }
  return out;
}

struct TextWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return base::escape(value); }
  std::string operator()(const DatumList& list) const {
    return joined(list, ", ", [](const Datum& datum) { return text(datum); });
  }
  std::string operator()(const DatumRecord& record) const {
    return joined(record, " ", [](const DatumField& field) {
      return base::cat(base::escape(field.key), '=', text(field.value));
    });
  }
};

struct JsonWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return base::json_quote(value); }
  std::string operator()(const DatumList& list) const {
    return base::cat('[', joined(list, ",", [](const Datum& datum) { return json(datum); }), ']');
  }
  std::string operator()(const DatumRecord& record) const {
    const auto field_json = [](const DatumField& field) {
      return base::cat(base::json_quote(field.key), ':', json(field.value));
    };
    return base::cat('{', joined(record, ",", field_json), '}');
  }
};

}  // namespace

std::string text(const Datum& datum) { return std::visit(TextWriter{}, datum.value); }

std::string json(const Datum& datum) { return std::visit(JsonWriter{}, datum.value); }

}  // namespace melange::wire
