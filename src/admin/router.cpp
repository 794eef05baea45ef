// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include <algorithm>

#include "melange/base/text.h"
#include "value.h"

namespace melange::admin {
namespace {

using http::Method;

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

// Walks over the pattern's segments without making anything of them.
bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
  pattern.remove_prefix(1);
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    if (!is_variable(part) && part != segment) return false;
    pattern.remove_prefix(std::min(part.size() + 1, pattern.size()));
  }
  return pattern.empty();
}

Arguments arguments_of(std::string_view pattern, std::vector<std::string> segments) {
  Arguments arguments;
  const auto parts = base::split(pattern.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_variable(parts[i])) continue;
    arguments.add(parts[i].substr(1, parts[i].size() - 2), std::move(segments[i]));
  }
  return arguments;
}

bool takes(const Route& route, Method method) {
  return route.method == method || (method == Method::kHead && route.method == Method::kGet);
}

Problem wrong_method(const std::vector<Method>& methods) {
  std::vector<std::string> names;
  for (const Method method : methods) {
    names.emplace_back(text(method));
    if (method == Method::kGet) names.emplace_back(text(Method::kHead));
  }
  const std::string allowed = base::join(names, ", ");
  return {405, "", base::cat("this takes ", allowed), {}, {{"Allow", allowed}}, {}};
}

void add_shape(std::vector<const Shape*>& shapes, const Shape* shape) {
  if (shape == nullptr || std::ranges::count(shapes, shape) != 0) return;
  shapes.push_back(shape);
  for (const Field& field : shape->fields) add_shape(shapes, field.inner);
}

}  // namespace

std::vector<const Shape*> shown_shapes() {
  std::vector<const Shape*> shapes;
  for (const Route& route : routes()) add_shape(shapes, route.shows);
  return shapes;
}

bool is_read(Method method) { return method == Method::kGet || method == Method::kHead; }

std::expected<Match, Problem> find_route(Method method, std::string_view path) {
  auto segments = split_path(path);
  if (!segments) return std::unexpected(not_found("resource"));
  std::vector<Method> others;
  for (const Route& route : routes()) {
    if (!fits(route.pattern, *segments)) continue;
    if (takes(route, method)) {
      return Match{&route, arguments_of(route.pattern, std::move(*segments))};
    }
    others.push_back(route.method);
  }
  if (others.empty()) return std::unexpected(not_found("resource"));
  return std::unexpected(wrong_method(others));
}

std::optional<Problem> authorise(const Match& match, Method method, const Principal& principal) {
  const std::string_view tenant = match.path.get("tenant");
  switch (match.route->scope) {
    case Scope::kPublic:
      return std::nullopt;
    case Scope::kAnyToken:
      break;
    case Scope::kTenant:
      // One that could never be has nothing either.
      if (!principal.reaches(tenant) || !is_name(tenant)) return not_found("tenant");
      break;
    case Scope::kAdmin:
      if (!principal.admin) return forbidden("this needs a token with the scope \"admin\"");
      break;
  }
  const bool reads = is_read(method) || match.route->in_turn;
  if (reads || principal.may_write) return std::nullopt;
  return forbidden("this needs a token with the scope \"write\"");
}

}  // namespace melange::admin
