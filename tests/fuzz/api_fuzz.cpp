// SPDX-License-Identifier: Apache-2.0
//
// Input: requests of the API, one after another over one store, each "METHOD target", a newline,
// and its body up to an empty line. "$2" stands for the Location of the second request. None may
// fail the server, change anything when it is refused (ApiLab sees to that), or be answered with
// what is no JSON; whatever was done, the addresses add up.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "api_lab.h"
#include "demand.h"
#include "melange/base/text.h"

namespace {

using namespace melange;
using admin::Asked;
using fuzz::demand;
using http::Method;

constexpr std::size_t kMostRequests = 8;
constexpr std::array kMethods{Method::kGet, Method::kHead,  Method::kPost,
                              Method::kPut, Method::kPatch, Method::kDelete};

class Input {
 public:
  explicit Input(std::string_view text) : rest_(text) {}
  bool empty() const { return rest_.empty(); }
  // Up to the mark, which is taken too.
  std::string_view until(std::string_view mark) {
    const std::size_t at = rest_.find(mark);
    const std::string_view taken = rest_.substr(0, at);
    rest_.remove_prefix(at == rest_.npos ? rest_.size() : at + mark.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

Method method_of(std::string_view name) {
  for (const Method method : kMethods) {
    if (text(method) == name) return method;
  }
  return Method::kGet;
}

std::string with_locations(std::string_view target, const std::vector<std::string>& locations) {
  std::string out;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const bool named = target[i] == '$' && i + 1 < target.size() && target[i + 1] >= '1' &&
                       static_cast<std::size_t>(target[i + 1] - '1') < locations.size();
    out +=
        named ? locations[static_cast<std::size_t>(target[++i] - '1')] : std::string(1, target[i]);
  }
  return out;
}

void check(const Asked& asked) {
  demand(asked.status >= 200 && asked.status < 500, "the server does not fail");
  if (asked.text.empty()) return;
  admin::json::error_code error;
  admin::json::parse(asked.text, error);
  demand(!error, "a body is JSON");
}

void check_sums(admin::ApiLab& lab) {
  const Asked asked = lab.get("/v1/utilization");
  demand(asked.status == 200, "the addresses can be counted");
  const admin::json::value body = asked.body();
  const auto& counts = body.at("utilization").as_object();
  if (!counts.at("size").is_int64()) return;
  std::int64_t sum = 0;
  for (const char* const state :
       {"free", "reserved", "bound", "leased", "held", "declined", "quarantined", "excluded"}) {
    sum += counts.at(state).to_number<std::int64_t>();
  }
  demand(sum == counts.at("size").as_int64(), "the states add up to the size");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto copy = fuzz::exact_copy(data, size);
  Input input(base::text_of(copy));
  admin::ApiLab lab;
  std::vector<std::string> locations;
  for (std::size_t i = 0; i < kMostRequests && !input.empty(); ++i) {
    const Method method = method_of(input.until(" "));
    const std::string target = with_locations(input.until("\n"), locations);
    const Asked asked = lab.ask(method, target, std::string(input.until("\n\n")),
                                {{"content-type", "application/json"}});
    check(asked);
    locations.push_back(asked.field("Location"));
  }
  check_sums(lab);
  return 0;
}
