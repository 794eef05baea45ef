// SPDX-License-Identifier: Apache-2.0
//
// A route, a call of it, and what its handler gives. All that can be said of a route without
// running it is data: the router, the authorisation, /openapi.json and docs/api.md read it.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "arguments.h"
#include "body.h"
#include "json.h"
#include "melange/admin/api.h"
#include "melange/ipam/draft.h"
#include "problem.h"
#include "shape.h"
#include "show.h"

namespace melange::admin {

// Who may call a route; for what changes something, the principal must be one that may write.
enum class Scope : std::uint8_t {
  kPublic,    // anyone, without a token
  kAnyToken,  // the handler shows what the principal reaches
  kTenant,    // who reaches the path's {tenant}
  kAdmin,
};

struct Parameter {
  std::string_view name;
  std::string_view help;
  std::span<const std::string_view> choices{};
};

// A list: `limit` and `marker` are parameters of its route.
struct Page {
  std::size_t limit = 200;
  std::string marker;  // id of the last object seen; empty: from the first
};

struct Route;

// What a handler is called with.
struct Call {
  const Context& context;
  const Route& route;
  const http::Request& request;
  Arguments path;
  Arguments query;
  Body body;
  Page page;

  const store::View& view() const { return context.view; }
  Sight sight() const { return {context.view, context.settings.options}; }
  base::Instant now() const { return context.now; }
  std::string tenant() const { return std::string(path.get("tenant")); }
  // That of the commit that a change will be part of: of a response's ETag.
  std::uint64_t next_revision() const { return context.view.revision() + 1; }
  ipam::Draft draft() const { return {context.view, context.now}; }
};

struct Reply {
  json::object body;
  std::optional<std::uint64_t> revision;  // of the one object that the body shows
  std::string location;                   // of what was made: a path of /v1
  store::Changes changes;
  std::unique_ptr<http::EventSource> events;  // in the place of a body
  unsigned status = 0;                        // 0: that of the route
};

using Answer = std::expected<Reply, Problem>;
using Handler = Answer (*)(const Call&);

enum class Result : std::uint8_t {
  kNothing,  // 204
  kObject,   // {"policy": {...}}
  kList,     // {"policies": [...], "policies_links": [...]}: a page of them
  kWhole,    // the same without pages
  kBare,     // the object itself
};

struct Route {
  http::Method method;
  std::string_view pattern;  // "/v1/tenants/{tenant}/policies/{policy_id}"
  Scope scope;
  Handler handler;
  std::string_view id;  // operationId
  std::string_view summary;
  const Shape* body = nullptr;  // null: it takes none
  unsigned success = 200;
  Result result = Result::kNothing;
  const Shape* shows = nullptr;      // the object, or what the list is of
  std::string_view collection = {};  // of a list
  std::span<const Parameter> query = {};
  // Reads, whatever the method, but what only the turn knows.
  bool in_turn = false;
  bool body_may_be_absent = false;
};

bool is_read(http::Method method);

// For a handler: what is wrong if the body says another tenant than the path.
std::optional<Problem> foreign_tenant(const Call& call);
// For a handler: the values of parameters and fields that name an object of the store.
std::optional<std::uint64_t> number_of(const Call& call, store::ObjectKind kind,
                                       std::string_view id);

}  // namespace melange::admin
