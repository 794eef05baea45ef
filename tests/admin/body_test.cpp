// SPDX-License-Identifier: Apache-2.0
#include "body.h"

#include <gtest/gtest.h>

#include <array>

#include "melange/base/text.h"

namespace melange::admin {
namespace {

constexpr std::array kColours{std::string_view("red"), std::string_view("green")};
constexpr std::array kInner{
    Field{.name = "id", .need = Need::kAlways},
    Field{.name = "address", .type = Type::kAddress},
};
constexpr Shape kInnerShape{"inner", "", kInner};
constexpr std::array kThing{
    Field{.name = "name", .need = Need::kCreation, .most = 8},
    Field{.name = "colour", .choices = kColours},
    Field{.name = "count", .type = Type::kInteger, .least = 1, .most = 10},
    Field{.name = "on", .type = Type::kBoolean},
    Field{.name = "address", .type = Type::kAddress},
    Field{.name = "cidr", .type = Type::kCidr, .otherwise = "cidr is invalid"},
    Field{.name = "mac", .type = Type::kMac},
    Field{.name = "time", .type = Type::kSeconds},
    Field{.name = "addresses", .type = Type::kAddresses},
    Field{.name = "pools", .type = Type::kRanges},
    Field{.name = "options", .type = Type::kOptions},
    Field{.name = "tags", .type = Type::kTags},
    Field{.name = "inner", .type = Type::kObject, .inner = &kInnerShape},
    Field{.name = "inners", .type = Type::kObjects, .inner = &kInnerShape},
};
constexpr Shape kShape{"thing", "thing", kThing};

// The faults of a body, a line each; "fine" if there are none.
std::string faults(std::string_view fields, Use use = Use::kUpdate) {
  const auto body =
      read_body(base::cat(R"({"thing":{)", fields, "}}"), kShape, use, wire::OptionTable4{});
  if (body) return "fine";
  std::string out;
  for (const Fault& fault : body.error().errors) {
    out += base::cat(out.empty() ? "" : "\n", fault.field, ": ", fault.message);
  }
  return out.empty() ? body.error().detail : out;
}

Body read(std::string_view fields) {
  auto body = read_body(base::cat(R"({"thing":{)", fields, "}}"), kShape, Use::kUpdate,
                        wire::OptionTable4{});
  EXPECT_TRUE(body);
  return body ? std::move(*body) : Body();
}

TEST(Body, TellsAllThatIsWrongAtOnce) {
  EXPECT_EQ(faults(R"("count":0,"colour":"blue","nmae":"x")", Use::kCreation),
            "name: is missing\n"
            "colour: should be one among red, green\n"
            "count: expects a whole number from 1 to 10\n"
            "nmae: is not known; did you mean 'name'?");
}

TEST(Body, RefusesAnotherWrapperByName) {
  const auto wrong = [](std::string_view text) {
    const auto body = read_body(text, kShape, Use::kUpdate, wire::OptionTable4{});
    return body                          ? "fine"
           : body.error().errors.empty() ? body.error().detail
                                         : body.error().errors.front().field;
  };
  EXPECT_EQ(wrong(R"({"name":"x"})"), "thing");
  EXPECT_EQ(wrong(R"({"thing":{},"other":{}})"), "other");
  EXPECT_EQ(wrong(R"({"thing":[]})"), "thing");
  EXPECT_EQ(wrong("[]"), "the body is no JSON object");
  EXPECT_EQ(wrong(R"({"thing":{}})"), "fine");
}

TEST(Body, ReadsEveryTypeOfField) {
  const Body body = read(R"("name":"x","count":"7","on":true,"address":"2001:DB8::0:1",
      "cidr":"10.0.0.1/31","mac":"52-54-00-12-34-56","time":"1h30m","addresses":["192.0.2.1"],
      "pools":["192.0.2.4-192.0.2.8","192.0.2.16/30"],
      "options":{"domain-name":"lab","224":"hex:01"},
      "tags":{"b":"2","a":"1"},"inner":{"id":"i"},"inners":[{"id":"j"},{"id":"k"}])");
  EXPECT_EQ(*body.get<std::int64_t>("count"), 7);
  EXPECT_EQ(text(*body.get<net::Address>("address")), "2001:db8::1");
  EXPECT_EQ(text(*body.get<net::Prefix>("cidr")), "10.0.0.0/31");
  EXPECT_EQ(text(*body.get<net::Mac>("mac")), "52:54:00:12:34:56");
  EXPECT_EQ(body.get<base::Seconds>("time")->count(), 5400);
  EXPECT_EQ(body.get<Ranges>("pools")->size(), 2u);
  EXPECT_EQ(body.get<Options>("options")->back().code, 224);
  EXPECT_EQ(body.get<Tags>("tags")->front().key, "a");
  EXPECT_EQ(*body.get<Bodies>("inner")->front().get<std::string>("id"), "i");
  EXPECT_EQ(*body.get<Bodies>("inners")->back().get<std::string>("id"), "k");
}

TEST(Body, NamesTheElementThatIsWrong) {
  EXPECT_EQ(faults(R"("pools":["192.0.2.1","x"],"addresses":[1,"192.0.2.01"])"),
            "addresses[0]: expects an IP address\n"
            "addresses[1]: expects an IP address; '192.0.2.01' is none\n"
            "pools[1]: expects a range such as 192.0.2.10-192.0.2.20, a CIDR or an address; 'x' is "
            "none");
  EXPECT_EQ(faults(R"("inners":[{"id":"a"},{"address":"x"},3])"),
            "inners[1].id: is missing\n"
            "inners[1].address: expects an IP address; 'x' is none\n"
            "inners[2]: expects an object");
  EXPECT_EQ(faults(R"("cidr":"10.1.0.0/33")"), "cidr: cidr is invalid");
}

TEST(Body, TakesNullForNothing) {
  EXPECT_EQ(faults(R"("count":null,"address":null,"tags":null,"inner":null)"), "fine");
  EXPECT_EQ(faults(R"("name":null)", Use::kCreation), "name: expects a text");
  std::string colour = "green";
  read(R"("colour":null)").update<std::string>("colour", colour, std::string("red"));
  EXPECT_EQ(colour, "red");
  read(R"("count":1)").update<std::string>("colour", colour, std::string("blue"));
  EXPECT_EQ(colour, "red");
}

TEST(Body, RefusesNumbersThatAreNotWhole) {
  for (const std::string_view number : {"1.5", "1e0", "\"x\"", "\"\"", "\" 1\"", "\"0x1\"", "true",
                                        "11", "-1", "18446744073709551615"}) {
    EXPECT_EQ(faults(base::cat(R"("count":)", number)),
              "count: expects a whole number from 1 to 10");
  }
}

TEST(Body, H16RefusesControlCharactersAndWhatIsTooLong) {
  EXPECT_EQ(faults(R"("name":"a\nb")"), "name: has a control character");
  EXPECT_EQ(faults(R"("name":"a\u0000")"), "name: has a control character");
  EXPECT_EQ(faults(R"("name":"123456789")"), "name: is longer than 8 octets");
  EXPECT_EQ(faults(R"("tags":{"a":"\u001b"})"),
            "tags.a: expects a short key and a text without control characters");
}

TEST(Body, H16RefusesOptionValuesThatNoClientShouldGet) {
  EXPECT_EQ(faults(R"("options":{"domain-name":"a\nb"})"),
            "options.domain-name: has a control character");
  EXPECT_EQ(faults(R"("options":{"tftp-server-name":"a\u0000b"})"),
            "options.tftp-server-name: has a control character");
  EXPECT_EQ(faults(base::cat(R"("options":{"tftp-server-name":")", std::string(256, 'x'), "\"}")),
            "options.tftp-server-name: is longer than 255 octets");
  EXPECT_EQ(faults(R"("options":{"224":"hex:01","no-such":1,"subnet-mask":"255.0.0.0"})"),
            "options.no-such: is no option; write the number of one that has no name here\n"
            "options.subnet-mask: follows from the block's cidr");
  EXPECT_EQ(faults(R"("options":{"dhcp-message-type":5})").find("options."), 0u);
}

}  // namespace
}  // namespace melange::admin
