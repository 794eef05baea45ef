// SPDX-License-Identifier: Apache-2.0
#include "event_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace melange::cli {
namespace {

using Events = std::vector<std::string>;

// The data of the events of a text that arrives in pieces of `size` octets.
Events read(std::string_view text, std::size_t size) {
  Events events;
  EventStream stream;
  for (std::size_t i = 0; i < text.size(); i += size) {
    stream.feed(text.substr(i, size), [&](std::string_view data) { events.emplace_back(data); });
  }
  return events;
}

TEST(EventStream, GivesTheDataOfEachEventWhateverPiecesItComesIn) {
  const std::string_view text =
      ": hello\n\nid: 1\nevent: change\ndata: {\"a\":1}\n\ndata:two\r\ndata: lines\r\n\r\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(read(text, size), (Events{"{\"a\":1}", "two\nlines"})) << size;
  }
}

TEST(EventStream, TakesAReturnAloneAsTheEndOfALine) {
  EXPECT_EQ(read("data: a\r\rdata: b\r\r", 3), (Events{"a", "b"}));
}

TEST(EventStream, WaitsForTheEmptyLine) { EXPECT_EQ(read("data: a\n", 1), Events{}); }

TEST(EventStream, SkipsAnEventThatIsTooLongAndGoesOn) {
  const std::string big(EventStream::kEventSize + 1, 'x');
  EXPECT_EQ(read("data: " + big + "\n\ndata: next\n\n", 4096), Events{"next"});
}

}  // namespace
}  // namespace melange::cli
