// SPDX-License-Identifier: Apache-2.0
#include "json_text.h"

#include <gtest/gtest.h>

namespace melange::admin {
namespace {

std::string fault(std::string_view text) {
  const auto value = parse_json(text);
  return value ? "accepted as " + json::serialize(*value) : value.error();
}

TEST(JsonText, KeepsTheOrderOfMembers) {
  const auto value = parse_json(R"({"b":1,"a":[true,null,"x"]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(json::serialize(*value), R"({"b":1,"a":[true,null,"x"]})");
}

TEST(JsonText, H4RefusesNestingDeeperThan32) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(kJsonDepth)));
  EXPECT_EQ(fault(nested(kJsonDepth + 1)), "the JSON is nested deeper than 32 levels");
  EXPECT_EQ(fault(nested(20'000)), "the JSON is nested deeper than 32 levels");
}

TEST(JsonText, H4RefusesTwoMembersOfOneNameAtAnyDepth) {
  EXPECT_EQ(fault(R"({"a":1,"a":1})"), "the member 'a' stands twice in one object");
  EXPECT_EQ(fault(R"([{"b":{"a":1,"\u0061":2}}])"), "the member 'a' stands twice in one object");
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
  const std::string long_key(500, 'k');
  EXPECT_EQ(fault("{\"" + long_key + "\":1,\"" + long_key + "\":2}"),
            "the member '" + std::string(64, 'k') + "' stands twice in one object");
}

TEST(JsonText, H4RefusesNumbersThatNoNumberHolds) {
  EXPECT_EQ(fault("[1e999]"), "a number is too large");
  EXPECT_EQ(fault("[" + std::string(1'000'000, '9') + "]"), "a number is too large");
  EXPECT_TRUE(parse_json("[18446744073709551615,-9223372036854775808,1.5]"));
}

TEST(JsonText, H4RefusesWhatIsNotJson) {
  constexpr std::string_view kNoJson = "the body is not JSON (RFC 8259) in UTF-8";
  EXPECT_EQ(fault("NaN"), kNoJson);
  EXPECT_EQ(fault("[Infinity]"), kNoJson);
  EXPECT_EQ(fault("[1,]"), kNoJson);
  EXPECT_EQ(fault("{'a':1}"), kNoJson);
  EXPECT_EQ(fault("[1] // one"), "something stands behind the end of the JSON");
  EXPECT_EQ(fault("\xef\xbb\xbf{}"), kNoJson);
  EXPECT_EQ(fault(""), "the JSON ends too early");
  EXPECT_EQ(fault("{\"a\":"), "the JSON ends too early");
}

TEST(JsonText, H4RefusesTrailingText) {
  EXPECT_EQ(fault("{} {}"), "something stands behind the end of the JSON");
  EXPECT_TRUE(parse_json("{} \n"));
}

TEST(JsonText, H4RefusesBadUtf8AndLoneSurrogates) {
  constexpr std::string_view kNoJson = "the body is not JSON (RFC 8259) in UTF-8";
  for (const std::string_view text :
       {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", R"("\ud800")",
        R"("\udc00")", R"("\ud800\u0041")", "\"a\tb\""}) {
    EXPECT_EQ(fault(text), kNoJson) << text;
  }
  EXPECT_TRUE(parse_json(R"("\ud83d\ude00")"));
}

}  // namespace
}  // namespace melange::admin
