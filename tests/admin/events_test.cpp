// SPDX-License-Identifier: Apache-2.0
//
// The change log, its stream, and an address's history.
#include "events.h"

#include "api_fixture.h"
#include "melange/base/text.h"
#include "schemas.h"
#include "show.h"
#include "show_draft.h"

namespace melange::admin {
namespace {

class Changes : public Api {
 protected:
  std::size_t count(const Asked& asked) { return asked.body().at("changes").as_array().size(); }
  void put_block() {
    store::Block block = test::block(1, "192.0.2.0/29", "192.0.2.1-192.0.2.6");
    block.tenant = "acme";
    store::Network network = test::network();
    network.tenant = "acme";
    apply({store::PutNetwork{network}, store::PutBlock{block}});
  }
  void stream(std::string_view target, std::vector<http::Field> fields = {}) {
    fields.push_back({"accept", "text/event-stream"});
    const Asked asked = get(target, std::move(fields));
    ASSERT_EQ(asked.status, 200u) << asked.text;
    EXPECT_EQ(asked.field("Content-Type"), "text/event-stream");
    ASSERT_TRUE(events_);
  }
};

TEST_F(Changes, AreTellingWhoDidWhat) {
  const std::string policy = make_policy("p");
  patch(policy, R"({"policy":{"name":"q"}})");
  const Asked changes = get("/v1/changes");
  EXPECT_EQ(count(changes), 2u);
  EXPECT_EQ(changes.at("/changes/0/event"), R"("policy.created")");
  EXPECT_EQ(changes.at("/changes/0/before"), "null");
  EXPECT_EQ(changes.at("/changes/1/event"), R"("policy.updated")");
  EXPECT_EQ(changes.at("/changes/1/actor"), R"("local")");
  EXPECT_EQ(changes.at("/changes/1/before/name"), R"("p")");
  EXPECT_EQ(changes.at("/changes/1/after"), get(policy).at("/policy"));
  EXPECT_EQ(changes.at("/changes/1/object_id"), get(policy).at("/policy/id"));
}

TEST_F(Changes, AreReadOnFromANumber) {
  for (const char* const name : {"a", "b", "c"}) make_policy(name);
  const Asked page = get("/v1/changes?limit=2");
  EXPECT_EQ(count(page), 2u);
  EXPECT_EQ(page.text_at("/changes_links/0/href"), "/v1/changes?limit=2&after=2");
  const Asked rest = get("/v1/changes?limit=2&after=2");
  EXPECT_EQ(rest.at("/changes/0/after/name"), R"("c")");
  EXPECT_EQ(rest.at("/changes_links"), "(nothing)");
  EXPECT_EQ(count(get("/v1/changes?after=3")), 0u);
  EXPECT_EQ(get("/v1/changes?after=x").status, 400u);
  EXPECT_EQ(get("/v1/changes?limit=0").status, 400u);
}

TEST_F(Changes, OlderThanTheLogAre410) {
  for (const char* const name : {"a", "b", "c"}) make_policy(name);
  apply({store::Prune{2, {}}});
  EXPECT_EQ(get("/v1/changes?after=1").status, 410u);
  EXPECT_EQ(get("/v1/changes?after=2").status, 200u);
  EXPECT_EQ(get("/v1/changes").at("/changes/0/number"), "3");
  EXPECT_EQ(get("/v1/changes", {{"accept", "text/event-stream"}, {"last-event-id", "1"}}).status,
            410u);
}

TEST_F(Changes, OfOthersAreNotATenantsToSee) {
  make_policy("mine");
  post("/v1/tenants/other/policies", R"({"policy":{"name":"theirs"}})");
  post("/v1/mac_address_ranges", R"({"mac_address_range":{"cidr":"bc:76:4e:20:00:00/27"}})");
  EXPECT_EQ(count(get("/v1/changes")), 3u);
  principal_ = tenant_token("acme", false);
  const Asked seen = get("/v1/changes");
  EXPECT_EQ(count(seen), 1u);
  EXPECT_EQ(seen.at("/changes/0/after/name"), R"("mine")");
  stream("/v1/changes");
  const std::string events = events_->next();
  EXPECT_NE(events.find("mine"), std::string::npos);
  EXPECT_EQ(events.find("theirs"), std::string::npos);
  EXPECT_EQ(events.find("mac_range"), std::string::npos);
}

TEST_F(Changes, StreamAsTheyCome) {
  make_policy("a");
  stream("/v1/changes?after=1");
  EXPECT_EQ(events_->next(), "");
  make_policy("b");
  const std::string event = events_->next();
  EXPECT_EQ(event.find("id: 2\nevent: policy.created\ndata: {\"number\":2,"), 0u) << event;
  EXPECT_TRUE(event.ends_with("}\n\n"));
  EXPECT_EQ(events_->next(), "");
}

TEST_F(Changes, AStreamGoesOnBehindTheLastEventThatWasSeen) {
  for (const char* const name : {"a", "b", "c"}) make_policy(name);
  stream("/v1/changes?after=0", {{"last-event-id", "2"}});
  EXPECT_EQ(events_->next().find("id: 3\n"), 0u);
}

TEST_F(Changes, AStreamThatIsReadTooSlowlyIsToldWhatItLost) {
  stream("/v1/changes");
  for (const char* const name : {"a", "b", "c"}) make_policy(name);
  apply({store::Prune{2, {}}});
  EXPECT_EQ(events_->next().find("event: lost\ndata: {\"first\":3}\n\nid: 3\n"), 0u);
}

TEST_F(Changes, AStreamComesInPiecesOfABoundedSize) {
  const std::string text(1000, 'x');
  for (int i = 0; i < 60; ++i) {
    post("/v1/tenants/acme/policies", R"({"policy":{"name":"p","description":")" + text + R"("}})");
  }
  stream("/v1/changes");
  std::size_t pieces = 0;
  std::string all;
  for (std::string piece = events_->next(); !piece.empty(); piece = events_->next()) {
    EXPECT_LE(piece.size(), 65'536u);
    all += piece;
    ++pieces;
  }
  EXPECT_GE(pieces, 2u);
  EXPECT_NE(all.find("id: 60\n"), std::string::npos);
}

TEST_F(Changes, AnAddressHasAHistory) {
  put_block();
  const store::AddressKey key = test::key(1, "192.0.2.3");
  now_ = test::at(100);
  apply({store::PutAddress{test::leased(key, test::client(1))}});
  now_ = test::at(200);
  apply({store::EraseAddress{key}});
  now_ = test::at(300);
  apply({store::PutAddress{test::leased(key, test::client(2))}});
  const Asked whole = get("/v1/addresses/192.0.2.3/history");
  EXPECT_EQ(whole.at("/history/0/mac_address"), R"("02:00:00:00:00:02")");
  EXPECT_EQ(whole.at("/history/1/event"), R"("address.freed")");
  EXPECT_EQ(whole.at("/history/1/state"), "null");
  EXPECT_EQ(whole.at("/history/2/mac_address"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(whole.at("/history/3"), "(nothing)");
}

TEST_F(Changes, AHistoryTellsWhoHadItThen) {
  put_block();
  const store::AddressKey key = test::key(1, "192.0.2.3");
  now_ = test::at(100);
  apply({store::PutAddress{test::leased(key, test::client(1))}});
  now_ = test::at(300);
  apply({store::PutAddress{test::leased(key, test::client(2))}});
  const std::string at = "/v1/addresses/192.0.2.3/history?at=1970-01-01T00:0";
  EXPECT_EQ(get(at + "1:39Z").at("/history"), "[]");
  EXPECT_EQ(get(at + "2:00Z").at("/history/0/mac_address"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(get(at + "2:00Z").at("/history/1"), "(nothing)");
  EXPECT_EQ(get(at + "5:00Z").at("/history/0/mac_address"), R"("02:00:00:00:00:02")");
  EXPECT_EQ(get(at + "5:00").status, 400u);
  EXPECT_EQ(get("/v1/addresses/x/history").status, 404u);
  principal_ = tenant_token("other");
  EXPECT_EQ(get(at + "5:00Z").at("/history"), "[]");
}

TEST_F(Changes, AHistoryIsReadAPageAtATime) {
  put_block();
  const store::AddressKey key = test::key(1, "192.0.2.3");
  for (std::uint32_t i = 1; i <= 3; ++i) {
    apply({store::PutAddress{test::leased(key, test::client(i))}});
  }
  const Asked page = get("/v1/addresses/192.0.2.3/history?limit=2");
  EXPECT_EQ(page.at("/history/1/mac_address"), R"("02:00:00:00:00:02")");
  const Asked rest = get(page.text_at("/history_links/0/href"));
  EXPECT_EQ(rest.at("/history/0/mac_address"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(rest.at("/history_links"), "(nothing)");
}

TEST(Time, IsReadAsRfc3339SaysIt) {
  const auto seconds = [](std::string_view text) {
    const auto instant = parse_time(text);
    return instant ? instant->time_since_epoch().count() / 1000 : -1;
  };
  EXPECT_EQ(seconds("1970-01-01T00:00:10Z"), 10);
  EXPECT_EQ(seconds("2026-11-23T08:15:30Z"), 1795421730);
  EXPECT_EQ(seconds("2026-11-23T09:15:30.25+01:00"), 1795421730);
  EXPECT_EQ(seconds("2024-02-29T00:00:00Z"), 1709164800);
  for (const std::string_view text :
       {"", "2026-11-23", "2026-11-23T08:15:30", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T08:15:30.Z", "2026-11-23T08:15:30+1:00",
        "2026-11-23 08:15:30Z", "2026-11-23T08:15:30Zx"}) {
    EXPECT_EQ(seconds(text), -1) << text;
  }
}

// The members of an object are those of its shape, in its order; null only where it says so.
void expect_shape(const json::object& object, const Shape& shape) {
  ASSERT_EQ(object.size(), shape.fields.size()) << shape.name;
  auto field = shape.fields.begin();
  for (const json::key_value_pair& member : object) {
    EXPECT_EQ(std::string_view(member.key()), field->name) << shape.name;
    const bool may_be_null = field->nullable || field->type == Type::kAny;
    EXPECT_TRUE(may_be_null || !member.value().is_null()) << field->name;
    ++field;
  }
}

TEST_F(Changes, EveryObjectHasTheFieldsOfItsShape) {
  put_block();
  apply({store::PutAddress{test::leased(test::key(1, "192.0.2.3"), test::client(1))}});
  look([](const store::View& view) {
    const wire::OptionTable4 options;
    const Sight sight{view, options};
    store::Block block = *view.block(store::BlockId{1});
    block.routes.push_back({test::prefix("10.0.0.0/8"), test::address("192.0.2.1"), 1});
    expect_shape(show(sight, block), kBlockShown);
    expect_shape(show(sight, block.id, block.routes.front()), kRouteShown);
    expect_shape(show(sight, *view.network(test::kLab)), kNetworkShown);
    expect_shape(show(sight, test::leased(test::key(1, "192.0.2.3"), test::client(1))),
                 kAddressShown);
    store::Interface interface;
    interface.id = store::InterfaceId{1};
    interface.allowed.push_back({test::kLab, test::address("192.0.2.3")});
    expect_shape(show(sight, ipam::Draft(view, test::at(1)), interface), kInterfaceShown);
    store::Reservation reservation;
    reservation.id = store::ReservationId{1};
    expect_shape(show(sight, reservation), kReservationShown);
    store::Policy policy;
    policy.id = store::PolicyId{1};
    expect_shape(show(sight, policy), kPolicyShown);
    expect_shape(show(sight, policy.id, store::PolicyRange{}), kRangeShown);
    expect_shape(show(sight, policy.id, store::PolicyOctet{}), kOctetShown);
    store::MacRange range;
    range.id = store::MacRangeId{1};
    expect_shape(show(sight, range), kMacRangeShown);
    store::Allocation allocation;
    allocation.id = store::AllocationId{1};
    expect_shape(show(sight, allocation), kAllocationShown);
    const auto event = view.event(view.next_event() - 1);
    ASSERT_TRUE(event);
    expect_shape(show(sight, *event), kEventShown);
    expect_shape(show_history(sight, *event), kHistoryShown);
  });
}

TEST_F(Changes, OptionsAreShownByNameWhateverTheirOctets) {
  look([](const store::View&) {
    const json::object options = show(
        wire::OptionTable4(), std::vector<store::OptionValue>{
                                  {3, {192, 0, 2, 1}}, {66, {0xff, '<', '\n'}}, {224, {1, 2}}});
    EXPECT_EQ(json::serialize(options.at("routers")), R"(["192.0.2.1"])");
    EXPECT_EQ(json::serialize(options.at("224")), R"("hex:0102")");
    const std::string text = json::serialize(options);
    EXPECT_TRUE(json::parse(text).is_object()) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  });
}

}  // namespace
}  // namespace melange::admin
