// SPDX-License-Identifier: Apache-2.0
//
// The printed default file: it is the shipped one, and all that it shows can be used.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "answers.h"

namespace melange::config {
namespace {

const std::string kShipped = MELANGE_SOURCE_ROOT "/conf/melange.toml";

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DefaultFile, IsTheShippedOne) {
  if (std::getenv("MELANGE_UPDATE") != nullptr) std::ofstream(kShipped) << default_file();
  EXPECT_EQ(content_of(kShipped), default_file()) << "MELANGE_UPDATE=1 rewrites conf/melange.toml";
}

TEST(DefaultFile, IsAccepted) {
  const auto config = parse(default_file());
  ASSERT_TRUE(config) << text("melange.toml", config.error());
  EXPECT_EQ(config->store.path, Store{}.path);
  EXPECT_EQ(config->log.level, LogLevel::kInfo);
  EXPECT_EQ(config->dhcp.offer_time, Dhcp{}.offer_time);
  EXPECT_TRUE(config->networks.empty());
}

TEST(DefaultFile, IsAcceptedWithEveryExampleTakenIn) {
  const std::string file = default_file();
  std::string toml;
  for (const std::string_view line : base::split(file, '\n')) {
    toml += base::cat(line.starts_with("# ") ? line.substr(2) : line, '\n');
  }
  const auto config = parse(toml);
  ASSERT_TRUE(config) << text("melange.toml", config.error());
  ASSERT_EQ(config->networks.size(), 1u);
  EXPECT_EQ(config->networks.front().blocks.size(), 1u);
  EXPECT_EQ(config->networks.front().reservations.size(), 1u);
}

TEST(DefaultFile, ExplainsEveryKeyWithinAHundredColumns) {
  const std::string file = default_file();
  std::string_view before;
  for (const std::string_view line : base::split(file, '\n')) {
    EXPECT_LE(line.size(), 100u) << line;
    const bool is_help = line.starts_with("## ");
    if (!line.empty() && !is_help) {
      EXPECT_GT(before.size(), 10u) << line;
    }
    before = is_help ? line : "";
  }
}

TEST(MinimalFile, IsAccepted) {
  const auto config = load(MELANGE_SOURCE_ROOT "/conf/minimal.toml");
  ASSERT_TRUE(config) << text("minimal.toml", config.error());
  ASSERT_EQ(config->networks.size(), 1u);
  EXPECT_EQ(config->networks.front().blocks.at(0).pools.size(), 1u);
}

}  // namespace
}  // namespace melange::config
