// SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include <gtest/gtest.h>

namespace melange::http {
namespace {

Response response(unsigned status, std::vector<Field> fields = {}, std::string body = "") {
  Response out;
  out.status = status;
  out.fields = std::move(fields);
  out.body = std::move(body);
  return out;
}

TEST(Encode, WritesAHeadWithItsFramingAndNothingThatChanges) {
  EXPECT_EQ(encode_head(response(201, {{"Location", "/v1/a"}}, "{}"), true),
            "HTTP/1.1 201 Created\r\nLocation: /v1/a\r\nContent-Length: 2\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n");
}

TEST(Encode, TellsWhenTheConnectionEnds) {
  EXPECT_EQ(encode_head(response(599), false),
            "HTTP/1.1 599 \r\nContent-Length: 0\r\nX-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
}

TEST(Encode, LeavesACacheRuleAsItIs) {
  const std::string head = encode_head(response(200, {{"cache-control", "max-age=60"}}), true);
  EXPECT_NE(head.find("cache-control: max-age=60\r\n"), std::string::npos);
  EXPECT_EQ(head.find("no-store"), std::string::npos);
}

TEST(Encode, GivesNoLengthToWhatHasNoBody) {
  for (const unsigned status : {204u, 304u}) {
    EXPECT_FALSE(has_body(status));
    EXPECT_EQ(encode_head(response(status), true).find("Content-Length"), std::string::npos);
  }
  EXPECT_TRUE(has_body(200));
}

TEST(Encode, LetsNoValueBeginALine) {
  using std::string_literals::operator""s;
  const std::string head =
      encode_head(response(200, {{"Location", "/a\r\nSet-Cookie: b\n\0c"s}}), true);
  EXPECT_NE(head.find("Location: /a  Set-Cookie: b  c\r\n"), std::string::npos) << head;
}

}  // namespace
}  // namespace melange::http
