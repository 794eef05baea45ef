// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/probes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "packets.h"
#include "records.h"

namespace melange::dhcp {
namespace {

using test::at;
using test::client;
using test::key;
using test::kLab;
using test::mac_of;
using test::Octets;
using wire::ArpOperation;
using wire::ArpPacket;

constexpr int kLink = 3;
const net::Mac kOurs = mac_of(0xfffe);
const net::Mac kOther = mac_of(0x0999);

net::Ipv4 pool(std::uint32_t last) { return net::Ipv4(0xc0000200 + last); }

// Client `who` is to be offered 192.0.2.`last`; its payload is the octet `mark`.
struct TestProbe {
  explicit TestProbe(std::uint32_t who, std::uint32_t last, std::int64_t due = 10,
                     std::uint8_t mark = 1, int ifindex = kLink)
      : payload(300, mark) {
    probe.ifindex = ifindex;
    probe.network = kLab;
    probe.identity = client(who);
    probe.key = {store::BlockId{1}, pool(last)};
    probe.chaddr = mac_of(who);
    probe.ours = kOurs;
    probe.due = at(due);
    probe.datagram.ifindex = ifindex;
    probe.datagram.source_mac = mac_of(who);
    probe.datagram.payload = payload;
  }
  Octets payload;
  Probe probe;
};

// The test's payload is gone when this returns.
ProbeStart start(Probes& probes, const TestProbe& test) { return probes.start(test.probe); }

// A host says that it has the address.
ArpPacket claim(std::uint32_t last, const net::Mac& sender = kOther,
                ArpOperation operation = ArpOperation::kReply) {
  return {.operation = operation,
          .sender_mac = sender,
          .sender_address = pool(last),
          .target_mac = kOurs,
          .target_address = net::Ipv4()};
}

// A host is about to take the address.
ArpPacket probe_of(std::uint32_t last, const net::Mac& sender = kOther) {
  return {.sender_mac = sender, .target_address = pool(last)};
}

// The clients of the probes that are due, in order, with their payloads' marks: "1:7 2:1".
std::string due(Probes& probes, std::int64_t now) {
  std::string out;
  while (const auto probe = probes.take_due(at(now))) {
    const base::Bytes payload = probe->datagram.payload;
    EXPECT_EQ(payload.size(), 300u);
    out += (out.empty() ? "" : " ") + std::to_string(probe->chaddr.bytes().back()) + ":" +
           std::to_string(payload.front());
  }
  return out;
}

TEST(Probes, AreDueWhenNothingWasHeardInTime) {
  Probes probes;
  EXPECT_EQ(probes.next_due(), std::nullopt);
  EXPECT_EQ(start(probes, TestProbe(1, 100, 10, 7)), ProbeStart::kStarted);
  EXPECT_EQ(probes.next_due(), at(10));
  EXPECT_EQ(probes.running(), 1u);
  EXPECT_EQ(due(probes, 9), "");
  EXPECT_EQ(due(probes, 10), "1:7");
  EXPECT_EQ(probes.next_due(), std::nullopt);
  EXPECT_EQ(probes.running(), 0u);
  EXPECT_EQ(due(probes, 99), "");
}

TEST(Probes, GiveBackAllThatTheyWereTold) {
  Probes probes;
  TestProbe test(1, 100);
  test.probe.datagram.destination_port = 67;
  start(probes, test);
  const auto probe = probes.take_due(at(10));
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(probe->ifindex, kLink);
  EXPECT_EQ(probe->network, kLab);
  EXPECT_EQ(probe->identity, client(1));
  EXPECT_EQ(probe->key, key(1, "192.0.2.100"));
  EXPECT_EQ(probe->datagram.ifindex, kLink);
  EXPECT_EQ(probe->datagram.source_mac, mac_of(1));
  EXPECT_EQ(probe->datagram.destination_port, 67);
  EXPECT_TRUE(base::equal(probe->datagram.payload, test.payload));
  EXPECT_NE(probe->datagram.payload.data(), test.payload.data()) << "the link's buffer is reused";
}

TEST(Probes, EndInTheOrderInWhichTheyAreDue) {
  Probes probes;
  start(probes, TestProbe(1, 101, 12));
  start(probes, TestProbe(2, 102, 10));
  start(probes, TestProbe(3, 103, 11));
  start(probes, TestProbe(4, 104, 10));  // as soon as 2, but started later
  EXPECT_EQ(probes.next_due(), at(10));
  EXPECT_EQ(due(probes, 11), "2:1 4:1 3:1");
  EXPECT_EQ(due(probes, 12), "1:1");
}

TEST(Probes, AnswerTheLastDiscoverOfAClientWithoutWaitingAnew) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10, 1));
  EXPECT_EQ(start(probes, TestProbe(1, 100, 14, 2)), ProbeStart::kRunning);
  EXPECT_EQ(probes.running(), 1u);
  EXPECT_EQ(due(probes, 10), "1:2");
}

