// SPDX-License-Identifier: Apache-2.0
#include "melange/base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace melange::base {
namespace {

TEST(Cat, WritesTextCharactersAndNumbersOneAfterAnother) {
  EXPECT_EQ(cat("a", std::string("b"), 'c', 12, -3, std::uint8_t{7}), "abc12-37");
}

TEST(Join, PutsTheSeparatorBetweenPartsAlone) {
  const std::array<std::string, 3> parts{"a", "", "c"};
  EXPECT_EQ(join(parts, ", "), "a, , c");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a..b", '.'), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", '.'), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split("a.", '.'), (std::vector<std::string_view>{"a", ""}));
}

TEST(Hex, ReadsBackWhatItWrites) {
  std::vector<std::uint8_t> every(256);
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(hex(every).substr(0, 8), "00010203");
  EXPECT_EQ(parse_hex(hex(every)), every);
}

TEST(Base64Url, IsThatOfRfc4648WithoutPadding) {
  const auto of = [](std::string_view text) { return base64url(bytes_of(text)); };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg");
  EXPECT_EQ(of("fo"), "Zm8");
  EXPECT_EQ(of("foo"), "Zm9v");
  EXPECT_EQ(of("foob"), "Zm9vYg");
  EXPECT_EQ(of("fooba"), "Zm9vYmE");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
  EXPECT_EQ(of("\xfb\xff\xfe"), "-__-") << "the two digits that URLs can bear";
  EXPECT_EQ(of(std::string(32, '\0')), std::string(43, 'A'));
}

TEST(ParseHex, AllowsSeparatorsBetweenOctetsOnly) {
  const std::vector<std::uint8_t> expected{0x0a, 0xb1};
  EXPECT_EQ(parse_hex("0a:b1"), expected);
  EXPECT_EQ(parse_hex("0A-B1"), expected);
  EXPECT_EQ(parse_hex(""), std::vector<std::uint8_t>{});
  for (const auto* wrong : {"0", "0ab", "0:ab1", "0a:", ":0a", "0a::b1", "0x0a", "0g", " 0a"}) {
    EXPECT_EQ(parse_hex(wrong), std::nullopt) << wrong;
  }
}

TEST(Escape, LeavesPrintableAsciiAlone) {
  EXPECT_EQ(escape("web-1 <\"'~>"), "web-1 <\"'~>");
  EXPECT_EQ(escape(std::string_view("\0\n\x1b[2J\x7f\xff\\", 9)),
            "\\x00\\x0a\\x1b[2J\\x7f\\xff\\x5c");
}

TEST(JsonQuote, EscapesWhatJsonForbids) {
  EXPECT_EQ(json_quote("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  EXPECT_EQ(json_quote("\x7f"), "\"\\u007f\"");
}

TEST(JsonQuote, KeepsUtf8AndEscapesOctetsThatAreNone) {
  EXPECT_EQ(json_quote("z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x90\xb1"),
            "\"z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x90\xb1\"");
  EXPECT_EQ(json_quote("\xff"), "\"\\u00ff\"");
  EXPECT_EQ(json_quote("\xc3"), "\"\\u00c3\"") << "cut in the middle";
  EXPECT_EQ(json_quote("\xc0\xaf"), "\"\\u00c0\\u00af\"") << "overlong";
  EXPECT_EQ(json_quote("\xed\xa0\x80"), "\"\\u00ed\\u00a0\\u0080\"") << "a surrogate";
  EXPECT_EQ(json_quote("\xf4\x90\x80\x80"), "\"\\u00f4\\u0090\\u0080\\u0080\"") << "too high";
}

TEST(GlobMatch, LetsStarsStandForAnyRun) {
  EXPECT_TRUE(glob_match("tap*", "tap"));
  EXPECT_TRUE(glob_match("tap*", "tap12"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(glob_match("br?", "br0"));
  EXPECT_FALSE(glob_match("br?", "br"));
  EXPECT_FALSE(glob_match("tap*", "xtap1"));
  EXPECT_FALSE(glob_match("a*b", "aXbY"));
  EXPECT_FALSE(glob_match("", "a"));
}

TEST(GlobMatch, StaysLinearForAHostilePattern) {
  // A matcher that backtracks over each star needs years for this one.
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(2000, 'a')));
}

TEST(Nearest, FindsTheNameThatWasMeant) {
  constexpr std::array<std::string_view, 3> kNames{"routers", "host-name", "domain-name"};
  EXPECT_EQ(nearest("router", kNames), "routers");
  EXPECT_EQ(nearest("domain-nam", kNames), "domain-name");
  EXPECT_EQ(nearest("zzzz", kNames), std::nullopt);
}

}  // namespace
}  // namespace melange::base
