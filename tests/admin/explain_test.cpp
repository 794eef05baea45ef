// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/explain: from the body to the question, and from what the wire says to the reply. Who
// decides stands in here.
#include "explain.h"

#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "network_fixture.h"

namespace melange::admin {
namespace {

namespace code = wire::option4;

class ExplainApi : public NetworkApi {
 protected:
  ExplainApi() {
    make_pool();
    explain_ = [this](const Question& question, const store::View&, base::Instant) {
      asked_ = question;
      return told_;
    };
  }
  Asked explain(std::string_view fields = {}) {
    return post("/v1/explain", base::cat(R"({"packet":{"mac":"02:00:00:00:00:01")", fields, "}}"));
  }
  // What the question has of an option, in hex.
  std::string sent(std::uint8_t option) const {
    for (const store::OptionValue& each : asked_.options) {
      if (each.code == option) return base::hex(each.octets);
    }
    return "(nothing)";
  }

  Question asked_;
  std::expected<Explanation, Unaskable> told_ = Explanation{.query = "DISCOVER",
                                                            .decision = "drop reason=ignored",
                                                            .answer = "none",
                                                            .reason = "ignored",
                                                            .why = "it is ignored",
                                                            .network = test::kLab,
                                                            .subject = std::nullopt};
};

TEST_F(ExplainApi, ItIsADiscoverOfTheMacAlone) {
  ASSERT_EQ(explain().status, 200u);
  EXPECT_EQ(asked_.type, "discover");
  EXPECT_EQ(text(asked_.mac), "02:00:00:00:00:01");
  EXPECT_TRUE(asked_.options.empty());
  EXPECT_FALSE(asked_.address || asked_.relay || asked_.server_id);
}

TEST_F(ExplainApi, FieldsAreTheOptionsThatAClientSends) {
  const Asked asked =
      explain(R"(,"client_id":"01:02","vendor_class":"PXE","user_class":"a","arch":"efi-x64",
                  "hostname":"h","parameters":["subnet-mask",3],
                  "options":{"57":"1500","rapid-commit":true})");
  ASSERT_EQ(asked.status, 200u) << asked.text;
  EXPECT_EQ(sent(code::kClientId), "0102");
  EXPECT_EQ(sent(code::kVendorClass), "505845");
  EXPECT_EQ(sent(code::kUserClass), "0161");
  EXPECT_EQ(sent(code::kClientSystem), "0007");
  EXPECT_EQ(sent(code::kHostName), "68");
  EXPECT_EQ(sent(code::kParameterRequestList), "0103");
  EXPECT_EQ(sent(code::kMaxMessageSize), "05dc");
  EXPECT_EQ(sent(code::kRapidCommit), "");
}

TEST_F(ExplainApi, CircuitAndRemoteIdsAreOption82) {
  ASSERT_EQ(explain(R"(,"relay":"192.0.2.2","circuit_id":"cafe","remote_id":"01")").status, 200u);
  EXPECT_EQ(base::hex(asked_.relay_information), "0102cafe020101");
  EXPECT_EQ(text(*asked_.relay), "192.0.2.2");
}

TEST_F(ExplainApi, WhatIsWrongIsToldByField) {
  const Asked asked = explain(
      R"(,"type":"offer","relay":"2001:db8::1","address":"2001:db8::2","circuit_id":"xy",
          "arch":"pdp-11","options":{"53":1})");
  EXPECT_EQ(asked.status, 400u);
  EXPECT_EQ(asked.at("/errors/0/field"), R"("type")");
  const Asked more = explain(
      R"(,"relay":"2001:db8::1","address":"2001:db8::2","circuit_id":"xy","arch":"pdp-11",
          "options":{"53":1})");
  EXPECT_EQ(more.status, 400u);
  for (const std::string_view field : {"relay", "address", "options", "arch", "circuit_id"}) {
    EXPECT_NE(more.text.find(base::cat(R"("field":")", field, '"')), std::string::npos) << field;
  }
}

TEST_F(ExplainApi, ALinkAndARelayAreNotGivenTogether) {
  EXPECT_EQ(explain(R"(,"interface":"eth0","relay":"192.0.2.2")").status, 400u);
}

TEST_F(ExplainApi, WhatCannotBeAskedIs400) {
  told_ = std::unexpected(Unaskable{"interface", "is no link of the server's"});
  const Asked asked = explain();
  EXPECT_EQ(asked.status, 400u);
  EXPECT_EQ(asked.at("/errors/0/field"), R"("interface")");
}

TEST_F(ExplainApi, WithoutAnAnswerThereIsTheReason) {
  const Asked asked = explain();
  EXPECT_EQ(asked.at("/explanation/answer"), R"("none")");
  EXPECT_EQ(asked.at("/explanation/reason"), R"("ignored")");
  EXPECT_EQ(asked.at("/explanation/why"), R"("it is ignored")");
  EXPECT_EQ(asked.at("/explanation/network"), R"("lab")");
  EXPECT_EQ(asked.at("/explanation/lease_time"), "null");
  EXPECT_EQ(asked.at("/explanation/options"), "{}");
  EXPECT_EQ(asked.at("/explanation/record"), "null");
}

TEST_F(ExplainApi, AReplyIsShownAsItsOctetsSay) {
  const std::vector<std::uint8_t> type{2};
  const std::vector<std::uint8_t> time{0, 0, 14, 16};
  const std::vector<std::uint8_t> routers{192, 0, 2, 1};
  const std::array options{wire::OptionToSend{code::kMessageType, type},
                           wire::OptionToSend{code::kLeaseTime, time},
                           wire::OptionToSend{code::kRouters, routers}};
  wire::MessagePlan4 plan;
  plan.header.op = wire::kBootReply;
  plan.header.siaddr = net::Ipv4(0xc0000209);
  plan.options = options;
  plan.file = base::bytes_of("pxe.0");
  told_->reply.resize(548);
  told_->reply.resize(wire::build_message(plan, told_->reply));
  told_->subject = test::key(1, "192.0.2.100");
  lease("192.0.2.100", 1);
  const Asked asked = explain();
  EXPECT_EQ(asked.at("/explanation/address"), R"("192.0.2.100")");
  EXPECT_EQ(asked.at("/explanation/lease_time"), "3600");
  EXPECT_EQ(asked.at("/explanation/options/routers"), R"(["192.0.2.1"])");
  EXPECT_EQ(asked.at("/explanation/boot"),
            R"({"server":"192.0.2.9","server_name":null,"file":"pxe.0"})");
  EXPECT_EQ(asked.at("/explanation/record/state"), R"("leased")");
  EXPECT_EQ(asked.at("/explanation/record/identity"), R"("mac 02:00:00:00:00:01")");
}

TEST_F(ExplainApi, WhoMayReadANetworkMayAskForItAndOthersSeeNone) {
  principal_ = tenant_token("acme", false);
  EXPECT_EQ(explain().status, 200u);
  principal_ = tenant_token("other");
  EXPECT_EQ(explain().status, 404u);
  told_ = std::unexpected(Unaskable{"interface", "is no link of the server's"});
  EXPECT_EQ(explain().status, 404u) << "links are not told to tenants";
  principal_ = tenant_token("acme");
  told_ = Explanation();
  EXPECT_EQ(explain().status, 404u);
}

TEST_F(ExplainApi, NothingIsWrittenEvenWithAKey) {
  std::uint64_t before = 0;
  look([&](const store::View& view) { before = view.answers(); });
  const auto asked = post("/v1/explain", R"({"packet":{"mac":"02:00:00:00:00:01"}})",
                          {{"idempotency-key", "once"}});
  EXPECT_EQ(asked.status, 200u);
  look([&](const store::View& view) { EXPECT_EQ(view.answers(), before); });
}

TEST_F(ExplainApi, WithoutAWireItIs503) {
  explain_ = {};
  EXPECT_EQ(explain().status, 503u);
}

}  // namespace
}  // namespace melange::admin
