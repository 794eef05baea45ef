// SPDX-License-Identifier: Apache-2.0
#include "mailbox.h"

#include <gtest/gtest.h>

namespace melange::http {
namespace {

Response of_status(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

class MailboxTest : public testing::Test {
 protected:
  int wakes_ = 0;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>([this] { ++wakes_; });
};

TEST_F(MailboxTest, WakesOnceForABurstAndAgainForTheNext) {
  mailbox_->reply_to({1, 1})(of_status(200));
  mailbox_->reply_to({2, 7})(of_status(404));
  mailbox_->notify();
  EXPECT_EQ(wakes_, 1);
  const auto contents = mailbox_->take();
  ASSERT_EQ(contents.letters.size(), 2u);
  EXPECT_EQ(contents.letters[1].ticket, (Ticket{2, 7}));
  EXPECT_EQ(contents.letters[1].response.status, 404u);
  EXPECT_TRUE(contents.notified);
  EXPECT_FALSE(mailbox_->take().notified);
  mailbox_->notify();
  EXPECT_EQ(wakes_, 2);
}

struct Flagged : EventSource {
  explicit Flagged(bool& is_gone) : gone(is_gone) {}
  ~Flagged() override { gone = true; }
  std::string next() override { return ""; }
  bool& gone;
};

TEST_F(MailboxTest, ThrowsAwayWhatComesAfterItWasClosed) {
  bool waiting_gone = false;
  bool late_gone = false;
  Response waiting = of_status(200);
  waiting.events = std::make_unique<Flagged>(waiting_gone);
  Response late = of_status(200);
  late.events = std::make_unique<Flagged>(late_gone);
  const Reply reply = mailbox_->reply_to({1, 1});
  mailbox_->reply_to({1, 2})(std::move(waiting));
  mailbox_->close();
  EXPECT_TRUE(waiting_gone);
  mailbox_.reset();
  reply(std::move(late));
  EXPECT_TRUE(late_gone);
  EXPECT_EQ(wakes_, 1);
}

}  // namespace
}  // namespace melange::http
