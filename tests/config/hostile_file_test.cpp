// SPDX-License-Identifier: Apache-2.0
//
// Files that are no configuration: hostile.md C1 and C2. All are refused, within a second.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "answers.h"
#include "melange/base/limits.h"

namespace melange::config {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr double kPatienceSeconds = 5;
#else
constexpr double kPatienceSeconds = 1;
#endif

class HostileFile : public testing::Test {
 protected:
  HostileFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "config_test.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::permissions(folder_, std::filesystem::perms{0755});
    path_ = folder_ + "/conf.toml";
  }
  ~HostileFile() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view content) { std::ofstream(path_, std::ios::binary) << content; }

  // What `melange check` says, with the folder left out.
  std::string answer() {
    const auto start = std::chrono::steady_clock::now();
    const auto config = load(path_);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    EXPECT_LT(taken.count(), kPatienceSeconds);
    return config ? "ok" : text("conf.toml", config.error());
  }
  std::string answer_to_content(std::string_view content) {
    write(content);
    return answer();
  }

  std::string folder_;
  std::string path_;
};

TEST_F(HostileFile, C1_MayBeMissing) {
  EXPECT_EQ(answer(), "conf.toml: cannot be opened: No such file or directory\n");
}

TEST_F(HostileFile, C1_MayBeADirectory) {
  path_ = folder_;
  EXPECT_EQ(answer(), "conf.toml: is a directory, not a regular file\n");
}

TEST_F(HostileFile, C1_MayBeAFifoThatNobodyWrites) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(answer(), "conf.toml: is a FIFO, not a regular file\n");
}

TEST_F(HostileFile, C1_MayBeADevice) {
  path_ = "/dev/zero";
  EXPECT_EQ(answer(), "conf.toml: is a device or socket, not a regular file\n");
}

