// SPDX-License-Identifier: Apache-2.0
//
// What deciding costs, and what a whole turn costs: batches of datagrams through decision, commit
// on a real disk and reply bytes, over a link that leads nowhere.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "melange/daemon/turn.h"
#include "melange/dhcp/reply4.h"
#include "melange/ipam/plan.h"
#include "melange/wire/options4.h"
#include "packets.h"
#include "temp_directory.h"

namespace {

using namespace melange;
using test::Octets;
using wire::MessageType4;

constexpr int kIfindex = 2;
constexpr std::uint32_t kFirstAddress = 0x0a000100;  // of the pool
const base::Instant kNow{std::chrono::hours(24 * 365 * 50)};
const std::string kRequestList("\x01\x1c\x02\x03\x0f\x06\x0c\x1a\x79\x2a\x77\x04\x07\x42\x43");

class Nowhere : public io::Link {
 public:
  int descriptor() const override { return -1; }
  base::Status receive(io::Batch&) override { return {}; }
  std::size_t send(std::span<const io::Outgoing> packets) override {
    benchmark::DoNotOptimize(packets.data());
    return 0;
  }
};

class Unheard : public daemon::Observer {
 public:
  void decided(const wire::Datagram&, const dhcp::Query4*, const dhcp::Decision4&) override {}
  void damaged(const base::Error&) override {}
  void committed(bool) override {}
};

void must(const base::Status& status) {
  if (!status) std::abort();
}

// Ten options on four layers, a class that each client is of, and a reservation.
void enrich(config::Config& config) {
  const auto text = [](std::string_view value) {
    return std::vector<std::uint8_t>(value.begin(), value.end());
  };
  config::Network& network = config.networks.front();
  network.options = {{15, text("bench.example")}, {42, {10, 0, 0, 2}}, {119, {1, 'a', 0}}};
  network.blocks.front().options = {{2, {0, 0, 0, 1}}, {12, text("host")}, {26, {5, 220}}};
  config.dhcp.options = {{4, {10, 0, 0, 3}}, {7, {10, 0, 0, 4}}};
  config::Class members;
  members.name.value = "bench";
  members.match.mac = {{{2}, true}};
  members.options = {{66, text("10.0.0.5")}, {67, text("boot.efi")}};
  config.classes.push_back(std::move(members));
  config::Reservation reservation;
  reservation.mac.value = config::Identities(test::mac_of(1));
  reservation.addresses.push_back({net::Ipv4(kFirstAddress), 0});
  network.reservations.push_back(std::move(reservation));
}

config::Network network() {
  config::Block block;
  block.cidr.value = net::Prefix::parse("10.0.0.0/8");
  block.gateway.value = net::Ipv4::parse("10.0.0.1");
  block.dns = {*net::Ipv4::parse("10.0.0.1"), *net::Ipv4::parse("1.1.1.1")};
  block.pools.push_back({*net::Range::parse("10.0.1.0-10.255.255.254"), 0});
  config::Network made;
  made.id.value = "bench";
  made.blocks.push_back(block);
  return made;
}

net::HostLink host() {
  net::HostLink link;
  link.ifindex = kIfindex;
  link.name = "bench0";
  link.mac = test::mac_of(0xffffff);
  link.up = link.ethernet = true;
  link.addresses.push_back({*net::Ipv4::parse("10.0.0.1"), *net::Prefix::parse("10.0.0.0/8")});
  return link;
}

// A server with everything but sockets, in a directory of its own.
class Server {
 public:
  explicit Server(bool rich = false)
      : store(std::move(*store::Store::open(directory.file("store")))), turn(store, unheard_) {
    config::Config config;
    config.networks.push_back(network());
    if (rich) enrich(config);
    must(turn.apply(plan(config), "config", kNow));
    auto snapshot = store.snapshot();
    const auto networks = snapshot->view().networks();
    const auto blocks = snapshot->view().blocks();
    const std::vector<net::HostLink> links{host()};
    const std::vector<std::string> interfaces{"bench0"};
    turn.set_topology(std::make_shared<const dhcp::Topology>(
        networks, blocks, links, interfaces,
        std::make_shared<const dhcp::Globals4>(dhcp::compile(config))));
    ports.raw[kIfindex] = &nowhere_;
  }

 private:
  store::Changes plan(const config::Config& config) {
    auto snapshot = store.snapshot();
    return ipam::plan_config(snapshot->view(), config.networks, kNow).value();
  }

  test::TempDirectory directory;
  Unheard unheard_;
  Nowhere nowhere_;

