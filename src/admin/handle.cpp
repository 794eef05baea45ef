// SPDX-License-Identifier: Apache-2.0
//
// The way of every request: route, authorisation, query, body, handler, response.
#include <algorithm>

#include "etag.h"
#include "idempotency.h"
#include "melange/admin/api.h"
#include "melange/base/text.h"
#include "page.h"
#include "router.h"

namespace melange::admin {
namespace {

using base::cat;
using http::Method;

constexpr std::string_view kEventStream = "text/event-stream";

template <class T>
using Checked = std::expected<T, Problem>;

bool has_pages(const Route& route) { return route.result == Result::kList; }

std::optional<Fault> fault_of(const Argument& argument, const Route& route) {
  if (has_pages(route) && (argument.name == "limit" || argument.name == "marker")) {
    return std::nullopt;
  }
  const auto known = std::ranges::find(route.query, argument.name, &Parameter::name);
  if (known == route.query.end()) return Fault{argument.name, "is no parameter of this resource"};
  if (known->choices.empty() || std::ranges::count(known->choices, argument.value) != 0) {
    return std::nullopt;
  }
  const std::vector<std::string> choices(known->choices.begin(), known->choices.end());
  return Fault{argument.name, cat("should be one among ", base::join(choices, ", "))};
}

Checked<Arguments> query_of(const http::Request& request, const Route& route) {
  auto query = parse_query(request.query);
  if (!query) return query;
  Faults faults;
  for (const Argument& argument : query->all()) {
    if (auto fault = fault_of(argument, route)) faults.push_back(std::move(*fault));
  }
  if (!faults.empty()) return std::unexpected(invalid(std::move(faults)));
  return query;
}

Checked<Body> body_of(const http::Request& request, const Route& route,
                      const wire::OptionTable4& options) {
  if (route.body != nullptr && (!request.body.empty() || !route.body_may_be_absent)) {
    return read_body(request.body, *route.body,
                     request.method == Method::kPost ? Use::kCreation : Use::kUpdate, options);
  }
  if (request.body.empty()) return Body();
  return std::unexpected(Problem{400, "", "this takes no body", {}});
}

// A client that names types wants JSON among them, or events (RFC 9110 section 12.5.1).
bool accepts_json(const http::Request& request) {
  const std::string_view accept = request.field("accept");
  return accept.empty() || std::ranges::any_of(base::split(accept, ','), [](std::string_view part) {
           return part.contains("*/*") || part.contains("application/*") || part.contains("json") ||
                  part.contains(kEventStream);
         });
}

// What says that a handler may be called, and everything it is called with.
Checked<Call> call_of(const http::Request& request, const Context& context, Match match) {
  if (auto refused = authorise(match, request.method, context.principal)) {
    return std::unexpected(std::move(*refused));
  }
  const Route& route = *match.route;
  if (!accepts_json(request)) {
    return std::unexpected(Problem{406, "", "responses are application/json", {}});
  }
  auto query = query_of(request, route);
  if (!query) return std::unexpected(std::move(query.error()));
  auto page = has_pages(route) ? read_page(*query) : Page{};
  if (!page) return std::unexpected(std::move(page.error()));
  auto body = body_of(request, route, context.settings.options);
  if (!body) return std::unexpected(std::move(body.error()));
  return Call{context,          route,           request, std::move(match.path), std::move(*query),
              std::move(*body), std::move(*page)};
}

http::Response response_of(Reply& reply, const Route& route, const http::Request& request) {
  const Dialect dialect = dialect_of(request.path);
  const unsigned success = reply.status != 0 ? reply.status : route.success;
  http::Response response{status_of(success, dialect), {}, "", std::move(reply.events)};
  if (reply.revision) response.fields.push_back({"ETag", etag(*reply.revision)});
  if (!reply.location.empty()) {
    response.fields.push_back({"Location", from_v1(reply.location, dialect)});
  }
  if (is_read(request.method) && reply.revision && is_known(request, *reply.revision)) {
    response.status = 304;
    return response;
  }
  if (response.events) {
    response.fields.push_back({"Content-Type", std::string(kEventStream)});
  } else if (success != 204) {
    response.fields.push_back({"Content-Type", "application/json"});
    response.body = json::serialize(reply.body);
  }
  return response;
}

Checked<Outcome> carry_out(const Call& call) {
  auto reply = call.route.handler(call);
  if (!reply) return std::unexpected(std::move(reply.error()));
  return Outcome{response_of(*reply, call.route, call.request), std::move(reply->changes)};
}

Checked<Outcome> carry_out_once(const Call& call) {
  // What reads may be done again.
  if (call.route.in_turn) return carry_out(call);
  const auto key = repeatable(call.request, call.context.principal);
  if (!key) return std::unexpected(key.error());
  if (!*key) return carry_out(call);
  auto before = recall(**key, call.context);
  if (!before) return std::unexpected(std::move(before.error()));
  if (*before) return Outcome{std::move(**before), {}};
  auto outcome = carry_out(call);
  if (outcome) outcome->changes.emplace_back(remember(**key, outcome->response, call.now()));
  return outcome;
}

Checked<Outcome> answer(const http::Request& request, const Context& context) {
  auto match = find_route(request.method, to_v1(request.path));
  if (!match) return std::unexpected(std::move(match.error()));
  const auto call = call_of(request, context, std::move(*match));
  if (!call) return std::unexpected(call.error());
  return carry_out_once(*call);
}

}  // namespace

bool is_public(const http::Request& request) {
  const auto match = find_route(request.method, to_v1(request.path));
  return match && match->route->scope == Scope::kPublic;
}

Where where(const http::Request& request) {
  const auto match = find_route(request.method, to_v1(request.path));
  const bool in_turn = match && (!is_read(request.method) || match->route->in_turn);
  return in_turn ? Where::kTurn : Where::kSnapshot;
}

Outcome handle(const http::Request& request, const Context& context) {
  auto outcome = answer(request, context);
  if (outcome) return std::move(*outcome);
  return {render(outcome.error(), dialect_of(request.path)), {}};
}

std::optional<Problem> foreign_tenant(const Call& call) {
  const auto* tenant = call.body.get<std::string>("tenant_id");
  if (tenant == nullptr || *tenant == call.tenant()) return std::nullopt;
  return invalid("tenant_id", "is not the tenant of the path");
}

std::optional<std::uint64_t> number_of(const Call& call, store::ObjectKind kind,
                                       std::string_view id) {
  return store::parse_uuid(id, call.view().store_id(), kind);
}

}  // namespace melange::admin
