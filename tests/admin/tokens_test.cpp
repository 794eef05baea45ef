// SPDX-License-Identifier: Apache-2.0
#include "melange/admin/tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "melange/base/digest.h"
#include "melange/base/text.h"
#include "temp_directory.h"

namespace melange::admin {
namespace {

using base::cat;

config::TokenEntry entry(std::string_view id, std::string_view text,
                         std::vector<std::string> scopes) {
  const auto digest = base::sha256(base::bytes_of(text));
  return {std::string(id), {digest.begin(), digest.end()}, std::move(scopes), "", ""};
}

const std::string kCi = "mel_ci_" + std::string(43, 'x');
const std::string kOps = "mel_ops_" + std::string(43, 'y');

Tokens two_tokens() {
  return Tokens({entry("ci", kCi, {"tenant:acme", "write"}), entry("ops", kOps, {"admin"})});
}

Principal principal_with(std::vector<std::string> scopes) {
  return *Tokens({entry("ci", kCi, std::move(scopes))}).find(kCi);
}

TEST(Tokens, AreFoundByTheirWholeText) {
  const Tokens tokens = two_tokens();
  EXPECT_EQ(tokens.find(kCi)->actor, "token:ci");
  EXPECT_EQ(tokens.find(kOps)->actor, "token:ops");
}

TEST(Tokens, H10_AreNotFoundByAnythingElse) {
  const Tokens tokens = two_tokens();
  const std::string secret(43, 'x');
  std::string other_end = kCi;
  other_end.back() = 'w';
  for (const std::string& wrong :
       {std::string(), std::string("mel_"), std::string("mel_ci"), std::string("mel_ci_"), secret,
        kCi.substr(0, kCi.size() - 1), kCi + 'x', kCi + ' ', other_end, "mel_ops_" + secret,
        "mel_no_" + secret, "MEL_ci_" + secret, "mel__" + secret, cat("mel_ci_", secret, '\0')}) {
    EXPECT_FALSE(tokens.find(wrong)) << wrong;
  }
}

TEST(Tokens, H10_AreNotFoundWhereThereAreNone) {
  EXPECT_FALSE(Tokens(std::vector<config::TokenEntry>{}).find(kCi));
}

TEST(Tokens, H10_RefuseTenThousandWrongOnesAndStillKnowTheirOwn) {
  const Tokens tokens = two_tokens();
  for (int i = 0; i < 10000; ++i) {
    ASSERT_FALSE(tokens.find(cat("mel_ci_", std::string(38, 'x'), 10000 + i)));
  }
  EXPECT_TRUE(tokens.find(kCi));
}

TEST(Scopes, OfATenantReadUnlessTheyWrite) {
  EXPECT_FALSE(principal_with({"tenant:acme"}).may_write);
  EXPECT_FALSE(principal_with({"tenant:acme", "read"}).may_write);
  EXPECT_TRUE(principal_with({"tenant:acme", "write"}).may_write);
  EXPECT_TRUE(principal_with({"tenant:acme", "read", "write"}).may_write);
}

TEST(Scopes, OfAnAdminWriteUnlessTheyRead) {
  EXPECT_TRUE(principal_with({"admin"}).may_write);
  EXPECT_FALSE(principal_with({"admin", "read"}).may_write);
  EXPECT_TRUE(principal_with({"admin", "read", "write"}).may_write);
}

TEST(Scopes, ReachTheirTenantsAndAnAdminAll) {
  const Principal tenant = principal_with({"tenant:acme", "tenant:b.c"});
  EXPECT_FALSE(tenant.admin);
  EXPECT_TRUE(tenant.reaches("acme"));
  EXPECT_TRUE(tenant.reaches("b.c"));
  EXPECT_FALSE(tenant.reaches("acm"));
  EXPECT_FALSE(tenant.reaches("acme2"));
  EXPECT_FALSE(tenant.reaches(""));
  EXPECT_TRUE(principal_with({"admin"}).reaches("acme"));
  EXPECT_TRUE(Principal::local().reaches("acme"));
}

TEST(MakeToken, GivesATextThatItsDigestFinds) {
  const auto made = make_token("ci-1");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->text.size(), std::string_view("mel_ci-1_").size() + 43);
  const Tokens tokens({{"ci-1", made->digest, {"admin"}, "", ""}});
  EXPECT_EQ(tokens.find(made->text)->actor, "token:ci-1");
}

TEST(MakeToken, GivesAnotherEachTime) {
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.insert(make_token("a")->text);
  EXPECT_EQ(texts.size(), 100u);
}

class TokensFile : public testing::Test {
 protected:
  test::TempDirectory folder_;
  const std::string path_ = folder_.file("tokens.toml");
};

TEST_F(TokensFile, IsLoadedWhole) {
  ASSERT_TRUE(config::add_token(path_, entry("ci", kCi, {"tenant:acme"})));
  ASSERT_TRUE(config::add_token(path_, entry("ops", kOps, {"admin"})));
  const auto tokens = Tokens::load(path_);
  ASSERT_TRUE(tokens) << tokens.error().message;
  EXPECT_EQ(tokens->find(kCi)->tenants, std::vector<std::string>{"acme"});
  EXPECT_TRUE(tokens->find(kOps)->admin);
}

TEST_F(TokensFile, C7_IsRefusedInOneLineThatNamesFileAndRemedy) {
  ASSERT_TRUE(config::add_token(path_, entry("ci", kCi, {"admin"})));
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  const auto open = Tokens::load(path_);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().fault, base::Fault::kInvalid);
  EXPECT_EQ(
      open.error().message,
      cat(path_, ": has mode 0644, which lets others than its owner in; run chmod 600 on it"));

  test::write_file(path_, "[[token]]\nid = \"a_b\"\nx = 1\n");
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  const auto wrong = Tokens::load(path_);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message.find('\n'), std::string::npos);
  EXPECT_NE(wrong.error().message.find("tokens.toml:2: id: "), std::string::npos);
  EXPECT_NE(wrong.error().message.find("tokens.toml:3: unknown key 'x'"), std::string::npos);
}

}  // namespace
}  // namespace melange::admin
