// SPDX-License-Identifier: Apache-2.0
//
// The file of tokens: what it may say, what it must not be, and how it grows.
#include "melange/config/tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "melange/base/text.h"
#include "temp_directory.h"

namespace melange::config {
namespace {

using base::cat;

const std::string kHex(64, 'a');

// One token, whose other keys begin on line 3.
std::string with_token(std::string_view id, std::string_view keys) {
  return cat("[[token]]\nid = \"", id, "\"\n", keys);
}
std::string scoped(std::string_view scopes) {
  return with_token("ci", cat("digest = \"sha256:", kHex, "\"\nscopes = [", scopes, "]\n"));
}
const std::string kGood = scoped("\"admin\"");

template <class Value>
std::string answer(const std::expected<Value, Mistakes>& result) {
  return result ? "ok" : text("tokens", result.error());
}
std::string answer_to_tokens(std::string_view toml) { return answer(parse_tokens(toml)); }

TokenEntry entry(std::string_view id) {
  return {.id = std::string(id),
          .digest = std::vector<std::uint8_t>(32, 0xab),
          .scopes = {"tenant:acme", "write"},
          .comment = "the \"build\" farm \xc3\xa9",
          .created = "2026-11-24T08:00:00Z"};
}

std::string content_of(const std::string& path) {
  const auto octets = test::read_file(path);
  return std::string(base::text_of(octets));
}

TEST(TokenFile, HoldsTokensWithTheirScopes) {
  const auto tokens =
      parse_tokens(cat(with_token("ci-1", cat("digest = \"sha256:", kHex, "\"\n")),
                       "scopes = [\"tenant:acme\", \"write\"]\ncreated = \"2026-11-24T08:00:00Z\"\n"
                       "comment = \"x\"\n",
                       scoped("\"admin\", \"read\"")));
  ASSERT_TRUE(tokens) << answer(tokens);
  ASSERT_EQ(tokens->size(), 2u);
  EXPECT_EQ(tokens->front(), (TokenEntry{.id = "ci-1",
                                         .digest = std::vector<std::uint8_t>(32, 0xaa),
                                         .scopes = {"tenant:acme", "write"},
                                         .comment = "x",
                                         .created = "2026-11-24T08:00:00Z"}));
  EXPECT_EQ(tokens->back().scopes, (std::vector<std::string>{"admin", "read"}));
}

TEST(TokenFile, C7_HasAToken) {
  const std::string refusal = "tokens: has no token; `melange token new` adds one\n";
  EXPECT_EQ(answer_to_tokens(""), refusal);
  EXPECT_EQ(answer_to_tokens("# none yet\n"), refusal);
  EXPECT_EQ(answer_to_tokens("token = []\n"), refusal);
}

TEST(TokenFile, HasEachIdOnce) {
  EXPECT_EQ(answer_to_tokens(cat(kGood, kGood)),
            "tokens:6: the id is that of line 2 too; each token needs its own\n");
}

TEST(TokenFile, HasIdsThatEndBeforeAnUnderscore) {
  for (const std::string id : {"a", "ci-1.x", "0"}) {
    EXPECT_EQ(answer_to_tokens(with_token(id, kGood.substr(kGood.find("digest")))), "ok") << id;
  }
  for (const std::string& id : {std::string(), std::string("a_b"), std::string("a b"),
                                std::string("a/b"), std::string(65, 'a')}) {
    EXPECT_EQ(answer_to_tokens(with_token(id, kGood.substr(kGood.find("digest")))),
              "tokens:2: id: is no token's name; write 1 to 64 letters, digits, '.' and '-'\n");
  }
}

TEST(TokenFile, HasDigestsOf32Octets) {
  const auto with_digest = [](std::string_view digest) {
    return answer_to_tokens(with_token("ci", cat("digest = ", digest, "\nscopes = [\"admin\"]\n")));
  };
  for (const std::string& bad :
       {cat("\"", kHex, "\""), cat("\"sha256:", kHex, "aa\""),
        cat("\"sha256:", kHex.substr(2), "\""), cat("\"sha512:", kHex, "\""),
        cat("\"sha256:", kHex.substr(1), "g\""), cat("\"sha256:aa:", kHex.substr(3), "\""),
        std::string("7"), std::string("\"\"")}) {
    EXPECT_EQ(with_digest(bad), "tokens:3: digest: expected \"sha256:\" and 64 hex digits\n")
        << bad;
  }
}

TEST(TokenFile, HasKnownScopesThatOpenSomething) {
  const std::string unknown =
      "tokens:4: scopes: holds an unknown scope; known are \"admin\", \"read\", \"write\" and "
      "\"tenant:NAME\"\n";
  for (const std::string_view bad : {"\"root\"", "\"Admin\"", "\"tenant:\"", "\"tenant:a b\"",
                                     "\"tenant\"", "\"\"", "\"admin\", \"*\""}) {
    EXPECT_EQ(answer_to_tokens(scoped(bad)), unknown) << bad;
  }
  const std::string nothing = "tokens:4: scopes: open nothing; add \"admin\" or \"tenant:NAME\"\n";
  EXPECT_EQ(answer_to_tokens(scoped("\"read\"")), nothing);
  EXPECT_EQ(answer_to_tokens(scoped("\"read\", \"write\"")), nothing);
  EXPECT_EQ(answer_to_tokens(scoped("\"tenant:a\", \"tenant:b\"")), "ok");
  EXPECT_NE(answer_to_tokens(scoped("")), "ok");
}

TEST(TokenFile, C3_HasNoUnknownAndNoMissingKeys) {
  EXPECT_EQ(answer_to_tokens(cat(kGood, "scope = \"x\"\n")),
            "tokens:5: unknown key 'scope'; did you mean 'scopes'?\n");
  EXPECT_EQ(answer_to_tokens(cat("[tokens]\n", kGood)),
            "tokens:1: unknown key 'tokens'; did you mean 'token'?\n");
  EXPECT_EQ(answer_to_tokens("[[token]]\n"),
            "tokens:1: token lacks 'digest'\ntokens:1: token lacks 'id'\n"
            "tokens:1: token lacks 'scopes'\n");
}

TEST(TokenFile, C2_IsBoundedAsTheConfigurationIs) {
  EXPECT_NE(answer_to_tokens(std::string(40, '[')).find("nested more than 32 deep"),
            std::string::npos);
  EXPECT_NE(answer_to_tokens(std::string((1u << 20) + 1, '#')).find("is longer than"),
            std::string::npos);
}

TEST(TokenFile, H14_IsNotRepeatedInWhatIsSaidOfIt) {
  const std::string canary = "mel_ci_CanaryCanaryCanaryCanaryCanaryCanaryCanaryC";
  for (const std::string& toml :
       {with_token(canary, ""), with_token("ci", cat("digest = \"", canary, "\"\n")),
        with_token("ci", cat("digest = ", canary, "\n")), scoped(cat("\"", canary, "\"")),
        cat(canary, "\n"), cat("[[token]]\n", canary, " ", canary, "\n")}) {
    const std::string said = answer_to_tokens(toml);
    EXPECT_NE(said, "ok");
    EXPECT_EQ(said.find("Canary"), std::string::npos) << said;
  }
}

class StoredTokens : public testing::Test {
 protected:
  mode_t mode_of(const std::string& path) const {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777u;
  }
  std::string answer_with_mode(mode_t mode) {
    test::write_file(path_, kGood);
    EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
    return answer(load_tokens(path_));
  }

