// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

#include <boost/json.hpp>

#include "melange/base/text.h"

namespace melange::cli {
namespace {

namespace json = boost::json;
using base::cat;

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  const json::string* const text = found != nullptr ? found->if_string() : nullptr;
  return text != nullptr ? base::escape(std::string_view(*text)) : "";
}

std::string faults(const json::object& problem) {
  std::string out;
  const json::value* const found = problem.if_contains("errors");
  const json::array* const errors = found != nullptr ? found->if_array() : nullptr;
  if (errors == nullptr) return out;
  for (const json::value& error : *errors) {
    const json::object* const fault = error.if_object();
    if (fault == nullptr) continue;
    out += cat("\n  ", text_in(*fault, "field"), ": ", text_in(*fault, "message"));
  }
  return out;
}

std::string remedy(unsigned status) {
  return status == 401 ? " (give a token by --token-file or $MELANGE_TOKEN)" : "";
}

}  // namespace

std::string problem_text(const Response& response) {
  json::error_code error;
  const json::value body = json::parse(response.body, error);
  const json::object empty;
  const json::object* const parsed = error ? nullptr : body.if_object();
  const json::object& problem = parsed != nullptr ? *parsed : empty;
  std::string title = text_in(problem, "title");
  if (title.empty()) title = base::escape(response.reason);
  const std::string detail = text_in(problem, "detail");
  return cat(response.status, ' ', title, detail.empty() ? "" : ": ", detail,
             remedy(response.status), faults(problem));
}

}  // namespace melange::cli
