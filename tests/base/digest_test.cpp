// SPDX-License-Identifier: Apache-2.0
#include "melange/base/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "melange/base/text.h"

namespace melange::base {
namespace {

// FIPS 180-4's examples: one block, two blocks, and a million octets.
const std::string kShort = "abc";
const std::string kLong = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const std::string kMillion(1000000, 'a');

std::string sha1_of(std::string_view text) { return hex(sha1(bytes_of(text))); }
std::string sha256_of(std::string_view text) { return hex(sha256(bytes_of(text))); }

TEST(Sha1, IsThatOfTheStandard) {
  EXPECT_EQ(sha1_of(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1_of(kShort), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1_of(kLong), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(sha1_of(kMillion), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of(kShort), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of(kLong), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_of(kMillion),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(EqualInConstantTime, LooksAtEveryOctetAndTheLength) {
  const auto equal = [](std::string_view a, std::string_view b) {
    return equal_in_constant_time(bytes_of(a), bytes_of(b));
  };
  EXPECT_TRUE(equal("", ""));
  EXPECT_TRUE(equal("abc", "abc"));
  EXPECT_FALSE(equal("abc", "xbc"));
  EXPECT_FALSE(equal("abc", "abx"));
  EXPECT_FALSE(equal("abc", "ab"));
  EXPECT_FALSE(equal("", "a"));
}

}  // namespace
}  // namespace melange::base
