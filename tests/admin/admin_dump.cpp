// SPDX-License-Identifier: Apache-2.0
//
// Prints the OpenAPI document and real responses, for openapi_test.py: one JSON object, with a line
// of `examples` for each request that was made.
#include <cstdio>

#include "api_lab.h"
#include "melange/base/text.h"
#include "router.h"

namespace melange::admin {
namespace {

class Dump : private ApiLab {
 public:
  json::array examples() {
    const std::string policies = "/v1/tenants/acme/policies";
    keep(http::Method::kPost, policies, R"({"policy":{"name":"p","description":"d"}})");
    const std::string policy = make_policy("q");
    keep(http::Method::kGet, policies + "?limit=1");
    keep(http::Method::kGet, policy);
    keep(http::Method::kPatch, policy, R"({"policy":{"description":"d"}})");
    keep(http::Method::kPost, policy + "/unusable_ip_ranges",
         R"({"ip_range":{"offset":-3,"length":"2"}})");
    keep(http::Method::kPost, policy + "/unusable_ip_octets", R"({"ip_octet":{"octet":3}})");
    keep(http::Method::kGet, policy + "/unusable_ip_ranges");
    keep(http::Method::kGet, policy + "/unusable_ip_octets");
    keep(http::Method::kPost, policies, R"({"policy":{}})");
    keep(http::Method::kPut, "/v1/tenants/acme/networks/lab",
         R"({"network":{"interfaces":["br0"],"options":{"domain-name":"lab"},"hold_time":"1h"}})");
    keep(http::Method::kGet, "/v1/tenants/acme/networks");
    keep(http::Method::kPost, "/v1/mac_address_ranges",
         R"({"mac_address_range":{"cidr":"BC:76:4E:20:00:00/27"}})");
    keep(http::Method::kGet, "/v1/mac_address_ranges");
    store::Block block = test::block(1, "192.0.2.0/29", "192.0.2.1-192.0.2.6");
    block.tenant = "acme";
    apply({store::PutBlock{block},
           store::PutAddress{test::leased(test::key(1, "192.0.2.3"), test::client(1))}});
    keep(http::Method::kGet, "/v1/addresses/192.0.2.3/history");
    keep(http::Method::kGet, "/v1/changes");
    keep(http::Method::kDelete, policy);
    keep(http::Method::kGet, policy);
    keep(http::Method::kGet, "/healthz");
    keep(http::Method::kGet, "/");
    return std::move(examples_);
  }

 private:
  void keep(http::Method method, const std::string& target, const std::string& body = "") {
    const Asked asked = ask(method, target, body);
    const std::string path = target.substr(0, target.find('?'));
    const auto match = find_route(method, path);
    json::object example{{"method", text(method)}, {"target", target}};
    example["pattern"] = match ? std::string(match->route->pattern) : "";
    example["request"] = body.empty() ? json::value() : json::parse(body);
    example["status"] = asked.status;
    example["type"] = asked.field("Content-Type");
    example["body"] = asked.body();
    examples_.push_back(std::move(example));
  }

  json::array examples_;
};

}  // namespace
}  // namespace melange::admin

int main() {
  namespace json = boost::json;
  const json::object all{{"document", json::parse(melange::admin::openapi())},
                         {"examples", melange::admin::Dump().examples()}};
  std::puts(json::serialize(all).c_str());
  return 0;
}
