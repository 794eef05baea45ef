// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include <algorithm>

#include "characters.h"
#include "melange/base/text.h"

namespace melange::http {
namespace {

struct Authority {
  std::string name;  // lower case
  std::string_view port;
};

// "name", "name:80", "[::1]", "[::1]:80"; nothing for what cannot be one.
std::optional<Authority> parse_authority(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  if (colon == std::string_view::npos) return Authority{lower(text), ""};
  const std::string_view port = text.substr(colon + 1);
  if (!is_number(port)) return std::nullopt;
  return Authority{lower(text.substr(0, colon)), port};
}

bool is_own_origin(std::string_view origin, std::string_view host, const LocalEnd& local) {
  return same_letters(origin, base::cat(local.is_tls ? "https://" : "http://", host));
}

bool takes_body(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

// RFC 8259: JSON is UTF-8. A charset that says so is harmless, any other is a mistake.
bool is_json(std::string_view content_type) {
  bool first = true;
  for (const std::string_view part : base::split(content_type, ';')) {
    const std::string_view text = trim(part);
    if (first && !same_letters(text, "application/json")) return false;
    const bool charset = !first && same_letters(text.substr(0, 8), "charset=");
    if (charset && !same_letters(text.substr(8), "utf-8") &&
        !same_letters(text.substr(8), "\"utf-8\"")) {
      return false;
    }
    first = false;
  }
  return true;
}

bool has_field(const Request& request, std::string_view name) {
  return std::ranges::find(request.fields, name, &Field::name) != request.fields.end();
}

}  // namespace

HostList::HostList(const std::vector<std::string>& names)
    : names_{"localhost", "127.0.0.1", "[::1]"} {
  for (const std::string& name : names) names_.push_back(lower(name));
}

bool HostList::allows(std::string_view host, const LocalEnd& local) const {
  if (local.is_unix) return true;
  const auto authority = parse_authority(host);
  if (!authority) return false;
  if (std::ranges::find(names_, authority->name) != names_.end()) return true;
  if (std::ranges::find(names_, lower(host)) != names_.end()) return true;  // a name with its port
  return authority->name == local.address &&
         (authority->port.empty() || authority->port == std::to_string(local.port));
}

std::optional<Refusal> judge_request(const Request& request, const Head& head,
                                     const HostList& hosts, const LocalEnd& local) {
  const std::string_view host = request.field("host");
  if (!hosts.allows(host, local)) return Refusal::kWrongHost;
  if (has_field(request, "origin") && !is_own_origin(request.field("origin"), host, local)) {
    return Refusal::kForeignOrigin;
  }
  if (request.method == Method::kOptions) return Refusal::kOptions;
  if (has_field(request, "expect") && !same_letters(request.field("expect"), "100-continue")) {
    return Refusal::kExpectation;
  }
  if (head.content_length == 0) return std::nullopt;
  if (!takes_body(request.method)) return Refusal::kUnexpectedBody;
  if (!is_json(request.field("content-type"))) return Refusal::kNotJson;
  return std::nullopt;
}

}  // namespace melange::http
