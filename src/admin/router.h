// SPDX-License-Identifier: Apache-2.0
//
// From a method and a path to a route, and whether who asks may take it. One place for all routes:
// a handler that forgot to ask cannot be written.
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "route.h"

namespace melange::admin {

std::span<const Route> routes();  // routes.cpp
// What they show, and what is inside of that, each once.
std::vector<const Shape*> shown_shapes();

struct Match {
  const Route* route;
  Arguments path;
};

// `path` is that of /v1. 404 if there is none, 405 with Allow if there is one of another method.
std::expected<Match, Problem> find_route(http::Method method, std::string_view path);

// What is foreign is as if it were not there.
std::optional<Problem> authorise(const Match& match, http::Method method,
                                 const Principal& principal);

}  // namespace melange::admin
