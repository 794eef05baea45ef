// SPDX-License-Identifier: Apache-2.0
#include "fetch.h"

#include <gtest/gtest.h>

#include <string>

#include "render.h"
#include "stand_in.h"

namespace melange::cli {
namespace {

const Request kList{"GET", "/v1/tenants/default/ip_blocks?limit=1000", "", false};

// What came of it, as one text.
std::string fetched(StandIn& server, const Request& request = kList) {
  const auto outcome = fetch(server, request);
  if (!outcome) return "failure: " + outcome.error().message;
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) return "refusal: " + refusal->text;
  return as_json(std::get<Answer>(*outcome));
}

TEST(Fetch, TakesAnObjectOutOfItsWrapping) {
  StandIn server;
  server.answer(200, R"({"ip_block": {"id": "1", "cidr": "192.0.2.0/24"}})");
  EXPECT_EQ(fetched(server), "{\"id\":\"1\",\"cidr\":\"192.0.2.0/24\"}\n");
  EXPECT_EQ(server.asked, std::vector<Request>{kList});
}

TEST(Fetch, FollowsNextLinksToTheEndOfAList) {
  StandIn server;
  server.answer(200, R"({"ip_blocks": [{"id": "1"}, {"id": "2"}],
    "ip_blocks_links": [{"rel": "next", "href": "/v1/x?limit=2&marker=2"}]})");
  server.answer(200, R"({"ip_blocks_links": [{"rel": "self", "href": "/a"},
    {"rel": "next", "href": "https://elsewhere.example/v1/x?marker=3"}],
    "ip_blocks": [{"id": "3"}]})");
  server.answer(200, R"({"ip_blocks": [{"id": "4"}], "ip_blocks_links": []})");
  EXPECT_EQ(fetched(server),
            "[\n  {\"id\":\"1\"},\n  {\"id\":\"2\"},\n  {\"id\":\"3\"},\n  {\"id\":\"4\"}\n]\n");
  ASSERT_EQ(server.asked.size(), 3U);
  EXPECT_EQ(server.asked[1].target, "/v1/x?limit=2&marker=2");
  EXPECT_EQ(server.asked[2].target, "/v1/x?marker=3") << "of the same server, whatever it says";
}

TEST(Fetch, StopsAtAPageThatIsItsOwnNextPage) {
  StandIn server;
  server.answer(200, R"({"x": [1], "x_links": [{"rel": "next", "href": "/loop"}]})");
  server.answer(200, R"({"x": [1], "x_links": [{"rel": "next", "href": "/loop"}]})");
  EXPECT_TRUE(fetched(server).starts_with("failure: "));
  EXPECT_EQ(server.asked.size(), 2U);
}

TEST(Fetch, DoesNotFollowALinkThatCannotBeInARequestLine) {
  for (const char* href : {"/a b", "/a\\r\\nX: 1", "relative", "", "http://host-alone"}) {
    StandIn server;
    server.answer(
        200, R"({"x": [1], "x_links": [{"rel": "next", "href": ")" + std::string(href) + "\"}]}");
    EXPECT_EQ(fetched(server), "[\n  1\n]\n") << href;
    EXPECT_EQ(server.asked.size(), 1U);
  }
}

TEST(Fetch, GivesAnEmptyListAsOneAndADeletionAsNothing) {
  StandIn server;
  server.answer(200, R"({"ip_blocks": []})");
  EXPECT_EQ(fetched(server), "[]\n");
  server.answer(204, "");
  EXPECT_EQ(fetched(server), "");
}

TEST(Fetch, LeavesAnObjectWithSeveralMembersWhole) {
  StandIn server;
  server.answer(200, R"({"free": 3, "leased": 1})");
  EXPECT_EQ(fetched(server), "{\"free\":3,\"leased\":1}\n");
}

TEST(Fetch, GivesARefusalAsTheServerPutsIt) {
  StandIn server;
  server.answer(409, R"({"title": "Conflict", "detail": "Address is already allocated"})");
  EXPECT_EQ(fetched(server), "refusal: 409 Conflict: Address is already allocated");
}

TEST(Fetch, GivesNoPartOfAListWhosePageIsRefused) {
  StandIn server;
  server.answer(200, R"({"x": [1], "x_links": [{"rel": "next", "href": "/v1/2"}]})");
  server.answer(503, "");
  EXPECT_EQ(fetched(server), "refusal: 503 Reason");
}

TEST(Fetch, FailsOnWhatIsNoJsonObject) {
  for (const char* body : {"<html>", "[1]", "{\"a\":", "{} x", "3"}) {
    StandIn server;
    server.answer(200, body);
    EXPECT_TRUE(fetched(server).starts_with("failure: the server's answer is not understood"))
        << body;
  }
}

TEST(Fetch, PassesOnThatNobodyIsThere) {
  StandIn server;
  EXPECT_EQ(fetched(server), "failure: nobody there");
}

TEST(Follow, GivesEachEventAndThenFailsSinceAStreamHasNoEnd) {
  StandIn server;
  server.answer(200, "data: {\"number\": 1}\n\n: comment\n\ndata: {\"number\": 2}\n\n");
  std::string seen;
  const auto ended = follow(server, {"GET", "/v1/changes", "", true},
                            [&](const boost::json::value& event) { seen += as_json_line(event); });
  EXPECT_EQ(seen, "{\"number\":1}\n{\"number\":2}\n");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message, "the server ended the stream");
}

TEST(Follow, GivesARefusalAsTheServerPutsIt) {
  StandIn server;
  server.answer(403, R"({"title": "Forbidden"})");
  const auto ended =
      follow(server, {"GET", "/v1/changes", "", true}, [](const boost::json::value&) { FAIL(); });
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->text, "403 Forbidden");
}

}  // namespace
}  // namespace melange::cli