  test::TempDirectory folder_;
  const std::string path_ = folder_.file("tokens.toml");
};

TEST_F(StoredTokens, C7_LetNobodyInButTheirOwner) {
  EXPECT_EQ(answer_with_mode(0600), "ok");
  EXPECT_EQ(answer_with_mode(0400), "ok");
  for (const mode_t mode : {0644u, 0640u, 0604u, 0620u, 0602u, 0660u, 0666u, 0610u, 0601u}) {
    EXPECT_NE(answer_with_mode(mode).find("run chmod 600 on it"), std::string::npos) << mode;
  }
  EXPECT_EQ(answer_with_mode(0644),
            "tokens: has mode 0644, which lets others than its owner in; run chmod 600 on it\n");
}

TEST_F(StoredTokens, C7_AreInARegularFile) {
  EXPECT_EQ(answer(load_tokens(path_)), "tokens: cannot be opened: No such file or directory\n");
  EXPECT_EQ(answer(load_tokens(folder_.path())), "tokens: is a directory, not a regular file\n");
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(answer(load_tokens(path_)), "tokens: is a FIFO, not a regular file\n");
}

TEST_F(StoredTokens, C7_AreNotReadFromAnEmptyFile) {
  test::write_file(path_, "");
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  EXPECT_EQ(answer(load_tokens(path_)), "tokens: has no token; `melange token new` adds one\n");
  EXPECT_EQ(answer(add_token(path_, entry("ci"))), "ok") << "but it may become one";
  EXPECT_EQ(answer(load_tokens(path_)), "ok");
}

TEST_F(StoredTokens, AreReadBackAsTheyWereAdded) {
  ASSERT_EQ(answer(add_token(path_, entry("a"))), "ok");
  ASSERT_EQ(answer(add_token(path_, entry("b"))), "ok");
  const auto tokens = load_tokens(path_);
  ASSERT_TRUE(tokens) << answer(tokens);
  EXPECT_EQ(*tokens, (std::vector{entry("a"), entry("b")}));
}

TEST_F(StoredTokens, AreMadeForTheirOwnerAlone) {
  const std::string deeper = folder_.file("melange") + "/tokens.toml";
  ASSERT_EQ(answer(add_token(deeper, entry("ci"))), "ok");
  EXPECT_EQ(mode_of(deeper), 0600u);
  EXPECT_EQ(mode_of(folder_.file("melange")), 0700u);
}

TEST_F(StoredTokens, KeepEveryOctetThatWasThere) {
  const std::string before = cat("# by hand\n", scoped("'admin'  ,"), "# and no line end");
  test::write_file(path_, before);
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  ASSERT_EQ(answer(add_token(path_, entry("new"))), "ok");
  const std::string after = content_of(path_);
  EXPECT_TRUE(after.starts_with(cat(before, '\n'))) << after;
  EXPECT_EQ(load_tokens(path_)->size(), 2u);
}

TEST_F(StoredTokens, StayAsTheyAreWhenATokenIsRefused) {
  ASSERT_EQ(answer(add_token(path_, entry("ci"))), "ok");
  const std::string before = content_of(path_);
  EXPECT_NE(answer(add_token(path_, entry("ci"))).find("is that of line"), std::string::npos);
  TokenEntry powerless = entry("other");
  powerless.scopes = {"read"};
  EXPECT_EQ(answer(add_token(path_, powerless)),
            "tokens: scopes: open nothing; add \"admin\" or \"tenant:NAME\"\n");
  TokenEntry forged = entry("other");
  forged.comment = "x\"\n[[token]]\nid = \"forged";
  EXPECT_NE(answer(add_token(path_, forged)).find("has a control character"), std::string::npos);
  EXPECT_EQ(content_of(path_), before);
  const std::filesystem::directory_iterator files(folder_.path());
  EXPECT_EQ(std::ranges::distance(files), 1) << "no temporary file is left";
}

TEST_F(StoredTokens, AreNotAddedToAFileThatOthersMayRead) {
  test::write_file(path_, kGood);
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  EXPECT_NE(answer(add_token(path_, entry("new"))).find("chmod 600"), std::string::npos);
  EXPECT_EQ(content_of(path_), kGood);
}

TEST_F(StoredTokens, AreAddedToTheFileThatALinkLeadsTo) {
  const std::string link = folder_.file("link.toml");
  ASSERT_EQ(answer(add_token(path_, entry("a"))), "ok");
  std::filesystem::create_symlink(path_, link);
  ASSERT_EQ(answer(add_token(link, entry("b"))), "ok");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(load_tokens(path_)->size(), 2u);
}

TEST_F(StoredTokens, StayTheirOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(answer(add_token(path_, entry("a"))), "ok");
  ASSERT_EQ(::chown(path_.c_str(), kNobody, kNobody), 0);
  ASSERT_EQ(answer(add_token(path_, entry("b"))), "ok");
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kNobody);
  EXPECT_EQ(mode_of(path_), 0600u);
}

TEST_F(StoredTokens, AreAllThereWhenManyAddThemAtOnce) {
  constexpr int kThreads = 8;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { EXPECT_TRUE(add_token(path_, entry(cat("t", i)))); });
    }
  }
  EXPECT_EQ(load_tokens(path_)->size(), static_cast<std::size_t>(kThreads));
}

}  // namespace
}  // namespace melange::config