TEST_F(HostileFile, C1_MayBeUnreadable) {
  write(with_block(""));
  std::filesystem::permissions(path_, std::filesystem::perms::none);
  constexpr uid_t kNobody = 65534;
  const bool was_root = ::geteuid() == 0;
  if (was_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const std::string refusal = answer();
  if (was_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(refusal, "conf.toml: cannot be opened: Permission denied\n");
}

TEST_F(HostileFile, C1_MayBeOneGigabyte) {
  write("");
  std::filesystem::resize_file(path_, 1u << 30);
  EXPECT_EQ(answer(), "conf.toml: is longer than 1048576 octets\n");
}

TEST_F(HostileFile, C1_MayBeOneOctetTooLong) {
  std::string content = with_block("# ");
  content.resize(base::limits::kConfigFileSize, 'x');
  EXPECT_EQ(answer_to_content(content), "ok");
  EXPECT_EQ(answer_to_content(content + 'x'), "conf.toml: is longer than 1048576 octets\n");
}

TEST_F(HostileFile, C1_MayBeEmpty) {
  const std::string refusal = "conf.toml: has no key; `melange config` prints all of them\n";
  EXPECT_EQ(answer_to_content(""), refusal);
  EXPECT_EQ(answer_to_content("# nothing yet\n\n"), refusal);
}

TEST_F(HostileFile, C1_MayBeInAnotherEncoding) {
  EXPECT_EQ(answer_to_content("\xef\xbb\xbf[store]\n"),
            "conf.toml:1: begins with a byte order mark; save the file as UTF-8 without one\n");
  EXPECT_EQ(answer_to_content(std::string_view("\xff\xfe[\0s\0", 6)),
            "conf.toml:1: is UTF-16; save the file as UTF-8\n");
  EXPECT_EQ(answer_to_content(std::string_view("\xfe\xff\0[\0s", 6)),
            "conf.toml:1: is UTF-16; save the file as UTF-8\n");
  EXPECT_EQ(answer_to_content(std::string_view("[store]\n\0", 9)),
            "conf.toml:2: has a NUL octet; a configuration is UTF-8 text\n");
}

TEST_F(HostileFile, C1_MayBeInvalidUtf8) {
  for (const std::string_view octets :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_EQ(answer_to_content(base::cat("[store]\n# ", octets, "\npath = '/'\n")),
              "conf.toml:2: Encountered invalid utf-8 sequence\n");
    EXPECT_EQ(answer_to_content(base::cat("[store]\npath = '/", octets, "'\n")),
              "conf.toml:2: Encountered invalid utf-8 sequence\n");
  }
}

std::string repeated(std::string_view unit, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += unit;
  return out;
}

constexpr std::string_view kTooDeep = "2: keys, lists or tables are nested more than 32 deep\n";

TEST(Depth, C2_IsLimitedForDottedKeys) {
  const std::string key = repeated("a.", 200000) + "a";
  EXPECT_EQ(answer_to("\n" + key + " = 1\n"), kTooDeep);
  EXPECT_EQ(answer_to("\n[" + key + "]\n"), kTooDeep);
  EXPECT_EQ(answer_to("\n[[" + key + "]]\n"), kTooDeep);
  EXPECT_EQ(answer_to("\nx = { " + key + " = 1 }\n"), kTooDeep);
  EXPECT_EQ(answer_to("\n" + repeated("'a'.\"b\" . ", 100000) + "c = 1\n"), kTooDeep);
}

TEST(Depth, C2_IsLimitedForListsAndInlineTables) {
  EXPECT_EQ(answer_to("\na = " + repeated("[", 300) + repeated("]", 300) + "\n"), kTooDeep);
  EXPECT_EQ(answer_to("\na = " + repeated("{a=", 300) + "1" + repeated("}", 300) + "\n"), kTooDeep);
}

TEST(Depth, C2_IsNotCountedInStringsAndComments) {
  const std::string dots = repeated("[.", 100);
  EXPECT_EQ(answer_to(with_block("# " + dots + "\n")), "ok");
  for (const std::string quote : {"\"", "'", "\"\"\"", "'''"}) {
    EXPECT_EQ(answer_to(base::cat("[store]\npath = ", quote, "/", dots, quote, "\n")), "ok");
  }
  EXPECT_EQ(answer_to("[store]\npath = \"/\\\"" + dots + "\"\n"), "ok") << "an escaped quote";
  EXPECT_EQ(answer_to(with_block("# it's\n# \"x\n")), "ok") << "quotes in comments open nothing";
}

// Each string ends where TOML ends it, or the scanner would take what follows for its inside.
TEST(Depth, C2_IsCountedBehindEveryKindOfString) {
  const std::string deep = repeated("q.", 200000) + "q = 1";
  for (const std::string text :
       {"\"\"", "''", "\"\"\"\"\"\"", "''''''", "\"\"\"x\"\"\"\"", "\"\"\"x\"\"\"\"\"", "'''x''''",
        "'''x'''''", "\"\\\\\"", "'\\'", "\"\"\"\\\"\"\"\""}) {
    EXPECT_EQ(answer_to("\nx = { a = " + text + ", " + deep + " }\n"), kTooDeep) << text;
  }
}

TEST(Depth, ResetsWithEachKey) {
  EXPECT_EQ(answer_to("[dhcp]\n" + repeated("# .\n", 50) + "interfaces = [" +
                      repeated("\"a.b\", ", 100) + "]\n"),
            "ok");
}

struct LongFile {
  std::string first;
  std::string unit;  // repeated up to the size limit; # stands for a number
};

std::string filled(const LongFile& file) {
  std::string out = file.first;
  for (std::size_t i = 0; out.size() + file.unit.size() + 16 < base::limits::kConfigFileSize; ++i) {
    for (const char c : file.unit) {
      if (c == '#') {
        out += std::to_string(i);
      } else {
        out += c;
      }
    }
  }
  return out;
}

class LongestFile : public testing::TestWithParam<LongFile> {};

TEST_P(LongestFile, C1_IsAnsweredWithinASecond) {
  const std::string toml = filled(GetParam());
  const std::clock_t start = std::clock();  // of the processor: other work does not count
  EXPECT_FALSE(parse(toml));
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, kPatienceSeconds);
}

INSTANTIATE_TEST_SUITE_P(
    Of, LongestFile,
    testing::Values(LongFile{"", "k#=1\n"}, LongFile{"", "k"}, LongFile{"", "[k#]\n"},
                    LongFile{"", "[[network]]\n"}, LongFile{"", "[[network]]\nid='a'\n"},
                    LongFile{with_block(""), "[[network.block]]\ncidr='10.0.0.0/8'\n"},
                    LongFile{with_block(""), "[[network.reservation]]\n"},
                    LongFile{with_block("") + "pools=[", "'10.0.0.0/24',\n"},
                    LongFile{with_block("") + "pools=[", "'10.0.0.9',"},
                    LongFile{with_block("") + "[network.block.options]\n", "k#=1\n"},
                    LongFile{with_block(""), std::string(50, 'k') + "#=1\n"},
                    LongFile{"", "[[class]]\nname='c#'\n"}, LongFile{"", "[[option]]\n"},
                    LongFile{"", "[[option]]\ncode=230\nname='o#'\nform='u8'\n"},
                    LongFile{"", "[[class]]\nmatch={arch='a#'}\n"},
                    LongFile{with_block(""), "[[network.reservation]]\nforce='o#'\n"},
                    LongFile{with_block(""), "[[network.block]]\nclasses=['c#']\n"},
                    LongFile{with_block(""), "[[network.block.pool]]\nrange='10.0.0.9'\n"},
                    LongFile{with_block(""), "[[network.reservation]]\nmac='020000000001'\n"},
                    LongFile{"",
                             "[[network]]\nid='n#'\nrelays=['1.1.1.1']\n[[network.block]]\n"
                             "cidr='10.0.0.0/8'\n"},
                    LongFile{"", "[[network]]\nid='n#'\n[[network.block]]\ncidr='10.0.0.0/8'\n"}));

}  // namespace
}  // namespace melange::config
