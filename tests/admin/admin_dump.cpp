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
    ask_for_addresses(policy.substr(policy.rfind('/') + 1));
    keep(http::Method::kGet, "/v1/addresses/192.0.2.6/history");
    keep(http::Method::kGet, "/v1/changes");
    keep(http::Method::kDelete, policy);
    keep(http::Method::kGet, policy);
    keep(http::Method::kGet, "/healthz");
    keep(http::Method::kGet, "/");
    return std::move(examples_);
  }

 private:
  void ask_for_addresses(const std::string& policy_id) {
    const std::string acme = "/v1/tenants/acme/";
    keep(http::Method::kPost, acme + "ip_blocks",
         R"({"ip_block":{"cidr":"192.0.2.0/28","network_id":"lab","gateway":"192.0.2.1",)"
         R"("pools":["192.0.2.6/32"],"lease_time":"1h","tags":{"a":"b"},"policy_id":")" +
             policy_id + R"("}})");
    keep(http::Method::kGet, acme + "ip_blocks?type=private");
    const std::string block =
        acme + "ip_blocks/" + get(acme + "ip_blocks").text_at("/ip_blocks/0/id");
    keep(http::Method::kGet, block);
    keep(http::Method::kGet, block + "/utilization");
    keep(http::Method::kPost, block + "/ip_routes",
         R"({"ip_route":{"destination":"10.0.0.0/8","gateway":"192.0.2.1"}})");
    keep(http::Method::kPost, block + "/ip_addresses",
         R"({"ip_address":{"interface_id":"vif1","mac_address":"52:54:00:12:34:56"}})");
    apply({store::PutAddress{test::leased(test::key(1, "192.0.2.6"), test::client(1))}});
    keep(http::Method::kGet, block + "/ip_addresses");
    keep(http::Method::kPost, "/v1/interfaces",
         R"({"interface":{"id":"vif2","tenant_id":"acme","device_id":"vm2",)"
         R"("network":{"id":"lab","tenant_id":"acme"}}})");
    keep(http::Method::kGet, acme + "interfaces");
    keep(http::Method::kGet, "/v1/instances/vm2/interfaces");
    keep(http::Method::kPost, acme + "networks/lab/reservations",
         R"({"reservation":{"mac":"52:54:00:00:00:01","addresses":"any","hostname":"web1"}})");
    keep(http::Method::kGet, acme + "networks/lab/reservations");
    keep(http::Method::kGet, acme + "networks/lab/leases");
    keep(http::Method::kPut, "/v1/allocations/job-1",
         R"({"allocation":{"network_id":"lab","tenant_id":"acme"}})");
    keep(http::Method::kGet, acme + "utilization");
  }

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
