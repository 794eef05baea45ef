// SPDX-License-Identifier: Apache-2.0
//
// Input: what a client sends on one connection. Each request that the guard lets through is parsed
// and judged as a session does (hostile.md F9); what stands behind the first refusal is not read.
#include <algorithm>

#include "demand.h"
#include "encode.h"
#include "guard.h"
#include "http_limits.h"
#include "parse.h"
#include "policy.h"

namespace {

using namespace melange;
using namespace melange::http;
using fuzz::demand;

bool is_dot_or_empty(std::string_view segment) {
  return segment.empty() || segment == "." || segment == "..";
}

void check_path(const std::string& path) {
  demand(path.starts_with('/'), "a path begins with a slash");
  demand(fuzz::printable(path), "a path is printable");
  for (std::string_view rest = path; rest.size() > 1 && !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    demand(!is_dot_or_empty(rest.substr(0, end)), "no segment is empty or dots");
    rest.remove_prefix(end);
  }
  demand(path.size() == 1 || path.back() != '/', "nor is the last one");
}

void check_request(const Request& request, const Head& head) {
  if (request.method != Method::kOptions) check_path(request.path);
  demand(request.method != Method::kOther, "the method is known");
  demand(!request.fields.empty() && request.fields.size() <= limits::kFields, "a count of fields");
  demand(head.content_length <= limits::kBody, "the body has a bounded size");
  for (const Field& field : request.fields) {
    demand(field.name != "transfer-encoding", "no coding comes through");
    demand(std::ranges::none_of(field.name, [](char c) { return c >= 'A' && c <= 'Z'; }),
           "names are in lower case");
    demand(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
           "values are one line");
  }
  const auto hosts = std::ranges::count(request.fields, "host", &Field::name);
  demand(hosts == 1, "there is one Host");
}

// The size of the request, or 0 if it was refused.
std::size_t read_request(std::string_view octets) {
  const Verdict verdict = judge_head(octets);
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
    demand(refuse(*refusal).status >= 400, "a refusal is an error");
    return 0;
  }
  const auto* head = std::get_if<Head>(&verdict);
  if (head == nullptr) return 0;
  demand(head->size <= octets.size(), "the head has arrived");
  demand(std::holds_alternative<Incomplete>(judge_head(octets.substr(0, head->size - 1))),
         "not an octet of a head is spare");
  const auto parsed = parse_head(octets.substr(0, head->size), *head);
  if (!parsed) return 0;
  check_request(parsed->request, *head);
  const LocalEnd local{.is_unix = false, .is_tls = false, .address = "192.0.2.1", .port = 80};
  if (judge_request(parsed->request, *head, HostList({"a"}), local)) return 0;
  return head->size + head->content_length;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::exact_copy(data, size);
  std::string_view rest = base::text_of(input);
  while (!rest.empty()) {
    const std::size_t used = read_request(rest);
    if (used == 0 || used > rest.size()) break;
    rest.remove_prefix(used);
  }
  return 0;
}