TEST(Probes, WaitAnewIfTheAddressWentToAnotherClient) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10, 1));
  start(probes, TestProbe(3, 103, 12));
  EXPECT_EQ(start(probes, TestProbe(2, 100, 14, 2)), ProbeStart::kStarted);
  EXPECT_EQ(probes.running(), 2u);
  EXPECT_FALSE(probes.heard(claim(100, mac_of(2)), kLink, at(9)));
  EXPECT_EQ(due(probes, 13), "3:1");
  EXPECT_EQ(due(probes, 14), "2:2");
}

TEST(Probes, TellClientsOfTwoNetworksApart) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10));
  TestProbe elsewhere(1, 100, 14);
  elsewhere.probe.network = store::NetworkId{2};
  EXPECT_EQ(probes.start(elsewhere.probe), ProbeStart::kStarted);
}

TEST(Probes, OfOneAddressOnTwoLinksAreTwo) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10, 1, kLink));
  EXPECT_EQ(start(probes, TestProbe(1, 100, 10, 2, kLink + 1)), ProbeStart::kStarted);
  EXPECT_TRUE(probes.heard(claim(100), kLink, at(9)));
  EXPECT_EQ(due(probes, 10), "1:2");
}

// RFC 5227 2.1.1: any ARP packet, request or reply, from the address.
TEST(Probes, Rfc5227_HearWhoHasTheAddress) {
  for (const auto operation : {ArpOperation::kRequest, ArpOperation::kReply}) {
    Probes probes;
    start(probes, TestProbe(1, 100, 10, 7));
    const auto conflict = probes.heard(claim(100, kOther, operation), kLink, at(9));
    ASSERT_TRUE(conflict.has_value());
    EXPECT_EQ(conflict->evidence, kOther);
    EXPECT_TRUE(conflict->within_budget);
    EXPECT_EQ(conflict->probe.key, key(1, "192.0.2.100"));
    EXPECT_EQ(conflict->probe.chaddr, mac_of(1));
    EXPECT_EQ(conflict->probe.datagram.payload.front(), 7);
    EXPECT_EQ(probes.running(), 0u);
    EXPECT_EQ(probes.next_due(), std::nullopt);
    EXPECT_EQ(due(probes, 10), "");
    EXPECT_FALSE(probes.heard(claim(100), kLink, at(9))) << "each ends once";
  }
}

// RFC 5227 2.1.1: another host's probe for the same address.
TEST(Probes, Rfc5227_HearWhoIsAboutToTakeTheAddress) {
  Probes probes;
  start(probes, TestProbe(1, 100));
  const auto conflict = probes.heard(probe_of(100), kLink, at(9));
  ASSERT_TRUE(conflict.has_value());
  EXPECT_EQ(conflict->evidence, kOther);
}

TEST(Probes, Rfc5227_DoNotMindTheirOwnProbeComingBack) {
  Probes probes;
  start(probes, TestProbe(1, 100));
  EXPECT_FALSE(probes.heard(probe_of(100, kOurs), kLink, at(9)));
  EXPECT_TRUE(probes.heard(claim(100, kOurs), kLink, at(9))) << "this host has the address itself";
}

TEST(Probes, DoNotMindTheClientItself) {
  Probes probes;
  start(probes, TestProbe(1, 100));
  EXPECT_FALSE(probes.heard(claim(100, mac_of(1)), kLink, at(9)));
  EXPECT_FALSE(probes.heard(probe_of(100, mac_of(1)), kLink, at(9)));
  EXPECT_EQ(due(probes, 10), "1:1");
}

TEST(Probes, DoNotMindWhoOnlyAsksForTheAddress) {
  Probes probes;
  start(probes, TestProbe(1, 100));
  ArpPacket question = claim(9, kOther, ArpOperation::kRequest);
  question.target_address = pool(100);
  EXPECT_FALSE(probes.heard(question, kLink, at(9)));
  ArpPacket no_probe = probe_of(100);
  no_probe.operation = ArpOperation::kReply;
  EXPECT_FALSE(probes.heard(no_probe, kLink, at(9)));
}