 public:
  store::Store store;
  daemon::Turn turn;
  daemon::Ports ports;
};

Octets discover(std::uint32_t client) {
  test::TestMessage fields{.xid = client};
  fields.chaddr = test::mac_of(client);
  fields.options = {test::option_text(55, kRequestList), test::option_u16(57, 1500)};
  return test::make_message(MessageType4::kDiscover, fields);
}

Octets request(std::uint32_t client, net::Ipv4 address) {
  test::TestMessage fields{.xid = client};
  fields.chaddr = test::mac_of(client);
  fields.options = {test::option_address(50, text(address)), test::option_address(54, "10.0.0.1"),
                    test::option_text(55, kRequestList), test::option_u16(57, 1500)};
  return test::make_message(MessageType4::kRequest, fields);
}

// REBINDING: as RENEWING, but that it comes as a frame.
Octets rebind(std::uint32_t client, net::Ipv4 address) {
  test::TestMessage fields{.xid = client};
  fields.chaddr = test::mac_of(client);
  fields.ciaddr = address;
  fields.options = {test::option_text(55, kRequestList), test::option_u16(57, 1500)};
  return test::make_message(MessageType4::kRequest, fields);
}

wire::Datagram datagram(const Octets& payload, std::uint32_t client) {
  return {kIfindex, test::mac_of(client), net::Ipv4{}, net::kBroadcast, 68, 67, payload};
}

// One decision, reply bytes included, with nothing committed.
void decide_bench(benchmark::State& state, const Octets& payload, bool rich = false) {
  Server server(rich);
  const auto arrived = datagram(payload, 1);
  const auto message = std::make_unique<wire::Message4>();
  const dhcp::Offers offers;
  std::vector<std::uint8_t> out(base::limits::kReplySize);
  auto txn = server.store.begin();
  for (auto _ : state) {
    if (message->read(arrived.payload)) std::abort();
    const auto query = dhcp::read_query(*message, arrived);
    const auto decision =
        dhcp::decide(*query, txn->view(), server.turn.topology(), offers, {}, kNow);
    benchmark::DoNotOptimize(dhcp::write_reply(*query, *decision.reply, out));
  }
}
void BM_ReadDecideAndWriteDiscover(benchmark::State& state) { decide_bench(state, discover(1)); }
void BM_ReadDecideAndWriteRequest(benchmark::State& state) {
  decide_bench(state, request(1, net::Ipv4(kFirstAddress)));
}
// With ten options, a class and a reservation: at most a quarter more than the plainest (the same
// request list, of which the plain server has five).
void BM_RichDiscover(benchmark::State& state) { decide_bench(state, discover(1), true); }
void BM_RichRequest(benchmark::State& state) {
  decide_bench(state, request(1, net::Ipv4(kFirstAddress)), true);
}
BENCHMARK(BM_ReadDecideAndWriteDiscover);
BENCHMARK(BM_RichDiscover);
BENCHMARK(BM_RichRequest);
BENCHMARK(BM_ReadDecideAndWriteRequest);

// The client has a lease, half of which is over.
void rebind_bench(benchmark::State& state, bool rich) {
  Server server(rich);
  const net::Ipv4 address(kFirstAddress);
  const auto batch = std::make_unique<io::Batch>();
  const Octets first = request(1, address);
  batch->datagrams.push_back(datagram(first, 1));
  must(server.turn.run(*batch, kNow, server.ports));
  const Octets payload = rebind(1, address);
  const auto arrived = datagram(payload, 1);
  const auto message = std::make_unique<wire::Message4>();
  const dhcp::Offers offers;
  std::vector<std::uint8_t> out(base::limits::kReplySize);
  auto txn = server.store.begin();
  const base::Instant later = kNow + std::chrono::minutes(30);
  for (auto _ : state) {
    if (message->read(arrived.payload)) std::abort();
    const auto query = dhcp::read_query(*message, arrived);
    const auto decision =
        dhcp::decide(*query, txn->view(), server.turn.topology(), offers, {}, later);
    if (decision.reason != dhcp::Reason::kRebound) std::abort();
    benchmark::DoNotOptimize(dhcp::write_reply(*query, *decision.reply, out));
  }
}
void BM_PlainRebind(benchmark::State& state) { rebind_bench(state, false); }
void BM_RichRebind(benchmark::State& state) { rebind_bench(state, true); }
BENCHMARK(BM_PlainRebind);
BENCHMARK(BM_RichRebind);

// `decide` alone.
void only_decide(benchmark::State& state, const Octets& payload) {
  Server server;
  const auto arrived = datagram(payload, 1);
  const auto message = std::make_unique<wire::Message4>();
  const dhcp::Offers offers;
  if (message->read(arrived.payload)) std::abort();
  const auto query = dhcp::read_query(*message, arrived);
  auto txn = server.store.begin();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        dhcp::decide(*query, txn->view(), server.turn.topology(), offers, {}, kNow));
  }
}
void BM_DecideDiscover(benchmark::State& state) { only_decide(state, discover(1)); }
void BM_DecideRequest(benchmark::State& state) {
  only_decide(state, request(1, net::Ipv4(kFirstAddress)));
}
BENCHMARK(BM_DecideDiscover);
BENCHMARK(BM_DecideRequest);

// A turn of DISCOVERs and the turn of their REQUESTs, each client new: `items` are leases.
void BM_TurnsOfNewLeases(benchmark::State& state) {
  Server server;
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::uint32_t client = 0;
  const auto batch = std::make_unique<io::Batch>();
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Octets> discovers;
    std::vector<Octets> requests;
    for (std::uint32_t i = 0; i < count; ++i, ++client) {
      discovers.push_back(discover(client));
      requests.push_back(request(client, net::Ipv4(kFirstAddress + client)));
    }
    state.ResumeTiming();
    for (const auto* payloads : {&discovers, &requests}) {
      batch->clear();
      for (std::uint32_t i = 0; i < count; ++i) {
        batch->datagrams.push_back(datagram((*payloads)[i], client - count + i));
      }
      must(server.turn.run(*batch, kNow, server.ports));
    }
  }
  state.SetItemsProcessed(client);
  const auto& counted = server.turn.counters().decisions;
  if (counted[static_cast<std::size_t>(dhcp::Reason::kLeased)] != client) {
    state.SkipWithError("not every client got its lease");
  }
}
BENCHMARK(BM_TurnsOfNewLeases)->Arg(1)->Arg(32)->Arg(128)->Arg(256)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
