// SPDX-License-Identifier: Apache-2.0
//
// No packet costs a heap allocation in the codec (design.md section 8). This program has its own
// operator new, which counts; it is therefore a test program of its own.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include "melange/wire/client_system.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/frame.h"
#include "melange/wire/host_name.h"
#include "melange/wire/identity.h"
#include "melange/wire/options4.h"
#include "melange/wire/relay_info.h"
#include "packets.h"

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

namespace melange::wire {
namespace {

using test::option;
using test::option_filled;

// The allocations that `work` makes.
template <class Work>
std::size_t count(Work work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

TEST(AllocationCounter, SeesAnAllocation) {
  std::unique_ptr<int> kept;
  EXPECT_EQ(count([&] { kept = std::make_unique<int>(1); }), 1u);
}

TEST(Codec, ReadsFramesAndMessagesWithoutAllocating) {
  const test::Octets frame = test::frame_of(
      test::make_message(MessageType4::kDiscover,
                         {.sname = {61, 1, 3, 255},
                          .file = {61, 1, 2, 255},
                          .options = {option(52, {3}), option(61, {1}), option_filled(82, 200, 1),
                                      option_filled(82, 200, 1), option_filled(55, 255, 6)}}));
  const auto message = std::make_unique<Message4>();
  EXPECT_EQ(count([&] {
              const auto datagram = parse_frame(frame, Checksum::kComplete, 1);
              EXPECT_TRUE(datagram.has_value());
              EXPECT_FALSE(message->read(datagram->payload).has_value());
              EXPECT_EQ(message->option(82).size(), 400u);
              EXPECT_EQ(message->option(61).size(), 3u);
              EXPECT_FALSE(Identity::of(*ClientId::make(message->option(61))).empty());
            }),
            0u);
}

TEST(Codec, ReadsWhatClientsAndRelaysSayWithoutAllocating) {
  const test::Octets relay{1, 2, 0xaa, 0xbb, 5, 4, 192, 0, 2, 0, 19, 0};
  const test::Octets fqdn{5, 0, 0, 4, 'w', 'e', 'b', '1', 3, 'l', 'a', 'b', 0};
  const test::Octets vendors{0, 0, 0, 9, 1, 7, 0, 0, 13, 233, 0};
  EXPECT_EQ(count([&] {
              EXPECT_TRUE(read_relay_info(relay).has_value());
              EXPECT_TRUE(read_host_name(base::Bytes(fqdn).subspan(4, 4)).has_value());
              const auto asked = read_fqdn(fqdn);
              ASSERT_TRUE(asked.has_value());
              std::array<std::uint8_t, kFqdnSize> out;
              EXPECT_EQ(write_fqdn(*asked, "web1.lab.", out), fqdn.size());
              EXPECT_EQ(arch_codes("efi-x64").size(), 2u);
              EXPECT_EQ(enterprise_data(vendors, 9).size(), 1u);
            }),
            0u);
}

TEST(Codec, BuildsRepliesWithoutAllocating) {
  const test::Octets value(200, 1);
  const test::Octets type{5};
  const std::array options{OptionToSend{.code = 53, .value = type, .required = true},
                           OptionToSend{.code = 121, .value = value, .required = true},
                           OptionToSend{.code = 15, .value = base::Bytes(value).first(40)},
                           OptionToSend{.code = 43, .value = value},
                           OptionToSend{.code = 12, .value = base::Bytes(value).first(9)}};
  const FrameAddresses addresses = test::client_addresses();
  std::array<std::uint8_t, 1500> out{};
  for (const std::size_t max_size : {1472u, 548u, 420u, 300u}) {
    const MessagePlan4 plan{
        .header = {}, .options = options, .max_size = max_size, .sname = {}, .file = {}};
    EXPECT_EQ(count([&] {
                const std::size_t size = build_message(plan, base::MutableBytes(out).subspan(42));
                EXPECT_GE(size, kBootpSize);
                put_frame_headers(base::MutableBytes(out).first(42 + size), addresses);
              }),
              0u)
        << max_size;
  }
}

}  // namespace
}  // namespace melange::wire