TEST(Probes, DoNotMindOtherAddressesAndLinks) {
  Probes probes;
  start(probes, TestProbe(1, 100));
  EXPECT_FALSE(probes.heard(claim(101), kLink, at(9)));
  EXPECT_FALSE(probes.heard(claim(100), kLink + 1, at(9)));
  EXPECT_FALSE(probes.heard(probe_of(101), kLink, at(9)));
  EXPECT_FALSE(probes.heard({}, kLink, at(9)));
  EXPECT_EQ(probes.running(), 1u);
}

TEST(Probes, HearWhatComesBehindTheWaitAndBeforeItsEndIsTaken) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10));
  EXPECT_TRUE(probes.heard(claim(100), kLink, at(11)));
  EXPECT_EQ(due(probes, 12), "");
}

TEST(Probes, W30_AreBounded) {
  Probes probes(2);
  EXPECT_EQ(start(probes, TestProbe(1, 101, 10, 1)), ProbeStart::kStarted);
  EXPECT_EQ(start(probes, TestProbe(2, 102, 10, 1)), ProbeStart::kStarted);
  EXPECT_EQ(start(probes, TestProbe(3, 103, 10, 1)), ProbeStart::kFull);
  EXPECT_EQ(start(probes, TestProbe(1, 101, 10, 2)), ProbeStart::kRunning);
  EXPECT_FALSE(probes.heard(claim(103), kLink, at(9))) << "what was refused is not there";
  EXPECT_EQ(due(probes, 10), "1:2 2:1");
}

TEST(Probes, KeepTheDatagramsOfThoseThatEndedUntilTheyAreForgotten) {
  Probes probes(2);
  start(probes, TestProbe(1, 101, 10, 1));
  start(probes, TestProbe(2, 102, 20, 2));
  const auto conflict = probes.heard(claim(102), kLink, at(9));
  const auto quiet = probes.take_due(at(10));
  ASSERT_TRUE(conflict.has_value() && quiet.has_value());
  // The next address of the client whose DISCOVER is decided again, while the other one waits.
  EXPECT_EQ(start(probes, TestProbe(2, 103, 30, 3)), ProbeStart::kFull);
  EXPECT_EQ(quiet->datagram.payload.front(), 1);
  EXPECT_EQ(conflict->probe.datagram.payload.front(), 2);
  probes.forget_ended();
  EXPECT_EQ(start(probes, TestProbe(2, 103, 30, 3)), ProbeStart::kStarted);
  EXPECT_EQ(start(probes, TestProbe(4, 104, 30, 4)), ProbeStart::kStarted);
  EXPECT_EQ(due(probes, 30), "2:3 4:4");
}

TEST(Probes, CanBeStartedWithTheDatagramOfOneThatEnded) {
  Probes probes;
  start(probes, TestProbe(1, 100, 10, 7));
  auto conflict = probes.heard(claim(100), kLink, at(9));
  ASSERT_TRUE(conflict.has_value());
  conflict->probe.key.address = pool(101);
  conflict->probe.due = at(20);
  EXPECT_EQ(probes.start(conflict->probe), ProbeStart::kStarted);
  probes.forget_ended();
  start(probes, TestProbe(2, 102, 20, 8));
  EXPECT_EQ(due(probes, 20), "1:7 2:8");
}

TEST(Probes, W25_LetOneClientQuarantineAFewAddressesOnly) {
  Probes probes;
  std::string believed;
  for (std::uint32_t i = 0; i < 5; ++i) {
    start(probes, TestProbe(1, 100 + i));
    const auto conflict = probes.heard(claim(100 + i), kLink, at(9));
    ASSERT_TRUE(conflict.has_value()) << "it is still told of, and answered without a check";
    believed += conflict->within_budget ? 'y' : 'n';
    probes.forget_ended();
  }
  EXPECT_EQ(believed, "yyynn");
  start(probes, TestProbe(2, 110));
  EXPECT_TRUE(probes.heard(claim(110), kLink, at(9))->within_budget) << "another client";
}

TEST(ConflictBudget, W25_IsAFewAddressesForOneClientInAnHour) {
  ConflictBudget budget;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.take(mac_of(1), kLink + i, at(100)));
  EXPECT_FALSE(budget.take(mac_of(1), kLink + 9, at(100))) << "on whichever link";
  EXPECT_TRUE(budget.take(mac_of(2), kLink, at(100)));
  EXPECT_FALSE(budget.take(mac_of(1), kLink, at(3699)));
  EXPECT_TRUE(budget.take(mac_of(1), kLink, at(3700)));
}

