// SPDX-License-Identifier: Apache-2.0
//
// docs/api.md: the reference for people, from the same tables as the OpenAPI document.
#include <algorithm>

#include "melange/admin/api.h"
#include "melange/base/text.h"
#include "page.h"
#include "router.h"
#include "schemas.h"

namespace melange::admin {
namespace {

using base::cat;
using http::Method;

constexpr std::string_view kHead = R"(# The HTTP API

This file is made from the program's tables (`MELANGE_UPDATE=1` and the test `admin` rewrite it).
The same as an OpenAPI 3.1 document: `GET /openapi.json`.

## Conventions

- JSON in, JSON out. An object is wrapped in its name, `{"policy": {...}}`, a list in the plural.
  Fields that are not known are refused by name, and all that is wrong with a request is told at
  once, in an `application/problem+json` with `errors: [{field, message}]`.
- `Authorization: Bearer` and a token. The unix socket needs none. What belongs to another tenant
  is 404; what takes an admin, or a token that may write, is 403.
- Lists are in the order of creation. `limit` says how many (200; at most 1000), `marker` is the id
  of the last object seen; if there is more, the reply has `<collection>_links: [{rel, href}]`.
- PUT and PATCH change the fields that are given; `null` gives a field its default again.
- Every object has a `revision`, which is its ETag too. PUT, PATCH and DELETE honour `If-Match`
  (412), GET `If-None-Match` (304).
- POST honours `Idempotency-Key`, 1 to 255 visible characters: the same request with the same key is
  done once, and answered with the same octets for 24 hours; another body is 422.
- Times are RFC 3339 in UTC. Durations are seconds; in requests also `"1h30m"`. Whole numbers may be
  written as texts. IPv6 addresses are shown as in RFC 5952.
- A request is done as a whole or not at all, and its answer leaves when that is on disk.
- `/v0.1/ipam/...` answers like `/v1/...` for clients of the first Melange: creations are 201 and
  all else is 200, errors are `{"NotFound": {"code": 404, "message": ..., "detail": ...}}`.
- A rule of a policy has the id of its policy's number, 20 bits to the left, and its own.
)";

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kText:
      return "text";
    case Type::kName:
      return "name";
    case Type::kInteger:
      return "whole number";
    case Type::kIntegers:
      return "list of whole numbers";
    case Type::kBoolean:
      return "true or false";
    case Type::kAddress:
      return "IP address";
    case Type::kCidr:
      return "CIDR";
    case Type::kMac:
      return "MAC";
    case Type::kMacs:
      return "MAC, or list of MACs";
    case Type::kSeconds:
      return "seconds";
    case Type::kTime:
      return "time";
    case Type::kAddresses:
      return "list of IP addresses";
    case Type::kAnyAddresses:
      return "list of IP addresses, or any";
    case Type::kTexts:
      return "list of texts";
    case Type::kClasses:
      return "list of names";
    case Type::kRange:
      return "range or CIDR";
    case Type::kPools:
      return "list of ranges, CIDRs or objects";
    case Type::kRanges:
      return "list of ranges or CIDRs";
    case Type::kOptions:
    case Type::kSentOptions:
      return "object: DHCP options";
    case Type::kOptionCodes:
    case Type::kAskedOptions:
      return "list of DHCP options";
    case Type::kTags:
      return "object: texts";
    case Type::kObject:
      return "object";
    case Type::kObjects:
      return "list of objects";
    case Type::kAny:
      return "any";
  }
  return {};
}

std::string type_of(const Field& field) {
  std::string type(type_name(field.type));
  if (!field.choices.empty()) {
    const std::vector<std::string> choices(field.choices.begin(), field.choices.end());
    type = base::join(choices, ", ");
  }
  if (field.inner != nullptr) type += cat(": [", field.inner->name, "](#", field.inner->name, ")");
  return type;
}

std::string table_of(const Shape& shape) {
  std::string out = "| field | type | |\n|---|---|---|\n";
  for (const Field& field : shape.fields) {
    out += cat("| `", field.name, "` | ", type_of(field), field.nullable ? ", or null" : "", " | ",
               field.help, " |\n");
  }
  return out;
}

std::string table_of(const Shape& shape, Method method) {
  std::string out = "| field | type | | |\n|---|---|---|---|\n";
  for (const Field& field : shape.fields) {
    const bool needed =
        field.need == Need::kAlways || (field.need == Need::kCreation && method == Method::kPost);
    out += cat("| `", field.name, "` | ", type_of(field), " | ", needed ? "needed" : "", " | ",
               field.help, " |\n");
  }
  return out;
}

std::string_view scope_text(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
      return "Needs no token.";
    case Scope::kAnyToken:
    case Scope::kTenant:
      return "";
    case Scope::kAdmin:
      return "Needs an admin.";
  }
  return "";
}

std::string route_section(const Route& route) {
  std::string out = cat("\n### ", text(route.method), " ", route.pattern, "\n\n", route.summary);
  if (const auto scope = scope_text(route.scope); !scope.empty()) out += cat(' ', scope);
  out += "\n";
  if (!route.query.empty()) out += "\n| parameter | |\n|---|---|\n";
  for (const Parameter& one : route.query) out += cat("| `", one.name, "` | ", one.help, " |\n");
  if (route.body != nullptr) {
    const std::string_view wrapper = route.body->wrapper;
    out += cat("\nBody", wrapper.empty() ? "" : cat(": `", wrapper, "`"), "\n\n",
               table_of(*route.body, route.method));
  }
  if (route.shows != nullptr) {
    const bool is_object = route.result == Result::kObject;
    out +=
        cat("\nReply: ", route.success, ", `", is_object ? route.shows->wrapper : route.collection,
            "`: ", is_object ? "" : "list of ", "[", route.shows->name, "](#", route.shows->name,
            ")\n");
  } else {
    out += cat("\nReply: ", route.success, "\n");
  }
  return out;
}

void add_inner(std::vector<const Shape*>& shapes, const Shape& shape) {
  for (const Field& field : shape.fields) {
    if (field.inner == nullptr || std::ranges::count(shapes, field.inner) != 0) continue;
    shapes.push_back(field.inner);
    add_inner(shapes, *field.inner);
  }
}

// The objects inside of bodies.
std::vector<const Shape*> inner_shapes() {
  std::vector<const Shape*> shapes;
  for (const Route& route : routes()) {
    if (route.body != nullptr) add_inner(shapes, *route.body);
  }
  return shapes;
}

}  // namespace

std::string reference() {
  std::string out(kHead);
  out += "\n## Requests\n";
  for (const Route& route : routes()) out += route_section(route);
  out += "\n## Objects\n";
  for (const Shape* shape : shown_shapes()) {
    out += cat("\n### ", shape->name, "\n\n", table_of(*shape));
  }
  for (const Shape* shape : inner_shapes()) {
    out += cat("\n### ", shape->name, "\n\n", table_of(*shape, Method::kPost));
  }
  return out;
}

}  // namespace melange::admin
