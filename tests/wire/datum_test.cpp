// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/datum.h"

#include <gtest/gtest.h>

namespace melange::wire {
namespace {

const Datum kTree{DatumRecord{
    {"on", Datum{true}},
    {"mtu", Datum{std::int64_t{-1450}}},
    {"name", Datum{std::string("a\nb \"q\" \xff")}},
    {"list", Datum{DatumList{Datum{std::int64_t{1}}, Datum{DatumList{}}, Datum{DatumRecord{}}}}}}};

TEST(Datum, IsOneLineForPeople) {
  EXPECT_EQ(text(kTree), "on=true mtu=-1450 name=a\\x0ab \"q\" \\xff list=1, , ");
}

TEST(Datum, IsJsonForPrograms) {
  EXPECT_EQ(
      json(kTree),
      "{\"on\":true,\"mtu\":-1450,\"name\":\"a\\u000ab \\\"q\\\" \\u00ff\",\"list\":[1,[],{}]}");
}

TEST(Datum, EscapesKeysToo) {
  const Datum datum{DatumRecord{{"a\"\n", Datum{false}}}};
  EXPECT_EQ(json(datum), "{\"a\\\"\\u000a\":false}");
  EXPECT_EQ(text(datum), "a\"\\x0a=false");
}

TEST(Datum, TellsKindsApart) {
  EXPECT_NE(Datum{true}, Datum{std::int64_t{1}});
  EXPECT_NE(Datum{std::string("1")}, Datum{std::int64_t{1}});
  EXPECT_EQ(kTree, Datum(kTree));
}

}  // namespace
}  // namespace melange::wire
