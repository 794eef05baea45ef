// SPDX-License-Identifier: Apache-2.0
//
// The OpenAPI 3.1 document: nothing in it is written down twice, all comes from the routes and the
// shapes.
#include <algorithm>

#include "melange/admin/api.h"
#include "melange/base/text.h"
#include "page.h"
#include "router.h"
#include "schemas.h"
#include "service.h"

namespace melange::admin {
namespace {

using base::cat;
using http::Method;

json::object ref(std::string_view part, std::string_view name) {
  return {{"$ref", cat("#/components/", part, '/', name)}};
}

json::object typed(std::string_view type) { return {{"type", type}}; }

json::object list_of_schema(json::value items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

json::object text_schema(const Field& field) {
  json::object schema = typed("string");
  if (!field.choices.empty())
    schema["enum"] = json::array(field.choices.begin(), field.choices.end());
  return schema;
}

json::object number_schema(const Field& field, bool shown) {
  json::object schema = typed("integer");
  if (shown) return schema;
  if (field.least != INT64_MIN) schema["minimum"] = field.least;
  if (field.most != 0) schema["maximum"] = field.most;
  const bool is_time = field.type == Type::kSeconds;
  json::object text = typed("string");
  text["pattern"] = is_time ? "^([0-9]+|([0-9]+[wdhms])+)$" : "^-?[0-9]+$";
  return {{"anyOf", json::array{std::move(schema), std::move(text)}}};
}

json::object formatted(std::string_view format) { return {{"type", "string"}, {"format", format}}; }

json::object value_schema(const Field& field, bool shown) {
  switch (field.type) {
    case Type::kText:
      return text_schema(field);
    case Type::kName:
      return {{"type", "string"}, {"pattern", "^[A-Za-z0-9._:-]{1,64}$"}};
    case Type::kInteger:
    case Type::kSeconds:
      return number_schema(field, shown);
    case Type::kIntegers:
      return list_of_schema(number_schema(field, shown));
    case Type::kBoolean:
      return typed("boolean");
    case Type::kTime:
      return formatted("date-time");
    case Type::kAddress:
    case Type::kCidr:
    case Type::kMac:
    case Type::kRange:
      return typed("string");
    case Type::kMacs:
      return {{"anyOf", json::array{typed("string"), list_of_schema(typed("string"))}}};
    case Type::kAddresses:
    case Type::kTexts:
    case Type::kClasses:
    case Type::kRanges:
      return list_of_schema(typed("string"));
    case Type::kAnyAddresses:
      return {
          {"anyOf", json::array{list_of_schema(typed("string")), json::object{{"const", "any"}}}}};
    case Type::kOptions:
    case Type::kSentOptions:
      return typed("object");
    case Type::kOptionCodes:
    case Type::kAskedOptions:
      return list_of_schema(
          shown ? typed("string")
                : json::object{{"anyOf", json::array{typed("string"), typed("integer")}}});
    case Type::kPools:
      return list_of_schema(
          json::object{{"anyOf", json::array{typed("string"), ref("schemas", field.inner->name)}}});
    case Type::kTags:
      return {{"type", "object"}, {"additionalProperties", typed("string")}};
    case Type::kObject:
      return ref("schemas", field.inner->name);
    case Type::kObjects:
      return list_of_schema(ref("schemas", field.inner->name));
    case Type::kAny:
      break;
  }
  return {};
}

json::object or_null_schema(json::object schema) {
  return {{"anyOf", json::array{std::move(schema), typed("null")}}};
}

json::object field_schema(const Field& field, bool shown) {
  json::object schema = value_schema(field, shown);
  const bool nullable = shown ? field.nullable : field.need != Need::kAlways;
  if (nullable && field.type != Type::kAny) schema = or_null_schema(std::move(schema));
  schema["description"] = field.help;
  return schema;
}

// What `shown` shapes have is all there; of others only what `use` needs.
json::object shape_schema(const Shape& shape, bool shown, Use use) {
  json::object properties;
  json::array required;
  for (const Field& field : shape.fields) {
    const bool needed = shown || field.need == Need::kAlways ||
                        (field.need == Need::kCreation && use == Use::kCreation);
    if (needed) required.emplace_back(field.name);
    properties.emplace(field.name, field_schema(field, shown));
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (!shown) schema["additionalProperties"] = false;
  return schema;
}

json::object wrapped(std::string_view wrapper, json::object schema) {
  if (wrapper.empty()) return schema;
  json::object properties;
  properties.emplace(wrapper, std::move(schema));
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", json::array{wrapper}}};
}

json::object list_schema(const Route& route) {
  json::object schema =
      wrapped(route.collection, list_of_schema(ref("schemas", route.shows->name)));
  schema["properties"].as_object().emplace(cat(route.collection, "_links"),
                                           list_of_schema(ref("schemas", "link")));
  return schema;
}

json::object result_schema(const Route& route) {
  switch (route.result) {
    case Result::kObject:
      return wrapped(route.shows->wrapper, ref("schemas", route.shows->name));
    case Result::kList:
    case Result::kWhole:
      return list_schema(route);
    case Result::kBare:
    case Result::kNothing:
      break;
  }
  return typed("object");
}

json::object json_content(json::object schema) {
  json::object media{{"schema", std::move(schema)}};
  return {{"application/json", std::move(media)}};
}

json::object success_of(const Route& route) {
  json::object response{{"description", reason(route.success).empty() || route.success < 300
                                            ? std::string_view("Done.")
                                            : reason(route.success)}};
  if (route.result == Result::kNothing) return response;
  response["content"] = json_content(result_schema(route));
  return response;
}

json::object responses_of(const Route& route) {
  json::object responses;
  responses.emplace(std::to_string(route.success), success_of(route));
  if (route.method == Method::kPut && route.success == 200 && route.result == Result::kObject) {
    responses.emplace("201", success_of(route));
  }
  responses.emplace("default", ref("responses", "problem"));
  return responses;
}

json::object parameter(std::string_view name, std::string_view in, std::string_view help,
                       json::object schema) {
  return {{"name", name},
          {"in", in},
          {"required", in == "path"},
          {"description", help},
          {"schema", std::move(schema)}};
}

bool has_matches(const Route& route) {
  return route.method == Method::kPut || route.method == Method::kPatch ||
         route.method == Method::kDelete;
}

json::array parameters_of(const Route& route) {
  json::array parameters;
  for (const std::string_view part : base::split(route.pattern, '/')) {
    if (!part.starts_with('{')) continue;
    parameters.push_back(parameter(part.substr(1, part.size() - 2), "path", "", typed("string")));
  }
  for (const Parameter& one : route.query) {
    json::object schema = typed("string");
    if (!one.choices.empty()) schema["enum"] = json::array(one.choices.begin(), one.choices.end());
    parameters.push_back(parameter(one.name, "query", one.help, std::move(schema)));
  }
  if (route.result == Result::kList) {
    parameters.push_back(ref("parameters", "limit"));
    parameters.push_back(ref("parameters", "marker"));
  }
  if (has_matches(route)) parameters.push_back(ref("parameters", "if_match"));
  if (route.method == Method::kPost && !route.in_turn)
    parameters.push_back(ref("parameters", "idempotency_key"));
  return parameters;
}

// A tag: the first literal behind the version and the tenant.
std::string_view tag_of(const Route& route) {
  std::string_view tag = "service";
  for (const std::string_view part : base::split(route.pattern, '/')) {
    if (part.empty() || part == "v1" || part == "tenants" || part.starts_with('{')) continue;
    tag = part;
    break;
  }
  return route.pattern.starts_with("/v1/") ? tag : "service";
}

std::string body_name(const Route& route) {
  return cat(route.body->name, route.method == Method::kPost ? "" : "_update");
}

json::object operation(const Route& route) {
  json::object out{
      {"operationId", route.id},
      {"summary", route.summary},
      {"tags", json::array{tag_of(route)}},
      {"parameters", parameters_of(route)},
  };
  if (route.body != nullptr) {
    out["requestBody"] = {
        {"required", !route.body_may_be_absent},
        {"content", json_content(wrapped(route.body->wrapper, ref("schemas", body_name(route))))},
    };
  }
  out["responses"] = responses_of(route);
  if (route.scope == Scope::kPublic) out["security"] = json::array{};
  return out;
}

json::object paths() {
  json::object paths;
  for (const Route& route : routes()) {
    if (!paths.contains(route.pattern)) paths.emplace(route.pattern, json::object());
    std::string method(text(route.method));
    std::ranges::transform(method, method.begin(),
                           [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    paths.at(route.pattern).as_object().emplace(method, operation(route));
  }
  return paths;
}

void add_inner(json::object& schemas, const Shape& shape, Use use) {
  for (const Field& field : shape.fields) {
    if (field.inner == nullptr || schemas.contains(field.inner->name)) continue;
    schemas.emplace(field.inner->name, shape_schema(*field.inner, false, use));
    add_inner(schemas, *field.inner, use);
  }
}

constexpr std::array kFaultFields{
    Field{"field", Type::kText, "Of the body, the query or the header; empty: of the whole."},
    Field{"message", Type::kText, "What is wrong with it."},
};
constexpr Shape kFaultShown{"fault", "", kFaultFields};

json::object problem_schema() {
  json::object properties{
      {"type", typed("string")},
      {"title", typed("string")},
      {"status", typed("integer")},
      {"detail", typed("string")},
      {"errors", list_of_schema(ref("schemas", "fault"))},
  };
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", json::array{"type", "title", "status"}}};
}

json::object link_schema() {
  json::object properties{{"rel", typed("string")}, {"href", formatted("uri-reference")}};
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", json::array{"rel", "href"}}};
}

json::object schemas() {
  json::object schemas;
  for (const Shape* shape : shown_shapes()) {
    schemas.emplace(shape->name, shape_schema(*shape, true, Use::kUpdate));
  }
  for (const Route& route : routes()) {
    if (route.body == nullptr || schemas.contains(body_name(route))) continue;
    const Use use = route.method == Method::kPost ? Use::kCreation : Use::kUpdate;
    schemas.emplace(body_name(route), shape_schema(*route.body, false, use));
    add_inner(schemas, *route.body, use);
  }
  schemas.emplace("fault", shape_schema(kFaultShown, true, Use::kUpdate));
  schemas.emplace("problem", problem_schema());
  schemas.emplace("link", link_schema());
  return schemas;
}

json::object common_parameters() {
  json::object limit = typed("integer");
  limit["minimum"] = 1;
  limit["maximum"] = kLargestPage;
  limit["default"] = kPageLimit;
  return {
      {"limit", parameter("limit", "query", "How many at most.", std::move(limit))},
      {"marker", parameter("marker", "query", "The id of the last object of the page before.",
                           typed("string"))},
      {"if_match",
       parameter("If-Match", "header",
                 "Only if the object still has one of these ETags; 412 if not.", typed("string"))},
      {"idempotency_key",
       parameter("Idempotency-Key", "header",
                 "Sent again with the same key and body within 24 hours, the request is not done "
                 "again and gets the same response.",
                 typed("string"))},
  };
}

json::object components() {
  json::object media{{"schema", ref("schemas", "problem")}};
  json::object content{{"application/problem+json", std::move(media)}};
  json::object problem{{"description", "Why it was not done (RFC 9457)."},
                       {"content", std::move(content)}};
  json::object bearer{{"type", "http"}, {"scheme", "bearer"}};
  return {
      {"schemas", schemas()},
      {"parameters", common_parameters()},
      {"responses", json::object{{"problem", std::move(problem)}}},
      {"securitySchemes", json::object{{"token", std::move(bearer)}}},
  };
}

}  // namespace

json::object openapi_document() {
  json::object info{
      {"title", "Melange"},
      {"version", "1"},
      {"description",
       "DHCP and IPAM: blocks, addresses, networks, policies. The unix socket needs "
       "no token."},
      {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
  };
  return {
      {"openapi", "3.1.0"},
      {"info", std::move(info)},
      {"paths", paths()},
      {"components", components()},
      {"security", json::array{json::object{{"token", json::array{}}}}},
  };
}

std::string openapi() { return json::serialize(openapi_document()); }

}  // namespace melange::admin
