// SPDX-License-Identifier: Apache-2.0
//
// What the store costs on a real disk (the temporary directory's: set TMPDIR): durable commits of
// new leases and renewals, finding a free address, pruning the change log, and opening, with an
// empty store and with a million leases or ten thousand blocks in it. Clients and renewals are in
// random order, as they are in the field: neighbours in time share no page.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "melange/store/store.h"
#include "temp_directory.h"

namespace {

using namespace melange;
using store::BlockId;

constexpr std::uint32_t kMillion = 1'000'000;
constexpr std::uint32_t kLeasesPerCommit = 20'000;
constexpr store::NetworkId kNetwork{1};
constexpr BlockId kLarge{1};   // 10.0.0.0/8, from its beginning the leases of the fixture
constexpr BlockId kSmall{2};   // 192.0.2.0/24, empty
constexpr BlockId kFull{3};    // 172.16.0.0/16, one address in a thousand free
constexpr BlockId kSparse{4};  // 2001:db8::/64
const base::Instant kNow{base::Seconds{1'800'000'000}};

void must(const base::Status& status) {
  if (!status) std::abort();
}

// A permutation of the 32-bit numbers: neighbours become strangers.
std::uint32_t scrambled(std::uint32_t number) {
  number = (number ^ number >> 16) * 0x7feb352du;
  number = (number ^ number >> 15) * 0x846ca68bu;
  return number ^ number >> 16;
}

store::Block block(BlockId id, std::string_view cidr) {
  store::Block made;
  made.id = id;
  made.network = kNetwork;
  made.cidr = *net::Prefix::parse(cidr);
  made.tenant = "default";
  made.dynamic = {made.cidr.range()};
  return made;
}

store::AddressRecord lease(BlockId id, net::Address address, std::uint32_t client) {
  const std::uint32_t mac = scrambled(client);
  const auto octet = [&](unsigned shift) { return static_cast<std::uint8_t>(mac >> shift); };
  store::AddressRecord record;
  record.key = {id, address};
  record.network = kNetwork;
  record.identity = wire::Identity::of(net::Mac({2, 0, octet(24), octet(16), octet(8), octet(0)}));
  record.since = kNow;
  record.expires = kNow + base::Seconds{3600};
  return record;
}

store::AddressRecord large_lease(std::uint32_t number) {
  return lease(kLarge, net::Ipv4{0x0a000000 + number}, number);
}

class Fixture {
 public:
  explicit Fixture(std::uint32_t leases) : leases_(leases) {
    open();
    store::Network network;
    network.id = kNetwork;
    network.name = "bench";
    put(store::PutNetwork{network});
    put(store::PutBlock{block(kLarge, "10.0.0.0/8")});
    put(store::PutBlock{block(kSmall, "192.0.2.0/24")});
    put(store::PutBlock{block(kFull, "172.16.0.0/16")});
    put(store::PutBlock{block(kSparse, "2001:db8::/64")});
    if (leases != 0) fill();
    finish();
  }

  void open() { store_.emplace(std::move(*store::Store::open(directory_.file("store")))); }
  void close() { store_.reset(); }
  store::Store& store() { return *store_; }
  std::uint32_t leases() const { return leases_; }

  void put(const store::Change& change) {
    if (!txn_) begin();
    must(txn_->apply(change));
    if (++pending_ == kLeasesPerCommit) finish();
  }
  void finish() {
    if (txn_) must(txn_->commit(kNow));
    txn_.reset();
    pending_ = 0;
  }

 private:
  void begin() {
    txn_.emplace(std::move(*store_->begin()));
    txn_->act_as("dhcp", kNow);
  }
  void fill() {
    for (std::uint32_t i = 0; i < leases_; ++i) put(store::PutAddress{large_lease(i)});
    for (std::uint32_t i = 0; i < 65536; ++i) {
      const net::Ipv4 address{0xac100000 + i};
      if (i % 1000 != 999) put(store::PutAddress{lease(kFull, address, kMillion * 10 + i)});
    }
    for (std::uint32_t i = 0; i < 1000; ++i) {
      const net::Address address = net::Address::v6(net::Uint128{0x20010db8} << 96 | i);
      put(store::PutAddress{lease(kSparse, address, kMillion * 20 + i)});
    }
  }

  test::TempDirectory directory_;
  std::optional<store::Store> store_;
  std::optional<store::Txn> txn_;
  std::uint32_t leases_;
  std::uint32_t pending_ = 0;
};

// Octets that this process has written so far: LMDB writes whole pages.
double written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t count = 0;
  while (io >> name >> count && name != "wchar:") {
  }
  return static_cast<double>(count);
}

// Built once for all benchmarks of the process.
Fixture& empty_store() {
  static Fixture fixture(0);
  return fixture;
}
Fixture& full_store() {
  static Fixture fixture(kMillion);
  return fixture;
}
Fixture& store_of(const benchmark::State& state) {
  return state.range(1) == 0 ? empty_store() : full_store();
}

void commit_new_leases(benchmark::State& state) {
  Fixture& fixture = store_of(state);
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::uint32_t next = fixture.leases();
  double octets = 0;
  for (auto _ : state) {
    octets -= written();
    for (std::uint32_t i = 0; i < count; ++i) fixture.put(store::PutAddress{large_lease(next + i)});
    fixture.finish();
    octets += written();
    state.PauseTiming();
    for (std::uint32_t i = 0; i < count; ++i) {
      fixture.put(store::EraseAddress{large_lease(next + i).key});
    }
    fixture.finish();
    next += count;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["pages"] = octets / 4096 / static_cast<double>(state.iterations());
}
BENCHMARK(commit_new_leases)
    ->ArgNames({"leases", "store"})
    ->ArgsProduct({{1, 32, 256}, {0, kMillion}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

void commit_renewals(benchmark::State& state) {
  Fixture& fixture = store_of(state);
  const auto count = static_cast<std::uint32_t>(state.range(0));
  const std::uint32_t held = fixture.leases() == 0 ? count : fixture.leases();
  for (std::uint32_t i = 0; fixture.leases() == 0 && i < count; ++i) {
    fixture.put(store::PutAddress{large_lease(i)});
  }
  fixture.finish();
  std::uint32_t turn = 0;
  const double before = written();
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < count; ++i) {
      fixture.put(store::PutAddress{large_lease(scrambled(turn++) % held)});
    }
    fixture.finish();
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["pages"] = (written() - before) / 4096 / static_cast<double>(state.iterations());
}
BENCHMARK(commit_renewals)
    ->ArgNames({"leases", "store"})
    ->ArgsProduct({{1, 32, 256}, {0, kMillion}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

// From a random address of the block on.
void next_free(benchmark::State& state, BlockId id, std::string_view cidr, unsigned random_bits) {
  auto snapshot = full_store().store().snapshot();
  const store::View view = snapshot->view();
  const net::Address first = net::Prefix::parse(cidr)->network();
  std::uint32_t turn = 0;
  for (auto _ : state) {
    const std::uint32_t offset = scrambled(turn++) >> (32 - random_bits);
    const auto from = net::Address::of(first.family(), first.value() + offset);
    benchmark::DoNotOptimize(view.next_free(id, from));
  }
  if (!view.ok()) std::abort();
}
BENCHMARK_CAPTURE(next_free, empty_24, kSmall, "192.0.2.0/24", 8);
BENCHMARK_CAPTURE(next_free, million_in_8, kLarge, "10.0.0.0/8", 20);
BENCHMARK_CAPTURE(next_free, full_16, kFull, "172.16.0.0/16", 16);
BENCHMARK_CAPTURE(next_free, sparse_64, kSparse, "2001:db8::/64", 10);

void addresses_of(benchmark::State& state) {
  auto snapshot = full_store().store().snapshot();
  const store::View view = snapshot->view();
  std::uint32_t turn = 0;
  for (auto _ : state) {
    const auto record = large_lease(scrambled(turn++) % kMillion);
    const auto keys = view.addresses_of(kNetwork, record.identity);
    benchmark::DoNotOptimize(view.address(keys[0]));
  }
}
BENCHMARK(addresses_of);

// The oldest events of the full store, which go all over the table of histories.
void prune(benchmark::State& state) {
  Fixture& fixture = full_store();
  std::uint64_t to = 0;
  for (auto _ : state) {
    fixture.put(store::Prune{to += static_cast<std::uint64_t>(state.range(0)), {}});
    fixture.finish();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(prune)
    ->ArgName("events")
    ->Arg(256)
    ->Arg(2048)
    ->Iterations(100)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

void open_store_of_blocks(benchmark::State& state) {
  Fixture fixture(0);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(state.range(0)); ++i) {
    store::Block made = block(BlockId{100 + i}, "10.0.0.0/24");
    made.cidr = *net::Prefix::make(net::Ipv4{0x0b000000 + (i << 8)}, 24);
    fixture.put(store::PutBlock{made});
    fixture.put(store::PutAddress{lease(made.id, made.cidr.network(), i)});
  }
  fixture.finish();
  for (auto _ : state) {
    fixture.close();
    fixture.open();
  }
}
BENCHMARK(open_store_of_blocks)->ArgName("blocks")->Arg(10'000)->Unit(benchmark::kMicrosecond);

void open_store(benchmark::State& state) {
  Fixture& fixture = state.range(0) == 0 ? empty_store() : full_store();
  for (auto _ : state) {
    fixture.close();
    fixture.open();
  }
}
BENCHMARK(open_store)->ArgName("store")->Arg(0)->Arg(kMillion)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
