// SPDX-License-Identifier: Apache-2.0
//
// Every file under v4/ is a test: what stands above "----" is played, what came of it must be what
// stands below. With MELANGE_UPDATE=1 in the environment the lower part is rewritten instead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "melange/base/bytes.h"
#include "melange/base/text.h"
#include "player.h"
#include "temp_directory.h"

namespace melange::test {
namespace {

constexpr std::string_view kRule = "----\n";

std::vector<std::string> transcripts() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(MELANGE_TRANSCRIPTS)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

std::string play(std::string_view script_text) {
  const TempDirectory directory;
  Script script = read_script(script_text);
  Player player(directory.file("store"), script.setup);
  std::string out;
  for (Event& event : script.events) out += player.play(event);
  return out;
}

class Transcript : public testing::TestWithParam<std::string> {};

TEST_P(Transcript, GoesAsWritten) {
  const auto octets = read_file(GetParam());
  const std::string_view whole = base::text_of(octets);
  EXPECT_TRUE(whole.starts_with("# RFC ")) << "the first line says which rule this shows";
  const auto rule = whole.find(kRule);
  const std::string_view script = whole.substr(0, rule);
  std::string came_of_it;
  ASSERT_NO_THROW(came_of_it = play(script));
  if (std::getenv("MELANGE_UPDATE") != nullptr) {
    write_file(GetParam(), base::cat(script, kRule, came_of_it));
    return;
  }
  ASSERT_NE(rule, std::string_view::npos) << "no ----: run with MELANGE_UPDATE=1, and read it";
  EXPECT_EQ(came_of_it, whole.substr(rule + kRule.size()));
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(V4, Transcript, testing::ValuesIn(transcripts()), name_of);

TEST(Transcripts, AreThere) { EXPECT_GE(transcripts().size(), 50u); }

}  // namespace
}  // namespace melange::test
