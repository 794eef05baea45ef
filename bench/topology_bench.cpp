// SPDX-License-Identifier: Apache-2.0
//
// What it costs to compile a topology, to let it follow one change, and to find a network in it:
// with 10 and 10,000 blocks, all in one network or each in its own, on a host with a link each.
// Target: a change is followed in under 3 ms, and lookups cost the same at any size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "melange/base/text.h"
#include "melange/dhcp/topology.h"

namespace {

using namespace melange;

const std::vector<std::string> kAll{"*"};
constexpr std::uint32_t kFirst = 0x0a000000;

store::Block block(std::uint32_t id, std::uint32_t network) {
  store::Block made;
  made.id = store::BlockId{id};
  made.network = store::NetworkId{network};
  made.cidr = *net::Prefix::make(net::Ipv4(kFirst + (id << 8)), 24);
  made.gateway = made.cidr.network().next();
  made.dns = {net::Ipv4(0x01010101)};
  made.dynamic = {
      *net::Range::make(net::Ipv4(kFirst + (id << 8) + 100), net::Ipv4(kFirst + (id << 8) + 199))};
  return made;
}

store::Network network(std::uint32_t id) {
  store::Network made;
  made.id = store::NetworkId{id};
  made.name = base::cat("net", id);
  made.interfaces = {base::cat("tap", id)};
  made.options = {{42, {1, 2, 3, 4}}};
  return made;
}

struct World {
  World(std::uint32_t block_count, std::uint32_t network_count) {
    for (std::uint32_t id = 1; id <= network_count; ++id) {
      networks.push_back(network(id));
      net::HostLink link;
      link.ifindex = static_cast<int>(id);
      link.name = networks.back().interfaces.front();
      link.ethernet = true;
      links.push_back(link);
    }
    for (std::uint32_t id = 1; id <= block_count; ++id) {
      blocks.push_back(block(id, 1 + id % network_count));
    }
  }
  dhcp::Topology compile() const { return dhcp::Topology(networks, blocks, links, kAll); }

  std::vector<store::Network> networks;
  std::vector<store::Block> blocks;
  std::vector<net::HostLink> links;
};

World world_of(const benchmark::State& state) {
  return {static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1))};
}

void BM_Compile(benchmark::State& state) {
  const World world = world_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(world.compile());
}

// As the server does: the topology before goes once the new one has taken its place.
void follow(benchmark::State& state, const store::Changes& changes) {
  dhcp::Topology topology = world_of(state).compile();
  for (auto _ : state) topology = topology.updated(changes);
}

void BM_UpdateOneBlock(benchmark::State& state) {
  store::Block changed = block(7, 1 + 7 % static_cast<std::uint32_t>(state.range(1)));
  changed.options = {{15, {'x'}}};
  follow(state, {store::PutBlock{changed}});
}

void BM_UpdateOneNetwork(benchmark::State& state) {
  store::Network changed = network(1);
  changed.options = {{42, {4, 3, 2, 1}}};
  follow(state, {store::PutNetwork{changed}});
}

// A policy that many blocks name.
void BM_UpdateHundredBlocks(benchmark::State& state) {
  store::Changes changes;
  for (std::uint32_t id = 1; id <= 100; ++id) {
    changes.push_back(
        store::PutBlock{block(id, 1 + id % static_cast<std::uint32_t>(state.range(1)))});
  }
  follow(state, changes);
}

void BM_Relink(benchmark::State& state) {
  const World world = world_of(state);
  dhcp::Topology topology = world.compile();
  auto links = world.links;
  for (auto _ : state) {
    links.back().mtu ^= 1u;
    topology = topology.relinked(links, kAll);
  }
}

// From the address to its block.
void BM_FindRouted(benchmark::State& state) {
  const dhcp::Topology topology = world_of(state).compile();
  std::uint32_t id = 0;
  for (auto _ : state) {
    id = (id + 7919) % static_cast<std::uint32_t>(state.range(0));
    const net::Ipv4 address(kFirst + ((id + 1) << 8) + 100);
    const dhcp::ServedNetwork* const found = topology.routed(address);
    benchmark::DoNotOptimize(found->block_of(address));
  }
}

void BM_FindLink(benchmark::State& state) {
  const dhcp::Topology topology = world_of(state).compile();
  int ifindex = 0;
  for (auto _ : state) {
    ifindex = 1 + (ifindex + 7919) % static_cast<int>(state.range(1));
    benchmark::DoNotOptimize(topology.link(ifindex)->network);
  }
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({10000, 1})->Args({10000, 10000})->Unit(benchmark::kMicrosecond);
}
void lookup_sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({10, 1})->Args({10, 10})->Args({10000, 1})->Args({10000, 10000});
}
BENCHMARK(BM_Compile)->Apply(sizes);
BENCHMARK(BM_UpdateOneBlock)->Apply(sizes);
BENCHMARK(BM_UpdateOneNetwork)->Apply(sizes);
BENCHMARK(BM_UpdateHundredBlocks)->Apply(sizes);
BENCHMARK(BM_Relink)->Apply(sizes);
BENCHMARK(BM_FindRouted)->Apply(lookup_sizes);
BENCHMARK(BM_FindLink)->Apply(lookup_sizes);

}  // namespace

BENCHMARK_MAIN();
