// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

#include <algorithm>
#include <array>

#include "json.h"
#include "melange/admin/api.h"
#include "melange/base/text.h"

namespace melange::admin {
namespace {

using base::cat;

struct Status {
  unsigned status;
  std::string_view reason;
  std::string_view old_name;  // what an error of /v0.1 is called
};
constexpr auto kStatuses = std::to_array<Status>({
    {400, "Bad Request", "BadRequest"},
    {401, "Unauthorized", "Unauthorized"},
    {403, "Forbidden", "Forbidden"},
    {404, "Not Found", "NotFound"},
    {405, "Method Not Allowed", "MethodNotAllowed"},
    {406, "Not Acceptable", "NotAcceptable"},
    {409, "Conflict", "Conflict"},
    {410, "Gone", "Gone"},
    {412, "Precondition Failed", "PreconditionFailed"},
    {413, "Content Too Large", "RequestEntityTooLarge"},
    {415, "Unsupported Media Type", "UnsupportedMediaType"},
    {422, "Unprocessable Content", "UnprocessableEntity"},
    {428, "Precondition Required", "PreconditionRequired"},
    {429, "Too Many Requests", "TooManyRequests"},
    {500, "Internal Server Error", "InternalServerError"},
    {503, "Service Unavailable", "ServiceUnavailable"},
});
static_assert(std::ranges::is_sorted(kStatuses, {}, &Status::status));
constexpr Status kOther{0, "Error", "Error"};

const Status& find(unsigned status) {
  const auto found = std::ranges::find(kStatuses, status, &Status::status);
  return found != kStatuses.end() ? *found : kOther;
}

std::string title_of(const Problem& problem) {
  return problem.title.empty() ? std::string(reason(problem.status)) : problem.title;
}

json::object as_problem(const Problem& problem) {
  json::object body;
  body["type"] = problem.code.empty() ? "about:blank" : cat("urn:melange:", problem.code);
  body["title"] = title_of(problem);
  body["status"] = problem.status;
  if (!problem.detail.empty()) body["detail"] = problem.detail;
  if (problem.errors.empty()) return body;
  json::array errors;
  for (const Fault& fault : problem.errors) {
    errors.push_back({{"field", fault.field}, {"message", fault.message}});
  }
  body["errors"] = std::move(errors);
  return body;
}

// The old form has room for one text.
json::object as_old_error(const Problem& problem) {
  std::string detail = problem.errors.empty() ? problem.detail : "";
  for (const Fault& fault : problem.errors) {
    if (!detail.empty()) detail += "; ";
    detail += fault.field.empty() ? fault.message : cat(fault.field, ": ", fault.message);
  }
  json::object error{
      {"code", problem.status}, {"message", title_of(problem)}, {"detail", std::move(detail)}};
  return {{find(problem.status).old_name, std::move(error)}};
}

struct Answered {
  ipam::Why why;
  unsigned status;
  std::string_view code;
};
constexpr std::array kAnswered{
    Answered{ipam::Why::kInvalid, 400, ""},
    Answered{ipam::Why::kNotFound, 404, ""},
    Answered{ipam::Why::kConflict, 409, ""},
    Answered{ipam::Why::kManagedByConfig, 409, "managed_by_config"},
    Answered{ipam::Why::kImpossible, 422, ""},
};

// Messages that go on behind the field's name, as "is missing", get it.
std::string sentence(const Fault& fault) {
  const char first = fault.message.empty() ? ' ' : fault.message.front();
  const bool goes_on = first >= 'a' && first <= 'z' && !fault.message.starts_with(fault.field);
  return goes_on && !fault.field.empty() ? cat(fault.field, ' ', fault.message) : fault.message;
}

}  // namespace

Problem invalid(Faults faults) {
  std::string detail = faults.size() == 1
                           ? sentence(faults.front())
                           : cat(faults.size(), " things are wrong with the request");
  return {400, "", std::move(detail), std::move(faults)};
}

Problem invalid(std::string field, std::string message) {
  return invalid(Faults{{std::move(field), std::move(message)}});
}

Problem not_found(std::string_view what) { return {404, "", cat("there is no such ", what), {}}; }

Problem forbidden(std::string detail) { return {403, "", std::move(detail), {}}; }

Problem conflict(std::string_view code, std::string detail) {
  return {409, code, std::move(detail), {}};
}

Problem managed_by_config(std::string_view what) {
  return conflict("managed_by_config",
                  cat("the ", what, " comes from the configuration file and changes only there"));
}

Problem of(const ipam::Refusal& refusal) {
  const auto& answered = *std::ranges::find(kAnswered, refusal.why, &Answered::why);
  Problem problem = invalid(refusal.faults);
  problem.status = answered.status;
  problem.code = answered.code;
  return problem;
}

std::string_view reason(unsigned status) { return find(status).reason; }

http::Response render(const Problem& problem, Dialect dialect) {
  const bool old = dialect == Dialect::kV01;
  http::Response response{problem.status, problem.fields, "", nullptr};
  response.fields.push_back(
      {"Content-Type", old ? "application/json" : "application/problem+json"});
  response.body = json::serialize(old ? as_old_error(problem) : as_problem(problem));
  return response;
}

http::Response problem(unsigned status, std::string_view title, std::string_view detail,
                       const http::Request& request) {
  const Problem told{status, "", std::string(detail), {}, {}, std::string(title)};
  return render(told, dialect_of(request.path));
}

}  // namespace melange::admin
