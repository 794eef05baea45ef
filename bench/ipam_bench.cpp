// SPDX-License-Identifier: Apache-2.0
//
// What it costs to decide on an allocation: the next free address of an empty /24, of a /8 with a
// million taken, of one that is 99.9 % full, and of a /64; and to read a block's utilisation. The
// store is real; nothing is committed while the clock runs.
//
// The full block is a /12 unless MELANGE_BENCH_WHOLE is set: a /8 takes some minutes to fill.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "melange/ipam/allocate.h"
#include "melange/ipam/blocks.h"
#include "melange/store/store.h"
#include "temp_directory.h"

namespace {

using namespace melange;
using store::BlockId;

constexpr std::uint32_t kMillion = 1'000'000;
constexpr std::uint32_t kRecordsPerCommit = 50'000;
const base::Instant kNow{base::Seconds{1'800'000'000}};

constexpr BlockId kEmpty{1};
constexpr BlockId kLarge{2};
constexpr BlockId kFull{3};
constexpr BlockId kSparse{4};

void must(const base::Status& status) {
  if (!status) std::abort();
}

// A permutation of the numbers below 2^24: neighbours become strangers.
std::uint32_t scrambled(std::uint32_t number) { return number * 0x9e3779b1u & 0xffffffu; }

class Fixture {
 public:
  Fixture() {
    add_block("192.0.2.0/24");
    add_block("10.0.0.0/8");
    const bool whole = std::getenv("MELANGE_BENCH_WHOLE") != nullptr;
    add_block(whole ? "11.0.0.0/8" : "172.16.0.0/12");
    add_block("2001:db8::/64");
    for (std::uint32_t i = 0; i < kMillion; ++i) {
      take({kLarge, net::Ipv4{0x0a000001 + scrambled(i) % 0xfffffe}});
    }
    // Every thousandth is free.
    const net::Range range =
        whole ? *net::Range::parse("11.0.0.0/8") : *net::Range::parse("172.16.0.0/12");
    for (std::uint32_t i = 1; i + 1 < range.size(); ++i) {
      if (i % 1000 != 999)
        take({kFull, net::Address::of(net::Family::kV4, range.first().value() + i)});
    }
    finish();
  }

  store::Store& store() { return store_; }

 private:
  void add_block(std::string_view cidr) {
    auto txn = store_.begin();
    ipam::Draft draft(txn->view(), kNow);
    store::Block block;
    block.tenant = "bench";
    block.cidr = *net::Prefix::parse(cidr);
    if (!ipam::create_block(draft, block)) std::abort();
    for (const store::Change& change : draft.changes()) must(txn->apply(change));
    must(txn->commit(kNow));
  }

  void take(const store::AddressKey& key) {
    if (!txn_) txn_.emplace(std::move(*store_.begin()));
    store::AddressRecord record;
    record.key = key;
    record.state = store::AddressState::kReserved;
    record.since = kNow;
    must(txn_->apply(store::Change{store::PutAddress{record}}));
    if (++applied_ % kRecordsPerCommit == 0) finish();
  }

  void finish() {
    if (txn_) must(txn_->commit(kNow));
    txn_.reset();
  }

  test::TempDirectory directory_;
  store::Store store_{std::move(*store::Store::open(directory_.file("store")))};
  std::optional<store::Txn> txn_;
  std::uint32_t applied_ = 0;
};

Fixture& fixture() {
  static Fixture made;
  return made;
}

void BM_NextFree(benchmark::State& state, BlockId id) {
  auto snapshot = fixture().store().snapshot();
  const store::View view = snapshot->view();
  const auto block = view.block(id);
  for (auto _ : state) {
    ipam::Draft draft(view, kNow);
    const auto interface =
        ipam::make_interface(draft, {.tenant = "bench", .vif = {}, .device = {}, .mac = {}});
    const auto record = ipam::allocate_next(draft, *block, {*interface, {}, {}});
    if (!record) std::abort();
    benchmark::DoNotOptimize(record);
  }
}
BENCHMARK_CAPTURE(BM_NextFree, empty_24, kEmpty);
BENCHMARK_CAPTURE(BM_NextFree, million_in_8, kLarge);
BENCHMARK_CAPTURE(BM_NextFree, nearly_full, kFull);
BENCHMARK_CAPTURE(BM_NextFree, empty_64, kSparse);

void BM_Utilization(benchmark::State& state, BlockId id) {
  auto snapshot = fixture().store().snapshot();
  const store::View view = snapshot->view();
  for (auto _ : state) {
    const store::Usage usage = view.usage(id);
    benchmark::DoNotOptimize(usage);
  }
}
BENCHMARK_CAPTURE(BM_Utilization, empty_24, kEmpty);
BENCHMARK_CAPTURE(BM_Utilization, million_in_8, kLarge);
BENCHMARK_CAPTURE(BM_Utilization, empty_64, kSparse);

}  // namespace

BENCHMARK_MAIN();
