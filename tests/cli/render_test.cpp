// SPDX-License-Identifier: Apache-2.0
#include "render.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <string_view>

#include "text_table.h"

namespace melange::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kColumns{"address", "state", "mac"};
constexpr Command kCommand{"lease", "list", "", "GET", "leases", "", {}, kColumns};
constexpr Command kNoColumns{"utilization", "", "", "GET", "utilization", "", {}};

Answer list(std::string_view array) { return {true, json::parse(array).as_array()}; }
Answer one(std::string_view object) { return {false, {json::parse(object)}}; }

TEST(Aligned, PutsCellsUnderEachOtherAndADashForNone) {
  const std::vector<Cells> rows{{"a", "long", ""}, {"wider", "", "z"}};
  EXPECT_EQ(aligned(rows), "a      long  -\nwider  -     z\n");
  EXPECT_EQ(aligned({}), "");
}

TEST(AsText, ShowsAListInTheCommandsColumns) {
  EXPECT_EQ(as_text(kCommand, list(R"([
      {"mac": "52:54:00:12:34:56", "address": "192.0.2.10", "state": "bound", "more": 1},
      {"address": "2001:db8::1", "state": "free", "mac": null}])")),
            "address      state  mac\n"
            "192.0.2.10   bound  52:54:00:12:34:56\n"
            "2001:db8::1  free   -\n");
}

TEST(AsText, ShowsAnEmptyListAsItsTitles) {
  EXPECT_EQ(as_text(kCommand, list("[]")), "address  state  mac\n");
}

TEST(AsText, TakesAllMembersWhereTheCommandHasNoColumns) {
  EXPECT_EQ(as_text(kNoColumns, list(R"([{"cidr": "192.0.2.0/24", "free": 3}])")),
            "cidr          free\n192.0.2.0/24  3\n");
}

TEST(AsText, TellsAnExplanationAsAStory) {
  Command command = kNoColumns;
  command.layout = Layout::kExplanation;
  EXPECT_EQ(as_text(command, one(R"({"decision": "OFFER reason=offered", "why": "it is free",
                                     "network": "lab", "pool": null, "reservation": true,
                                     "options": {"routers": ["192.0.2.1"], "boot-file": "\u001b"},
                                     "boot": {"server": null, "file": "pxe.0"},
                                     "record": {"state": "held", "identity": "mac 1",
                                                "until": null}})")),
            "OFFER reason=offered\n"
            "it is free\n"
            "network lab, reservation true\n"
            "now held mac 1\n"
            "boot file pxe.0\n"
            "  routers    192.0.2.1\n"
            "  boot-file  \\x1b\n");
  EXPECT_EQ(
      as_text(command, one(R"({"decision": "drop reason=ignored", "why": "so", "boot": {}})")),
      "drop reason=ignored\nso\n");
}

TEST(AsText, ShowsOneObjectMemberByMember) {
  EXPECT_EQ(as_text(kCommand, one(R"({"id": "1", "dns": ["192.0.2.1", "192.0.2.2"], "gateway": null,
                                      "tags": {"rack": "7", "x": {"y": true}}, "options": {},
                                      "routes": [{"to": "0/0", "via": "192.0.2.1"}]})")),
            "id         1\n"
            "dns        192.0.2.1,192.0.2.2\n"
            "gateway    -\n"
            "tags.rack  7\n"
            "tags.x.y   true\n"
            "options    -\n"
            "routes     to=0/0,via=192.0.2.1\n");
}

TEST(AsText, ShowsNothingForNothing) {
  EXPECT_EQ(as_text(kCommand, Answer{}), "");
  EXPECT_EQ(as_json(Answer{}), "");
}

TEST(AsText, H15_EscapesValuesAndNamesForTheTerminal) {
  EXPECT_EQ(as_text(kCommand, list(R"([{"address": "\u001b[2J", "state": ["a\nb"],
                                        "mac": {"\u0007": "\u009b"}}])")),
            "address  state   mac\n\\x1b[2J  a\\x0ab  \\x07=\\xc2\\x9b\n");
  EXPECT_EQ(as_text(kCommand, one("{\"\\u001b\": {\"\\n\": 1}}")), "\\x1b.\\x0a  1\n");
}

TEST(AsText, ShowsWhatIsNoObjectAsItIs) {
  EXPECT_EQ(as_text(kCommand, list("[3]")), "address  state  mac\n-        -      -\n");
  EXPECT_EQ(as_text(kCommand, one("\"x\"")), "x\n");
}

TEST(AsJson, IsOneDocumentThatReadsBack) {
  const Answer answer = list(R"([{"a": "\u001b\"", "n": 18446744073709551615}, {"b": [null]}])");
  EXPECT_EQ(json::parse(as_json(answer)), json::value(answer.objects));
  EXPECT_EQ(as_json(one("{\"a\": 1}")), "{\"a\":1}\n");
}

TEST(AsTextLine, ShowsOneObjectWithoutTitles) {
  EXPECT_EQ(as_text_line(kCommand, json::parse(R"({"address": "192.0.2.1", "mac": "m"})")),
            "192.0.2.1  -  m\n");
}

}  // namespace
}  // namespace melange::cli
