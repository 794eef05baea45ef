// SPDX-License-Identifier: Apache-2.0
//
// A topology that follows changes is the one that would have been compiled anew, and shares with
// the one before all that the changes did not touch.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "lab.h"
#include "melange/base/text.h"
#include "melange/dhcp/topology.h"
#include "records.h"

namespace melange::dhcp {
namespace {

using net::Ipv4;
using store::BlockId;
using store::NetworkId;
using test::host_link;

const std::vector<std::string> kAll{"*"};

Ipv4 v4(std::string_view text) { return *Ipv4::parse(text); }

store::Network network(std::uint32_t id) {
  return test::network(NetworkId{id}, base::cat("net", id));
}

store::Block block(std::uint32_t id, std::uint32_t network_id, std::string_view cidr,
                   std::uint32_t parent = 0) {
  store::Block made = test::block(id, cidr, "");
  made.network = NetworkId{network_id};
  made.parent = BlockId{parent};
  return made;
}

std::string name_of(const ServedNetwork* network) {
  return network == nullptr ? "none" : network->name;
}

std::string blocks_of(const Topology& topology, std::uint32_t network_id) {
  const ServedNetwork* const network = topology.network(NetworkId{network_id});
  if (network == nullptr) return "none";
  std::string ids;
  for (const BlockPtr& block : network->blocks) ids += base::cat(block->id.value, ' ');
  return ids;
}

// Two networks of two blocks each.
Topology small() {
  const std::vector networks{network(1), network(2)};
  const std::vector blocks{block(1, 1, "10.1.0.0/24"), block(2, 1, "10.1.1.0/24"),
                           block(3, 2, "10.2.0.0/24"), block(4, 2, "10.2.1.0/24")};
  const std::vector hosts{host_link(1, {"10.1.0.1/24"}), host_link(2, {"10.2.0.1/24"})};
  return Topology(networks, blocks, hosts, kAll);
}

TEST(TopologyUpdate, IsTouchedByNetworksAndIpv4BlocksAlone) {
  const auto touches = [](const store::Change& change) {
    return touches_topology(std::span(&change, 1));
  };
  EXPECT_TRUE(touches(store::PutNetwork{network(1)}));
  EXPECT_TRUE(touches(store::EraseNetwork{NetworkId{1}}));
  EXPECT_TRUE(touches(store::PutBlock{block(1, 1, "10.0.0.0/24")}));
  EXPECT_TRUE(touches(store::EraseBlock{BlockId{1}}));
  EXPECT_FALSE(touches(store::PutBlock{block(1, 1, "2001:db8::/64")}));
  EXPECT_FALSE(touches(store::EraseAddress{test::key(1, "10.0.0.1")}));
  EXPECT_FALSE(touches(store::Put<store::Policy>{}));
  EXPECT_FALSE(touches_topology({}));
}

TEST(TopologyUpdate, SharesWhatDidNotChange) {
  const Topology before = small();
  store::Block changed = block(2, 1, "10.1.1.0/24");
  changed.options = {{15, {'x'}}};
  const store::Changes changes{store::PutBlock{changed}};
  const Topology after = before.updated(changes);
  EXPECT_EQ(after.networks()[1], before.networks()[1]);
  EXPECT_NE(after.networks()[0], before.networks()[0]);
  EXPECT_EQ(after.networks()[0]->blocks[0], before.networks()[0]->blocks[0]);
  EXPECT_NE(after.networks()[0]->blocks[1], before.networks()[0]->blocks[1]);
  EXPECT_EQ(base::hex(after.blocks()[1]->options.find(15)), "78");
  EXPECT_TRUE(before.blocks()[1]->options.find(15).empty()) << "the one before stays as it was";
}

TEST(TopologyUpdate, OfANetworksOptionsSharesItsBlocks) {
  const Topology before = small();
  store::Network changed = network(1);
  changed.options = {{42, {1, 2, 3, 4}}};
  const store::Changes changes{store::PutNetwork{changed}};
  const Topology after = before.updated(changes);
  const ServedNetwork& served = *after.networks().front();
  EXPECT_EQ(served.blocks, before.networks().front()->blocks);
  EXPECT_EQ(base::hex(served.options.find(42)), "01020304");
}

TEST(TopologyUpdate, GivesLinksToTheNewNetworkObject) {
  const Topology before = small();
  const store::Changes changes{store::PutBlock{block(5, 1, "10.1.2.0/24")}};
  const Topology after = before.updated(changes);
  EXPECT_EQ(after.link(1)->network, after.network(NetworkId{1}));
  EXPECT_EQ(after.link(2)->network, before.link(2)->network);
  EXPECT_TRUE(after.has_link(*after.network(NetworkId{1})));
  EXPECT_EQ(name_of(after.routed(v4("10.1.2.9"))), "net1");
}

TEST(TopologyUpdate, TakesTheLastWordOnEachObject) {
  const store::Changes changes{store::PutBlock{block(5, 1, "10.1.2.0/24")},
                               store::EraseBlock{BlockId{5}}, store::EraseBlock{BlockId{1}},
                               store::PutBlock{block(1, 2, "10.1.0.0/24")}};
  const Topology after = small().updated(changes);
  EXPECT_EQ(blocks_of(after, 1), "2 ");
  EXPECT_EQ(blocks_of(after, 2), "1 3 4 ");
}

TEST(TopologyUpdate, ServesNoParentUntilItsLastChildIsGone) {
  const Topology whole = small();
  const store::Changes cut{store::PutBlock{block(5, 1, "10.1.0.0/25", 1)},
                           store::PutBlock{block(6, 2, "10.1.0.128/25", 1)}};
  const Topology parted = whole.updated(cut);
  EXPECT_EQ(blocks_of(parted, 1), "2 5 ");
  EXPECT_EQ(blocks_of(parted, 2), "3 4 6 ") << "the child's own network";
  EXPECT_EQ(parted.network(NetworkId{1})->block_of(v4("10.1.0.200")), nullptr);
  EXPECT_EQ(name_of(parted.routed(v4("10.1.0.200"))), "net2");
  const store::Changes one{store::EraseBlock{BlockId{5}}};
  EXPECT_EQ(blocks_of(parted.updated(one), 1), "2 ");
  const store::Changes both{store::EraseBlock{BlockId{5}}, store::EraseBlock{BlockId{6}}};
  EXPECT_EQ(blocks_of(parted.updated(both), 1), "1 2 ");
}

TEST(TopologyUpdate, ServesNoBlockWithoutNetwork) {
  const store::Changes changes{store::PutBlock{block(1, 0, "10.1.0.0/24")}};
  const Topology after = small().updated(changes);
  EXPECT_EQ(blocks_of(after, 1), "2 ");
  EXPECT_EQ(name_of(after.routed(v4("10.1.0.9"))), "none");
  EXPECT_EQ(after.blocks().size(), 4u);
  EXPECT_EQ(after.link(1), nullptr);
}

TEST(TopologyUpdate, FindsTheBlocksThatWereThereBeforeTheirNetwork) {
  const store::Changes gone{store::EraseNetwork{NetworkId{2}}};
  const Topology without = small().updated(gone);
  EXPECT_EQ(without.network(NetworkId{2}), nullptr);
  EXPECT_EQ(without.link(2), nullptr);
  EXPECT_EQ(name_of(without.routed(v4("10.2.0.9"))), "none");
  const store::Changes back{store::PutNetwork{network(2)}};
  EXPECT_EQ(blocks_of(without.updated(back), 2), "3 4 ");
}

TEST(TopologyUpdate, RelinkedSharesNetworksAndBlocks) {
  const Topology before = small();
  const std::vector hosts{host_link(2, {"10.2.0.1/24"}), host_link(3, {"10.1.1.1/24"})};
  const Topology after = before.relinked(hosts, kAll);
  EXPECT_TRUE(std::ranges::equal(after.networks(), before.networks()));
  EXPECT_EQ(after.link(1), nullptr);
  EXPECT_EQ(name_of(after.link(2)->network), "net2");
  EXPECT_EQ(name_of(after.link(3)->network), "net1");
  EXPECT_TRUE(after.is_own(v4("10.1.1.1")));
  EXPECT_FALSE(after.is_own(v4("10.1.0.1")));
  EXPECT_TRUE(before.is_own(v4("10.1.0.1")));
}

// A store's networks and blocks as chance makes them, and a topology that follows.
class Wanderer {
 public:
  explicit Wanderer(std::uint32_t seed) : engine_(seed) {
    for (int i = 1; i <= 6; ++i) {
      hosts_.push_back(host_link(i, {base::cat("10.0.", i % 4, '.', i, "/24")}));
    }
    followed_ = Topology({}, {}, hosts_, kAll);
  }

