// SPDX-License-Identifier: Apache-2.0
//
// What requests with an Idempotency-Key were answered.
#include <gtest/gtest.h>

#include "melange/base/limits.h"
#include "one_store.h"

namespace melange::store {
namespace {

using test::at;

Answer answer(std::uint8_t key, std::int64_t seconds, std::string body = "{}") {
  Answer made;
  made.key.fill(key);
  made.request.fill(9);
  made.status = 201;
  made.fields = {{"location", "/v1/x"}, {"etag", "\"1\""}};
  made.body = std::move(body);
  made.at = at(seconds);
  return made;
}

struct Fixture : OneStore {
  std::optional<Answer> find(std::uint8_t key) {
    return ask([&](const View& view) { return view.answer(answer(key, 0).key); });
  }
  std::size_t count() {
    return ask([](const View& view) { return view.answers(); });
  }
};

TEST(Answers, AreGivenAgainOctetForOctet) {
  Fixture f;
  const Answer long_one = answer(2, 20, std::string(100'000, '\xff'));
  f.commit({PutAnswer{answer(1, 10)}, PutAnswer{long_one}});
  f.reopen();
  EXPECT_EQ(f.find(1), answer(1, 10));
  EXPECT_EQ(f.find(2), long_one);
  EXPECT_FALSE(f.find(3));
  EXPECT_EQ(f.count(), 2u);
}

TEST(Answers, AreNotThereIfTheirTransactionWasDropped) {
  Fixture f;
  {
    auto txn = f.store().begin();
    ASSERT_TRUE(txn);
    ASSERT_TRUE(txn->apply(Change{PutAnswer{answer(1, 10)}}));
    EXPECT_TRUE(txn->view().answer(answer(1, 0).key));
  }
  EXPECT_FALSE(f.find(1));
  EXPECT_EQ(f.count(), 0u);
}

TEST(Answers, OfAKeyReplaceTheOneBefore) {
  Fixture f;
  f.commit({PutAnswer{answer(1, 10)}, PutAnswer{answer(2, 20)}});
  f.commit({PutAnswer{answer(1, 30, "new")}});
  EXPECT_EQ(f.find(1), answer(1, 30, "new"));
  EXPECT_EQ(f.count(), 2u);
  // The old one's time does not end the new one.
  f.commit({Prune{0, at(25)}});
  EXPECT_EQ(f.find(1), answer(1, 30, "new"));
  EXPECT_FALSE(f.find(2));
}

TEST(Answers, GoOnceTheirTimeIsOver) {
  Fixture f;
  f.commit({PutAnswer{answer(1, 10)}, PutAnswer{answer(2, 20)}, PutAnswer{answer(3, 30)}});
  f.commit({Prune{0, at(20)}});
  EXPECT_FALSE(f.find(1));
  EXPECT_TRUE(f.find(2)) << "from before that time, not of it";
  f.commit({Prune{0, at(31)}});
  EXPECT_EQ(f.count(), 0u);
  f.commit({PutAnswer{answer(4, 40)}});
  EXPECT_EQ(f.find(4), answer(4, 40));
  EXPECT_FALSE(f.find(1)) << "its number was given out again";
}

TEST(Answers, ArePrunedInSlices) {
  Fixture f;
  Changes changes;
  for (std::size_t i = 0; i < base::limits::kPrunedAtOnce + 5; ++i) {
    Answer made = answer(0, 10);
    made.key[0] = static_cast<std::uint8_t>(i);
    made.key[1] = static_cast<std::uint8_t>(i >> 8);
    changes.push_back(PutAnswer{made});
  }
  f.commit(changes);
  f.commit({Prune{0, at(99)}});
  EXPECT_EQ(f.count(), 5u);
  f.commit({Prune{0, at(99)}});
  EXPECT_EQ(f.count(), 0u);
}

}  // namespace
}  // namespace melange::store
