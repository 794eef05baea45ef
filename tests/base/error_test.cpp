// SPDX-License-Identifier: Apache-2.0
#include "melange/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "melange/base/check.h"
#include "melange/base/function_ref.h"

namespace melange::base {
namespace {

TEST(SystemError, SaysWhatFailedAndWhy) {
  const Error error = system_error("cannot open /x", ENOENT).error();
  EXPECT_EQ(error.message, "cannot open /x: No such file or directory");
  EXPECT_EQ(error.fault, Fault::kUnavailable);
}

TEST(SystemError, CountsAShortWriteAsAFullDisk) {
  // hostile.md S1: a commit on a full disk gives EIO, not ENOSPC.
  EXPECT_EQ(system_error("commit", EIO).error().fault, Fault::kDiskFull);
  EXPECT_EQ(system_error("commit", ENOSPC).error().fault, Fault::kDiskFull);
  EXPECT_EQ(system_error("commit", EINVAL).error().fault, Fault::kSystem);
}

TEST(Failure, BecomesTheErrorOfAResult) {
  const Result<int> result = failure(Fault::kNewer, "too new");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(text(result.error().fault), "newer");
  EXPECT_EQ(result.error().message, "too new");
}

TEST(CheckDeathTest, NamesThePlaceOfTheCaller) {
  check(true);
  EXPECT_DEATH(check(false), "error_test.cpp:[0-9]+: a check failed");
}

TEST(FunctionRef, CallsWhatItRefersTo) {
  int calls = 0;
  const auto count = [&](int by) { return calls += by; };
  const FunctionRef<int(int)> reference(count);
  EXPECT_EQ(reference(2), 2);
  EXPECT_EQ(reference(3), 5);
  EXPECT_EQ(calls, 5);
}

}  // namespace
}  // namespace melange::base