  // A commit of one to three changes, and at times other links.
  void step() {
    store::Changes changes;
    for (std::uint32_t left = 1 + random(3); left > 0; --left) changes.push_back(change());
    followed_ = followed_.updated(changes);
    if (random(8) != 0) return;
    const std::uint32_t index = random(6);
    hosts_[index] =
        host_link(1 + static_cast<int>(index), {base::cat("10.0.", random(4), ".250/24")});
    followed_ = followed_.relinked(hosts_, kAll);
  }
  const Topology& followed() const { return followed_; }
  Topology compiled() const {
    std::vector<store::Network> networks;
    std::vector<store::Block> blocks;
    for (const auto& [id, network] : networks_) networks.push_back(network);
    for (const auto& [id, block] : blocks_) blocks.push_back(block);
    return Topology(networks, blocks, hosts_, kAll);
  }

 private:
  std::uint32_t random(std::uint32_t below) {
    return static_cast<std::uint32_t>(engine_()) % below;
  }
  store::Change change() {
    const std::uint32_t kind = random(10);
    if (kind == 0) return erase(networks_, 1 + random(5), &Wanderer::network_gone);
    if (kind == 1) return erase(blocks_, 1 + random(20), &Wanderer::block_gone);
    return kind < 5 ? put_network() : put_block();
  }
  static store::Change network_gone(std::uint32_t id) { return store::EraseNetwork{{id}}; }
  static store::Change block_gone(std::uint32_t id) { return store::EraseBlock{{id}}; }
  template <class Objects>
  store::Change erase(Objects& objects, std::uint32_t id, store::Change (*gone)(std::uint32_t)) {
    objects.erase(id);
    return gone(id);
  }
  store::Change put_network() {
    store::Network made = network(1 + random(5));
    made.managed_by = random(2) == 0 ? store::ManagedBy::kApi : store::ManagedBy::kConfig;
    made.named_links_only = random(4) == 0;
    if (random(3) == 0) made.interfaces = {base::cat("eth", random(6))};
    if (random(5) == 0) made.interfaces.emplace_back("eth*");
    if (random(3) == 0) made.relays = {net::Address(Ipv4(0x0a000001u + (random(4) << 8)))};
    made.options = {{42, {static_cast<std::uint8_t>(random(256))}}};
    networks_[made.id.value] = made;
    return store::PutNetwork{made};
  }
  store::Change put_block() {
    const std::uint32_t id = 1 + random(20);
    const auto prefix = net::Prefix::make(Ipv4(0x0a000000u + (id << 6)), 24 + id % 4);
    store::Block made = block(id, random(6), text(*prefix), id > 10 ? random(6) : 0);
    made.retired = random(6) == 0;
    made.options = {{15, {static_cast<std::uint8_t>(random(256))}}};
    blocks_[id] = made;
    return store::PutBlock{made};
  }