TEST(ConflictBudget, W25_IsAFewAddressesOnOneLinkInAnHour) {
  ConflictBudget budget;
  std::uint32_t who = 0;
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(budget.take(mac_of(++who), kLink, at(100 + i)));
  EXPECT_FALSE(budget.take(mac_of(++who), kLink, at(116)));
  EXPECT_TRUE(budget.take(mac_of(who), kLink + 1, at(116))) << "what was refused counts nowhere";
  EXPECT_TRUE(budget.take(mac_of(++who), kLink, at(3700))) << "the first is an hour old";
  EXPECT_FALSE(budget.take(mac_of(++who), kLink, at(3700)));
  EXPECT_TRUE(budget.take(mac_of(++who), kLink, at(3701)));
}

TEST(ConflictBudget, BelievesNobodyWhenItsMemoryIsFull) {
  ConflictBudget budget(4);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(budget.take(mac_of(i), static_cast<int>(i), at(100)));
  }
  EXPECT_FALSE(budget.take(mac_of(9), 9, at(101)));
  EXPECT_TRUE(budget.take(mac_of(9), 9, at(3700)));
}

TEST(Probes, PrintTheirOutcome) {
  Probes probes;
  const TestProbe test(1, 100);
  EXPECT_EQ(text(test.probe), "probe 192.0.2.100 on link 3 for mac 02:00:00:00:00:01");
  EXPECT_EQ(text(start(probes, test)), "started");
  EXPECT_EQ(text(start(probes, test)), "running");
  auto conflict = probes.heard(claim(100), kLink, at(9));
  ASSERT_TRUE(conflict.has_value());
  EXPECT_EQ(text(*conflict), "conflict 192.0.2.100 on link 3 with 02:00:00:00:09:99");
  conflict->within_budget = false;
  EXPECT_TRUE(text(*conflict).ends_with("09:99, over budget"));
  EXPECT_EQ(text(ProbeStart::kFull), "full");
}

// The same books, kept as naively as can be.
struct Model {
  struct Running {
    std::uint32_t who;
    std::int64_t due;
    std::uint8_t mark;
    int number;  // of its start
  };
  std::map<std::uint32_t, Running> running;  // by the address's last octet
  std::size_t capacity;
  int started = 0;

  ProbeStart start(std::uint32_t who, std::uint32_t last, std::int64_t due, std::uint8_t mark) {
    const auto at = running.find(last);
    if (at != running.end() && at->second.who == who) {
      at->second.mark = mark;
      return ProbeStart::kRunning;
    }
    if (at == running.end() && running.size() >= capacity) return ProbeStart::kFull;
    running[last] = {who, due, mark, ++started};
    return ProbeStart::kStarted;
  }
  std::string take_due(std::int64_t now) {
    std::map<std::pair<std::int64_t, int>, std::uint32_t> order;
    for (const auto& [last, entry] : running) {
      if (entry.due <= now) order[{entry.due, entry.number}] = last;
    }
    std::string out;
    for (const auto& [when, last] : order) {
      const Running& entry = running.at(last);
      out +=
          (out.empty() ? "" : " ") + std::to_string(entry.who) + ":" + std::to_string(entry.mark);
      running.erase(last);
    }
    return out;
  }
};

TEST(Probes, BehaveLikeTheirModel) {
  std::mt19937 random(20261124);
  const auto below = [&random](std::uint32_t n) {
    return static_cast<std::uint32_t>(random() % n);
  };
  Probes probes(6);
  Model model{.running = {}, .capacity = 6};
  for (std::int64_t now = 0; now < 20000; ++now) {
    const std::uint32_t who = 1 + below(4);
    const std::uint32_t last = 100 + below(10);
    if (below(3) > 0) {
      const std::int64_t until = now + 1 + below(8);
      const auto mark = static_cast<std::uint8_t>(below(256));
      ASSERT_EQ(start(probes, TestProbe(who, last, until, mark)),
                model.start(who, last, until, mark));
    } else {
      const bool runs = model.running.contains(last) && model.running.at(last).who != who;
      ASSERT_EQ(probes.heard(claim(last, mac_of(who)), kLink, at(now)).has_value(), runs);
      if (runs) model.running.erase(last);
    }
    ASSERT_EQ(due(probes, now), model.take_due(now));
    ASSERT_EQ(probes.running(), model.running.size());
    probes.forget_ended();
  }
}

}  // namespace
}  // namespace melange::dhcp
