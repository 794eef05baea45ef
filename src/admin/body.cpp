// SPDX-License-Identifier: Apache-2.0
#include "body.h"

#include <algorithm>

#include "json_text.h"
#include "melange/base/text.h"
#include "pools.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::size_t kShownName = 64;

std::string unknown(std::string_view name, const Shape& shape) {
  std::vector<std::string_view> names;
  for (const Field& field : shape.fields) names.push_back(field.name);
  const auto meant = base::nearest(name.substr(0, kShownName), names);
  return meant ? cat("is not known; did you mean '", *meant, "'?") : "is not known";
}

bool is_needed(const Field& field, Use use) {
  return field.need == Need::kAlways || (field.need == Need::kCreation && use == Use::kCreation);
}

Value read_object(const json::value& value, const Field& field, const std::string& at,
                  const Reading& reading) {
  const json::object* object = value.if_object();
  if (object == nullptr) reading.faults.push_back({at, "expects an object"});
  if (object == nullptr) return std::monostate{};
  return Bodies{Body::read(*object, *field.inner, at + ".", reading)};
}

Value read_objects(const json::value& value, const Field& field, const std::string& at,
                   const Reading& reading) {
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > kLongestList) {
    reading.faults.push_back({at, cat("expects a list of at most ", kLongestList, " objects")});
    return std::monostate{};
  }
  Bodies bodies;
  for (std::size_t i = 0; i < array->size(); ++i) {
    Value one = read_object((*array)[i], field, cat(at, "[", i, "]"), reading);
    if (auto* read = std::get_if<Bodies>(&one)) bodies.push_back(std::move(read->front()));
  }
  return bodies;
}

Value read_member(const json::value& value, const Field& field, const std::string& at,
                  const Reading& reading) {
  if (value.is_null() && !is_needed(field, reading.use)) return std::monostate{};
  if (field.type == Type::kObject) return read_object(value, field, at, reading);
  if (field.type == Type::kObjects) return read_objects(value, field, at, reading);
  if (field.type == Type::kPools) return read_pools(value, field, at, reading);
  return read_value(value, field, at, reading);
}

Problem wrong_wrapper(const json::object& document, std::string_view wrapper) {
  Faults faults;
  if (!document.contains(json::string_view(wrapper.data(), wrapper.size()))) {
    faults.push_back(
        {std::string(wrapper), cat("is missing: the body is {\"", wrapper, "\": ...}")});
  }
  for (const json::key_value_pair& member : document) {
    const std::string_view name = view_of(member.key());
    if (name == wrapper) continue;
    faults.push_back({base::escape(name.substr(0, kShownName)),
                      cat("is not known; the body is {\"", wrapper, "\": ...}")});
  }
  return invalid(std::move(faults));
}

}  // namespace

const Field* find_field(const Shape& shape, std::string_view name) {
  const auto found = std::ranges::find(shape.fields, name, &Field::name);
  return found != shape.fields.end() ? &*found : nullptr;
}

Body Body::read(const json::object& object, const Shape& shape, const std::string& at,
                const Reading& reading) {
  Body body;
  body.shape_ = &shape;
  for (const Field& field : shape.fields) {
    const std::string where = cat(at, field.name);
    const json::value* value =
        object.if_contains(json::string_view(field.name.data(), field.name.size()));
    if (value != nullptr) {
      body.members_.push_back({field.name, read_member(*value, field, where, reading)});
    } else if (is_needed(field, reading.use)) {
      reading.faults.push_back({where, "is missing"});
    }
  }
  for (const json::key_value_pair& member : object) {
    const std::string_view name = view_of(member.key());
    if (find_field(shape, name) != nullptr) continue;
    reading.faults.push_back(
        {cat(at, base::escape(name.substr(0, kShownName))), unknown(name, shape)});
  }
  return body;
}

const Value* Body::find(std::string_view name) const {
  base::check(shape_ == nullptr || find_field(*shape_, name) != nullptr);
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found != members_.end() ? &found->value : nullptr;
}

std::expected<Body, Problem> read_body(std::string_view text, const Shape& shape, Use use,
                                       const wire::OptionTable4& options) {
  const auto document = parse_json(text);
  if (!document) return std::unexpected(Problem{400, "", document.error(), {}});
  const json::object* object = document->if_object();
  if (object == nullptr) return std::unexpected(Problem{400, "", "the body is no JSON object", {}});
  if (!shape.wrapper.empty()) {
    const json::value* inner =
        object->if_contains(json::string_view(shape.wrapper.data(), shape.wrapper.size()));
    if (inner == nullptr || object->size() != 1) {
      return std::unexpected(wrong_wrapper(*object, shape.wrapper));
    }
    object = inner->if_object();
    if (object == nullptr) {
      return std::unexpected(invalid(std::string(shape.wrapper), "expects an object"));
    }
  }
  Faults faults;
  Body body = Body::read(*object, shape, "", {options, faults, use});
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  return body;
}

}  // namespace melange::admin