  std::mt19937 engine_;
  std::vector<net::HostLink> hosts_;
  std::map<std::uint32_t, store::Network> networks_;
  std::map<std::uint32_t, store::Block> blocks_;
  Topology followed_{{}, {}, {}, {}};
};

// All that a packet can see of a topology.
std::string seen(const Topology& topology) {
  std::string out;
  for (const NetworkPtr& network : topology.networks()) {
    out += base::cat(network->name, ": ", blocks_of(topology, network->id.value), "pools ",
                     network->pooled.size(), topology.has_link(*network) ? " linked" : "");
    for (const BlockPtr& block : network->blocks) {
      out += base::cat(' ', base::hex(block->options.find(15)),
                       base::hex(network->options.find(42)));
    }
    out += '\n';
  }
  for (const ServedLink& link : topology.links()) {
    out += base::cat(link.host.ifindex, ' ', name_of(link.network), '\n');
    EXPECT_EQ(link.network, topology.network(link.network->id)) << "the object in the list";
  }
  for (std::uint32_t i = 0; i < 6 * 256; i += 32) {
    const Ipv4 address(0x0a000001u + i);
    out += base::cat(name_of(topology.routed(address)), '/', name_of(topology.relayed(address)),
                     topology.is_own(address) ? " own" : "", '\n');
    for (const NetworkPtr& network : topology.networks()) {
      const ServedBlock* const found = network->block_of(address);
      out += base::cat(found == nullptr ? 0 : found->id.value, ' ');
    }
  }
  return out;
}

TEST(TopologyUpdate, IsWhatWouldBeCompiledAnewWhateverChanged) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Wanderer wanderer(seed);
    for (int step = 0; step < 100; ++step) {
      wanderer.step();
      ASSERT_EQ(seen(wanderer.followed()), seen(wanderer.compiled()))
          << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace melange::dhcp
