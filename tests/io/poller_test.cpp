// SPDX-License-Identifier: Apache-2.0
#include "melange/io/poller.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <set>
#include <utility>

#include "melange/io/clock.h"

namespace melange::io {
namespace {

using base::Millis;

Descriptor new_event() { return Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }
void raise_event(const Descriptor& fd) { ASSERT_EQ(eventfd_write(fd.get(), 1), 0); }

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST(Descriptor, IsClosedWithItsLastOwner) {
  int number = -1;
  {
    Descriptor first = new_event();
    number = first.get();
    const Descriptor second = std::move(first);
    EXPECT_EQ(second.get(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, ClosesWhatItHeldWhenItIsAssigned) {
  Descriptor held = new_event();
  const int old_number = held.get();
  const int new_number = dup(old_number);
  held = Descriptor(new_number);
  EXPECT_EQ(held.get(), new_number);
  EXPECT_FALSE(is_open(old_number));
}

TEST(Poller, GivesTheTokenOfWhatIsReady) {
  auto poller = Poller::open();
  ASSERT_TRUE(poller);
  const Descriptor quiet = new_event();
  const Descriptor ready = new_event();
  ASSERT_TRUE(poller->add(quiet.get(), 1));
  ASSERT_TRUE(poller->add(ready.get(), 0xffffffffffffffff));
  raise_event(ready);
  const auto tokens = poller->wait(Millis(1000));
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 1u);
  EXPECT_EQ(tokens->front(), 0xffffffffffffffff);
}

TEST(Poller, TellsAgainOfWhatWasNotEmptied) {
  auto poller = Poller::open();
  const Descriptor event = new_event();
  ASSERT_TRUE(poller->add(event.get(), 7));
  raise_event(event);
  EXPECT_EQ(poller->wait(Millis(1000))->size(), 1u);
  EXPECT_EQ(poller->wait(Millis(1000))->size(), 1u);
}

TEST(Poller, ComesBackEmptyWhenTheTimeIsUp) {
  auto poller = Poller::open();
  const base::Nanos start = monotonic();
  const auto tokens = poller->wait(Millis(30));
  ASSERT_TRUE(tokens);
  EXPECT_TRUE(tokens->empty());
  EXPECT_GE(monotonic() - start, Millis(29));
  EXPECT_TRUE(poller->wait(Millis(-5))->empty());
}

TEST(Poller, ForgetsWhatIsRemovedAndIgnoresWhatItDoesNotHave) {
  auto poller = Poller::open();
  const Descriptor event = new_event();
  ASSERT_TRUE(poller->add(event.get(), 7));
  raise_event(event);
  poller->remove(event.get());
  poller->remove(event.get());
  EXPECT_TRUE(poller->wait(Millis(0))->empty());
  EXPECT_TRUE(poller->add(event.get(), 8));
}

TEST(Poller, RefusesAClosedDescriptor) {
  auto poller = Poller::open();
  const Descriptor gone = new_event();
  ASSERT_TRUE(poller->add(gone.get(), 7));
  EXPECT_FALSE(poller->add(gone.get(), 8));
  EXPECT_FALSE(poller->add(-1, 9));
}

// I7: more are ready than one call reports, and all of them stay ready.
TEST(Poller, ReportsEveryDescriptorInTurn) {
  auto poller = Poller::open();
  std::array<Descriptor, 150> events;
  for (std::size_t i = 0; i < events.size(); ++i) {
    events.at(i) = new_event();
    ASSERT_TRUE(poller->add(events.at(i).get(), i));
    raise_event(events.at(i));
  }
  std::set<std::uint64_t> seen;
  for (int turn = 0; turn < 3; ++turn) {
    const auto tokens = poller->wait(Millis(1000));
    ASSERT_TRUE(tokens);
    seen.insert(tokens->begin(), tokens->end());
  }
  EXPECT_EQ(seen.size(), events.size());
}

TEST(SignalQueue, GivesEachSignalOnceAndThenNone) {
  auto queue = SignalQueue::open({SIGUSR1, SIGUSR2});
  ASSERT_TRUE(queue);
  EXPECT_EQ(queue->next(), 0);
  ASSERT_EQ(raise(SIGUSR2), 0);
  auto poller = Poller::open();
  ASSERT_TRUE(poller->add(queue->descriptor(), 3));
  EXPECT_EQ(poller->wait(Millis(1000))->size(), 1u);
  EXPECT_EQ(queue->next(), SIGUSR2);
  EXPECT_EQ(queue->next(), 0);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(queue->next(), SIGUSR1);
}

}  // namespace
}  // namespace melange::io
