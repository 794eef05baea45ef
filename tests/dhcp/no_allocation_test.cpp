// SPDX-License-Identifier: Apache-2.0
//
// No packet costs a heap allocation in dhcp once the server is warm (design.md section 8). This
// program has its own operator new, which counts; it is therefore a test program of its own.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include "melange/base/limits.h"
#include "melange/dhcp/reply4.h"
#include "scene.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: the compiler would take malloc and delete for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace melange::dhcp {
namespace {

using test::at;
using test::client;
using test::in_state;
using test::option;
using test::pool_address;
using test::pool_key;
using wire::MessageType4;

template <class Work>
std::size_t count(const Work& work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

class WarmServer : public testing::Test {
 protected:
  // The allocations of reading, deciding and answering the packet that `scene_` was asked.
  std::size_t allocations_of_one(base::Instant now) {
    return scene_.look(
        now, [&](const Scene4& warm) { return allocations_in(warm, warm.topology, now); });
  }
  // The same where the server's configuration says more than the store.
  std::size_t allocations_of_one(base::Instant now, const Topology& topology) {
    return scene_.look(now,
                       [&](const Scene4& warm) { return allocations_in(warm, topology, now); });
  }
  std::size_t allocations_in(const Scene4& warm, const Topology& topology, base::Instant now) {
    const wire::Datagram datagram = *scene_.query().datagram;
    return count([&] {
      ASSERT_FALSE(message_->read(datagram.payload).has_value());
      const auto query = read_query(*message_, datagram);
      const Decision4 decision = decide(*query, warm.view, topology, warm.offers, warm.limits, now);
      if (const auto* hold = std::get_if<HoldOffer>(&decision.offer)) {
        scene_.offers().hold(hold->offer);
      }
      ASSERT_TRUE(decision.reply.has_value()) << text(decision);
      EXPECT_GT(write_reply(*query, *decision.reply, buffer_), 0u);
    });
  }
  // A client's options, as dhclient sends them.
  test::TestMessage client_message(std::uint32_t who) {
    return {
        .chaddr = test::mac_of(who),
        .options = {option(61, {1, 2, 0, 0, 0, 0, 1}), option(55, {1, 28, 2, 3, 15, 6, 121, 42}),
                    test::option_u16(57, 1500), test::option_text(12, "web1")}};
  }
  std::size_t discover(std::uint32_t who, std::int64_t second = 200) {
    scene_.ask(MessageType4::kDiscover, client_message(who));
    return allocations_of_one(at(second));
  }

  test::Scene scene_;
  std::unique_ptr<wire::Message4> message_ = std::make_unique<wire::Message4>();
  std::array<std::uint8_t, base::limits::kReplySize> buffer_{};
};

TEST(AllocationCounter, SeesAnAllocation) {
  std::unique_ptr<int> kept;
  EXPECT_EQ(count([&] { kept = std::make_unique<int>(1); }), 1u);
}

TEST_F(WarmServer, OffersWithoutAllocating) {
  for (std::uint32_t who = 1; who <= 3; ++who) discover(who);
  scene_.offers().release(test::kLab, client(3));
  EXPECT_EQ(discover(3), 0u) << "a new offer";
  EXPECT_EQ(discover(3), 0u) << "the same again";
}

TEST_F(WarmServer, OffersWithoutAllocatingAmongDeniedOctets) {
  store::Block block = scene_.block();
  block.denied_octets.add(100);
  block.denied_octets.add(102);
  scene_.put(block);
  for (std::uint32_t who = 1; who <= 2; ++who) discover(who);
  scene_.offers().release(test::kLab, client(2));
  EXPECT_EQ(discover(2), 0u);
}

TEST_F(WarmServer, LeasesWithoutAllocating) {
  auto message = client_message(1);
  message.options.push_back(test::option_address(54, "192.0.2.1"));
  message.options.push_back(test::option_u32(50, pool_address(101).value()));
  scene_.ask(MessageType4::kRequest, message);
  EXPECT_EQ(allocations_of_one(at(200)), 0u);
}

TEST_F(WarmServer, RenewsWithoutAllocating) {
  scene_.put(in_state(store::AddressState::kLeased, pool_key(100), client(1)));
  auto message = client_message(1);
  message.ciaddr = pool_address(100);
  scene_.ask(MessageType4::kRequest, message, true);
  EXPECT_EQ(allocations_of_one(at(2000)), 0u);
}

TEST_F(WarmServer, ReclaimsWithoutAllocating) {
  for (const std::uint32_t last : {100u, 101u, 102u, 103u}) {
    scene_.put(in_state(store::AddressState::kLeased, pool_key(last), client(last)));
  }
  discover(1, 4000);
  scene_.offers().release(test::kLab, client(1));
  EXPECT_EQ(discover(1, 4000), 0u);
}

// A class with ten options that are sent unasked, and an option for everybody.
config::Config with_class() {
  config::Config config;
  config::Class& phones = config.classes.emplace_back();
  phones.name.value = "phones";
  phones.match.vendor_class = {{{'p', 'h', 'o', 'n', 'e'}, true}};
  phones.boot.file = "phone.0";
  for (std::uint8_t code = 224; code < 234; ++code) {
    phones.options[code] = std::vector<std::uint8_t>(40, code);
    phones.force.codes.push_back(code);
  }
  config.dhcp.options[42] = {192, 0, 2, 7};
  return config;
}

class WarmServerWithClass : public WarmServer {
 protected:
  // The reservation .103 of client 1.
  static store::AddressRecord reservation() {
    auto record = in_state(store::AddressState::kReserved, pool_key(103), client(1));
    record.hostname = base::InlineBytes<253>(base::bytes_of("phone1"));
    return record;
  }
  void ask(MessageType4 type, std::vector<test::TestOption> more = {}) {
    auto message = client_message(1);
    message.options.push_back(test::option_text(60, "phone-v2"));
    message.options.insert(message.options.end(), more.begin(), more.end());
    scene_.ask(type, message);
  }
  std::size_t allocations() { return allocations_of_one(at(200), topology_); }
  std::size_t allocations_once_warm() {
    allocations();
    return allocations();
  }

  const std::vector<std::string> all_{"*"};
  const std::vector<net::HostLink> hosts_{test::host_link(1, {"192.0.2.1/24"})};
  const Topology topology_{std::span(&scene_.network(), 1), std::span(&scene_.block(), 1), hosts_,
                           all_, std::make_shared<const Globals4>(compile(with_class()))};
};

TEST_F(WarmServerWithClass, GivesTheClassItsOptionsAndTheReservationItsAddress) {
  scene_.put(reservation());
  ask(MessageType4::kDiscover);
  allocations();
  ASSERT_FALSE(message_->read(buffer_).has_value());
  for (std::uint8_t code = 224; code < 234; ++code) EXPECT_TRUE(message_->has(code)) << int{code};
  EXPECT_TRUE(message_->has(42));
  EXPECT_EQ(message_->header().yiaddr, pool_address(103));
}

TEST_F(WarmServerWithClass, OffersFromAPoolWithoutAllocating) {
  ask(MessageType4::kDiscover);
  EXPECT_EQ(allocations_once_warm(), 0u);
}

TEST_F(WarmServerWithClass, OffersAReservationWithoutAllocating) {
  scene_.put(reservation());
  ask(MessageType4::kDiscover);
  EXPECT_EQ(allocations_once_warm(), 0u);
}

TEST_F(WarmServerWithClass, LeasesAReservationWithoutAllocating) {
  scene_.put(reservation());
  ask(MessageType4::kRequest,
      {test::option_address(54, "192.0.2.1"), test::option_u32(50, pool_address(103).value())});
  EXPECT_EQ(allocations_once_warm(), 0u);
}

// What a record has beside its fixed fields lies on the heap, and is copied with it.
TEST_F(WarmServerWithClass, AllocatesForWhatAReservationHasOfItsOwn) {
  auto record = reservation();
  record.also = {client(2)};
  record.classes = {"phones"};
  record.options = {{15, {'l', 'a', 'b'}}, {42, {192, 0, 2, 8}}};
  record.forced = {15};
  scene_.put(record);
  ask(MessageType4::kDiscover);
  const std::size_t offered = allocations_once_warm();
  EXPECT_GT(offered, 0u);
  EXPECT_LE(offered, 17u) << "for five things, two of them with octets of their own";
}

}  // namespace
}  // namespace melange::dhcp
