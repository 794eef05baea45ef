// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "melange/base/text.h"

namespace melange::cli {
namespace {

const Command& command(std::string_view group, std::string_view verb) {
  const auto found = std::ranges::find_if(
      commands(), [&](const Command& each) { return each.group == group && each.verb == verb; });
  EXPECT_NE(found, commands().end()) << group << ' ' << verb;
  return *found;
}

// "METHOD target body", or what is wrong.
std::string request(std::string_view group, std::string_view verb, const Values& values,
                    std::string_view tenant = "acme") {
  const auto made = request_of(command(group, verb), values, tenant);
  if (!made) return made.error().message;
  return base::cat(made->method, ' ', made->target, made->body.empty() ? "" : " ", made->body);
}

TEST(PercentEncode, LeavesOnlyWhatNeedsNoEscape) {
  EXPECT_EQ(percent_encode("aZ09-._~:"), "aZ09-._~:");
  EXPECT_EQ(percent_encode("a/b?c#d&e=f%g h"), "a%2Fb%3Fc%23d%26e%3Df%25g%20h");
  EXPECT_EQ(percent_encode(std::string_view("\0\r\n\xc3\xbc", 5)), "%00%0D%0A%C3%BC");
}

TEST(RequestOf, PutsArgumentsInPathQueryAndBody) {
  EXPECT_EQ(request("block", "list", {{"--type", {"public"}}, {"--cidr", {"192.0.2.0/24"}}}),
            "GET /v1/tenants/acme/ip_blocks?limit=1000&type=public&cidr=192.0.2.0%2F24");
  EXPECT_EQ(request("address", "show", {{"ADDRESS", {"2001:db8::1"}}, {"--block", {"b1"}}}),
            "GET /v1/tenants/acme/ip_blocks/b1/ip_addresses/2001:db8::1");
  EXPECT_EQ(request("block", "create",
                    {{"CIDR", {"192.0.2.0/24"}},
                     {"--network", {"lab"}},
                     {"--dns", {"192.0.2.1", "192.0.2.2"}},
                     {"--lease-time", {"1h30m"}},
                     {"--mtu", {"1450"}},
                     {"--tag", {"rack=7", "note=a=b"}}}),
            "POST /v1/tenants/acme/ip_blocks {\"ip_block\":{\"cidr\":\"192.0.2.0/24\","
            "\"network_id\":\"lab\",\"type\":\"private\",\"dns\":[\"192.0.2.1\",\"192.0.2.2\"],"
            "\"lease_time\":5400,\"mtu\":1450,\"tags\":{\"rack\":\"7\",\"note\":\"a=b\"}}}");
  EXPECT_EQ(request("block", "delete", {{"ID", {"b1"}}, {"--force", {"true"}}}),
            "DELETE /v1/tenants/acme/ip_blocks/b1?force=true");
  EXPECT_EQ(request("policy", "add-range", {{"ID", {"p"}}, {"OFFSET", {"-3"}}, {"LENGTH", {"2"}}}),
            "POST /v1/tenants/acme/policies/p/unusable_ip_ranges "
            "{\"ip_range\":{\"offset\":-3,\"length\":2}}");
}

TEST(RequestOf, AReservationIsForAddressesOrForAny) {
  EXPECT_EQ(request("reservation", "create",
                    {{"--network", {"lab"}},
                     {"--mac", {"52:54:00:12:34:56"}},
                     {"--any", {"true"}},
                     {"--option",
                      {"ntp-servers=192.0.2.1", "ntp-servers=192.0.2.2", "ntp-servers=192.0.2.3",
                       "domain-name=lab.example"}}}),
            "POST /v1/tenants/acme/networks/lab/reservations "
            "{\"reservation\":{\"mac\":[\"52:54:00:12:34:56\"],\"addresses\":\"any\",\"options\":{"
            "\"ntp-servers\":[\"192.0.2.1\",\"192.0.2.2\",\"192.0.2.3\"],"
            "\"domain-name\":\"lab.example\"}}}");
  const Values both{
      {"--network", {"lab"}}, {"--mac", {"m"}}, {"--address", {"192.0.2.1"}}, {"--any", {"true"}}};
  EXPECT_EQ(request("reservation", "create", both), "give only one of --address, --any");
}

TEST(RequestOf, AReservationsClientMayBeKnownBySeveralThings) {
  EXPECT_EQ(request("reservation", "create",
                    {{"--network", {"lab"}},
                     {"--mac", {"m1", "m2"}},
                     {"--duid", {"d"}},
                     {"--remote-id", {"0a"}},
                     {"--any", {"true"}}}),
            "POST /v1/tenants/acme/networks/lab/reservations {\"reservation\":"
            "{\"mac\":[\"m1\",\"m2\"],\"duid\":\"d\",\"remote_id\":\"0a\",\"addresses\":\"any\"}}");
}

TEST(RequestOf, BootFieldsAreOneObject) {
  const std::string boot =
      "\"boot\":{\"server\":\"192.0.2.9\",\"server_name\":\"b\",\"file\":\"x\"}";
  const auto given = [](Values values) {
    values["--next-server"] = {"192.0.2.9"};
    values["--boot-server-name"] = {"b"};
    values["--boot-file"] = {"x"};
    values["--force"] = {"routers", "224"};
    return values;
  };
  const std::string served = base::cat("\"force\":[\"routers\",\"224\"],", boot, "}}");
  EXPECT_EQ(request("network", "set", given({{"NAME", {"lab"}}, {"--seen-time", {"1d"}}})),
            "PUT /v1/tenants/acme/networks/lab {\"network\":{\"seen_time\":86400," + served);
  EXPECT_EQ(request("block", "update", given({{"ID", {"b"}}, {"--class", {"pxe"}}})),
            "PATCH /v1/tenants/acme/ip_blocks/b {\"ip_block\":{\"classes\":[\"pxe\"]," + served);
  EXPECT_EQ(request("reservation", "create",
                    given({{"--network", {"lab"}}, {"--any", {"true"}}, {"--class", {"pxe"}}})),
            "POST /v1/tenants/acme/networks/lab/reservations "
            "{\"reservation\":{\"addresses\":\"any\",\"classes\":[\"pxe\"]," +
                served);
}

TEST(RequestOf, WantsExactlyOneOfAChoice) {
  EXPECT_EQ(request("block", "subnet", {{"ID", {"b"}}}), "give one of --cidr, --prefix-length");
  EXPECT_EQ(
      request("block", "subnet", {{"ID", {"b"}}, {"--cidr", {"c"}}, {"--prefix-length", {"28"}}}),
      "give only one of --cidr, --prefix-length");
}

TEST(RequestOf, AnAddressAllocationNeedsNeitherAddressNorCount) {
  EXPECT_EQ(request("address", "allocate", {{"--block", {"b"}}}),
            "POST /v1/tenants/acme/ip_blocks/b/ip_addresses {\"ip_address\":{}}");
  EXPECT_EQ(request("address", "allocate",
                    {{"--block", {"b"}}, {"--address", {"192.0.2.1"}}, {"--count", {"2"}}}),
            "give only one of --address, --count");
}

TEST(RequestOf, LeasesAreANetworksOrEverybodys) {
  EXPECT_EQ(request("lease", "list", {{"--network", {"lab"}}, {"--state", {"bound"}}}),
            "GET /v1/tenants/acme/networks/lab/leases?limit=1000&state=bound");
  EXPECT_EQ(request("lease", "list", {{"--mac", {"52:54:00:12:34:56"}}}),
            "GET /v1/leases?limit=1000&mac=52:54:00:12:34:56");
}

TEST(RequestOf, AnInterfaceNamesItsTenantAndThatOfItsNetwork) {
  EXPECT_EQ(request("interface", "create", {{"VIF", {"v"}}}),
            "POST /v1/interfaces {\"interface\":{\"id\":\"v\",\"tenant_id\":\"acme\"}}");
  EXPECT_EQ(request("interface", "create",
                    {{"VIF", {"v"}}, {"--network", {"lab"}}, {"--address", {"192.0.2.1"}}}),
            "POST /v1/interfaces {\"interface\":{\"id\":\"v\",\"network\":{\"id\":\"lab\","
            "\"addresses\":[\"192.0.2.1\"],\"tenant_id\":\"acme\"},\"tenant_id\":\"acme\"}}");
}

TEST(RequestOf, ARequestThatSaysNothingHasNoBody) {
  EXPECT_EQ(request("lease", "reserve", {{"ADDRESS", {"192.0.2.1"}}, {"--network", {"lab"}}}),
            "POST /v1/tenants/acme/networks/lab/leases/192.0.2.1/reserve");
}

TEST(RequestOf, AnEmptyTextClearsAMember) {
  EXPECT_EQ(request("block", "update",
                    {{"ID", {"b"}},
                     {"--gateway", {""}},
                     {"--dns", {""}},
                     {"--lease-time", {""}},
                     {"--tag", {""}}}),
            "PATCH /v1/tenants/acme/ip_blocks/b {\"ip_block\":{\"gateway\":null,\"dns\":[],"
            "\"lease_time\":null,\"tags\":{}}}");
}

TEST(RequestOf, FollowingAsksForAStream) {
  const auto made = request_of(command("changes", ""), {{"--follow", {"true"}}}, "acme");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->stream);
  EXPECT_EQ(made->target, "/v1/changes");
}

TEST(RequestOf, RefusesValuesThatCannotBeSent) {
  EXPECT_EQ(request("policy", "add-octet", {{"ID", {"p"}}, {"OCTET", {"1x"}}}),
            "OCTET: '1x' is no whole number");
  EXPECT_EQ(request("block", "update", {{"ID", {"b"}}, {"--lease-time", {"90"}}}),
            "--lease-time: '90' is no duration; write it as in 1h30m");
  EXPECT_EQ(request("block", "update", {{"ID", {"b"}}, {"--tag", {"=x\n"}}}),
            "--tag: '=x\\x0a' is not of the form name=value");
  EXPECT_EQ(request("block", "show", {}), "ID is missing");
}

TEST(RequestOf, H8_NoValueLeadsToAnotherPath) {
  for (const char* id : {"", ".", ".."}) {
    EXPECT_EQ(request("block", "delete", {{"ID", {id}}}),
              base::cat("ID: '", id, "' names nothing"));
    EXPECT_EQ(request("block", "list", {}, id), base::cat("--tenant: '", id, "' names nothing"));
  }
  EXPECT_EQ(request("block", "show", {{"ID", {"../{tenant}?x"}}}, "a/b"),
            "GET /v1/tenants/a%2Fb/ip_blocks/..%2F%7Btenant%7D%3Fx");
}

// A value for every argument that may go with the others.
Values all_values(const Command& of) {
  Values values;
  for (const Argument& argument : of.arguments) {
    const bool free = argument.need == Need::kOptional || argument.need == Need::kRequired;
    const bool first =
        !free &&
        std::ranges::find(of.arguments, argument.need, &Argument::need)->name == argument.name;
    if (!free && !first) continue;
    const bool number = argument.kind == Kind::kNumber;
    const bool pair = argument.kind == Kind::kPairs;
    values[std::string(argument.name)] = {number ? "1" : pair ? "a=b" : "1h"};
  }
  return values;
}

TEST(Commands, EachGivesARequestWithoutAVariableLeft) {
  for (const Command& each : commands()) {
    const auto made = request_of(each, all_values(each), "acme");
    ASSERT_TRUE(made) << each.group << ' ' << each.verb << ": " << made.error().message;
    EXPECT_EQ(made->target.find_first_of("{}"), std::string::npos) << made->target;
    EXPECT_TRUE(made->target.starts_with("/v1/")) << made->target;
    const bool has_body = !each.wrap.empty() && each.method != "GET" && each.method != "DELETE";
    EXPECT_EQ(has_body, !made->body.empty()) << each.group << ' ' << each.verb;
  }
}

}  // namespace
}  // namespace melange::cli
