// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/topology.h"

#include <gtest/gtest.h>

#include <random>

#include "lab.h"
#include "melange/base/text.h"
#include "records.h"

namespace melange::dhcp {
namespace {

using net::Ipv4;
using store::NetworkId;
using test::host_link;

const std::vector<std::string> kAll{"*"};

Ipv4 v4(std::string_view text) { return *Ipv4::parse(text); }

store::Network network(std::uint32_t id, std::vector<std::string> interfaces = {}) {
  store::Network made = test::network(NetworkId{id}, base::cat("net", id));
  made.interfaces = std::move(interfaces);
  return made;
}

store::Block block(std::uint32_t id, std::uint32_t network_id, std::string_view cidr,
                   std::string_view pool = "") {
  store::Block made = test::block(id, cidr, pool);
  made.network = NetworkId{network_id};
  return made;
}

std::string name_of(const ServedNetwork* network) {
  return network == nullptr ? "none" : network->name;
}
std::string serving(const Topology& topology, int ifindex) {
  const ServedLink* link = topology.link(ifindex);
  return link == nullptr ? "none" : name_of(link->network);
}

TEST(Topology, FindsTheLongestPrefixAroundAnAddress) {
  const std::vector networks{network(1), network(2), network(3)};
  const std::vector blocks{block(1, 1, "10.0.0.0/8"), block(2, 2, "10.1.0.0/16"),
                           block(3, 3, "10.1.2.0/24")};
  const Topology topology(networks, blocks, {}, kAll);
  EXPECT_EQ(name_of(topology.routed(v4("10.2.0.1"))), "net1");
  EXPECT_EQ(name_of(topology.routed(v4("10.1.3.1"))), "net2");
  EXPECT_EQ(name_of(topology.routed(v4("10.1.2.255"))), "net3");
  EXPECT_EQ(name_of(topology.routed(v4("11.0.0.0"))), "none");
}

TEST(Topology, AgreesWithALookAtEveryBlock) {
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  std::vector<store::Network> networks;
  std::vector<store::Block> blocks;
  for (std::uint32_t id = 1; id <= 200; ++id) {
    networks.push_back(network(id));
    const auto length = 8 + random() % 24;
    const auto prefix = net::Prefix::make(Ipv4(0x0a000000u + (random() & 0xfffffu)), length);
    blocks.push_back(block(id, id, text(*prefix)));
  }
  const Topology topology(networks, blocks, {}, kAll);
  for (int i = 0; i < 2000; ++i) {
    const Ipv4 address(0x0a000000u + (random() & 0xfffffu));
    const store::Block* best = nullptr;
    for (const store::Block& candidate : blocks) {
      if (!candidate.cidr.contains(address)) continue;
      if (best == nullptr || candidate.cidr.length() > best->cidr.length()) best = &candidate;
    }
    const ServedNetwork* found = topology.routed(address);
    ASSERT_EQ(found == nullptr, best == nullptr) << text(address);
    if (best != nullptr) {
      EXPECT_EQ(found->id, best->network) << text(address);
    }
  }
}

TEST(Topology, GivesARelayToTheNetworkThatNamesIt) {
  std::vector networks{network(1), network(2), network(3)};
  networks[1].relays = {net::Address(v4("10.0.0.1"))};
  networks[2].relays = {net::Address(v4("172.16.0.1"))};
  const std::vector blocks{block(1, 1, "10.0.0.0/8"), block(2, 2, "192.0.2.0/24"),
                           block(3, 3, "10.3.0.0/16")};
  const Topology topology(networks, blocks, {}, kAll);
  EXPECT_EQ(name_of(topology.relayed(v4("10.0.0.1"))), "net2");
  EXPECT_EQ(name_of(topology.relayed(v4("10.0.0.2"))), "net1");
  EXPECT_EQ(name_of(topology.relayed(v4("172.16.0.1"))), "net3");
  // Whoever names relays has no others.
  EXPECT_EQ(name_of(topology.relayed(v4("192.0.2.1"))), "none");
  EXPECT_EQ(name_of(topology.relayed(v4("10.3.0.1"))), "net1");
  EXPECT_EQ(name_of(topology.routed(v4("10.3.0.1"))), "net3");
}

TEST(Topology, ServesALinkByItsNameOrItsAddress) {
  const std::vector networks{network(1), network(2, {"eth1", "tap*"})};
  const std::vector blocks{block(1, 1, "192.0.2.0/24"), block(2, 2, "198.51.100.0/24")};
  std::vector hosts{host_link(1, {"192.0.2.1/24"}), host_link(2, {"192.0.2.2/24"}),
                    host_link(3, {"203.0.113.1/24"}), host_link(4, {})};
  hosts[3].name = "tap17";
  const Topology topology(networks, blocks, hosts, kAll);
  EXPECT_EQ(serving(topology, 1), "net1");
  EXPECT_EQ(serving(topology, 2), "net2") << "its name goes before its address";
  EXPECT_EQ(serving(topology, 3), "none");
  EXPECT_EQ(serving(topology, 4), "net2");
  EXPECT_EQ(serving(topology, 5), "none");
}

TEST(Topology, ServesTheInterfacesOfTheConfigurationAlone) {
  const std::vector networks{network(1)};
  const std::vector blocks{block(1, 1, "192.0.2.0/24")};
  std::vector hosts{host_link(1, {"192.0.2.1/24"}), host_link(2, {"192.0.2.2/24"}),
                    host_link(3, {"192.0.2.3/24"})};
  hosts[2].ethernet = false;
  const std::vector<std::string> some{"eth1", "eth2", "wlan*"};
  const Topology topology(networks, blocks, hosts, some);
  EXPECT_EQ(serving(topology, 1), "none");
  EXPECT_EQ(serving(topology, 2), "net1");
  EXPECT_EQ(serving(topology, 3), "none") << "not Ethernet";
  EXPECT_EQ(topology.links().size(), 1u);
}

TEST(Topology, KnowsTheHostsAddressesOnAllLinks) {
  const std::vector hosts{host_link(1, {"192.0.2.1/24", "192.0.2.9/24"}),
                          host_link(2, {"198.51.100.1/24"})};
  const Topology topology({}, {}, hosts, {});
  EXPECT_TRUE(topology.is_own(v4("192.0.2.9")));
  EXPECT_TRUE(topology.is_own(v4("198.51.100.1")));
  EXPECT_FALSE(topology.is_own(v4("192.0.2.2")));
}

TEST(Topology, W23_KeepsTheHostsAddressesOutOfThePools) {
  const std::vector networks{network(1)};
  const std::vector blocks{block(1, 1, "192.0.2.0/24", "192.0.2.1-192.0.2.9")};
  const std::vector hosts{host_link(1, {"192.0.2.1/24", "192.0.2.5/24"})};
  const Topology topology(networks, blocks, hosts, kAll);
  const ServedBlock& served = *topology.blocks().front();
  EXPECT_FALSE(topology.may_lease(served, v4("192.0.2.1")));
  EXPECT_TRUE(topology.may_lease(served, v4("192.0.2.2")));
  EXPECT_FALSE(topology.may_lease(served, v4("192.0.2.5")));
  EXPECT_TRUE(topology.may_lease(served, v4("192.0.2.9")));
  EXPECT_FALSE(topology.may_lease(served, v4("192.0.2.10")));
}

TEST(Topology, FindsRetiredBlocksButGivesThemNoLinkAndNoRoute) {
  const std::vector networks{network(1)};
  std::vector blocks{block(1, 1, "192.0.2.0/24"), block(2, 1, "192.0.2.128/25")};
  blocks[0].retired = true;
  const std::vector hosts{host_link(1, {"192.0.2.1/24"}), host_link(2, {"192.0.2.129/25"})};
  const Topology topology(networks, blocks, hosts, kAll);
  const ServedNetwork& served = *topology.networks().front();
  EXPECT_EQ(served.block_of(v4("192.0.2.7"))->id, store::BlockId{1});
  EXPECT_EQ(served.block_of(v4("192.0.2.200"))->id, store::BlockId{2}) << "the one in use first";
  EXPECT_EQ(served.block_of(v4("192.0.3.1")), nullptr);
  EXPECT_EQ(serving(topology, 1), "none");
  EXPECT_EQ(serving(topology, 2), "net1");
  EXPECT_EQ(name_of(topology.routed(v4("192.0.2.7"))), "none");
  EXPECT_EQ(served.blocks.back()->id, store::BlockId{1}) << "retired ones last";
}

TEST(Topology, FindsTheSmallestBlockAroundAnAddress) {
  const std::vector networks{network(1)};
  const std::vector blocks{block(1, 1, "10.0.0.0/8"), block(2, 1, "10.1.0.0/16"),
                           block(3, 1, "10.1.0.0/24"), block(4, 1, "10.2.0.0/16")};
  const Topology topology(networks, blocks, {}, kAll);
  const auto found = [&](std::string_view address) {
    const ServedBlock* held_by = topology.networks().front()->block_of(v4(address));
    return held_by == nullptr ? 0 : held_by->id.value;
  };
  EXPECT_EQ(found("10.0.255.255"), 1u);
  EXPECT_EQ(found("10.1.0.9"), 3u);
  EXPECT_EQ(found("10.1.1.9"), 2u);
  EXPECT_EQ(found("10.2.0.9"), 4u);
  EXPECT_EQ(found("10.3.0.0"), 1u) << "behind those within it";
  EXPECT_EQ(found("11.0.0.0"), 0u);
  EXPECT_EQ(found("9.255.255.255"), 0u);
}

TEST(Topology, PrefersANetworkInUseToARetiredOne) {
  std::vector networks{network(1, {"eth0"}), network(2, {"eth0"})};
  for (store::Network& each : networks) each.relays = {net::Address(v4("10.0.0.1"))};
  std::vector blocks{block(1, 1, "192.0.2.0/24"), block(2, 2, "192.0.2.0/24")};
  blocks[0].retired = true;
  const std::vector hosts{host_link(1, {"192.0.2.1/24"})};
  const Topology topology(networks, blocks, hosts, kAll);
  EXPECT_EQ(serving(topology, 1), "net2");
  EXPECT_EQ(name_of(topology.relayed(v4("10.0.0.1"))), "net2");
  EXPECT_EQ(name_of(topology.network(NetworkId{1})), "net1");
}

TEST(Topology, PrefersTheConfigurationToTheApiAndThenTheLowestId) {
  std::vector networks{network(1), network(2), network(3)};
  networks[0].managed_by = store::ManagedBy::kApi;
  const std::vector blocks{block(1, 1, "192.0.2.0/24"), block(2, 2, "192.0.2.0/24"),
                           block(3, 3, "192.0.2.0/24")};
  const std::vector hosts{host_link(1, {"192.0.2.1/24"})};
  const Topology topology(networks, blocks, hosts, kAll);
  EXPECT_EQ(serving(topology, 1), "net2");
  EXPECT_EQ(name_of(topology.relayed(v4("192.0.2.7"))), "net2");
  EXPECT_EQ(name_of(topology.routed(v4("192.0.2.7"))), "net2");
}

TEST(Topology, GivesANetworkOfNamedLinksNoneByAddress) {
  std::vector networks{network(1), network(2), network(3, {"eth1"})};
  for (store::Network& each : networks) each.named_links_only = true;
  networks[1].relays = {net::Address(v4("10.2.0.1"))};
  const std::vector blocks{block(1, 1, "10.1.0.0/24"), block(2, 2, "10.2.0.0/24"),
                           block(3, 3, "10.3.0.0/24")};
  const std::vector hosts{host_link(1, {"10.1.0.1/24"}), host_link(2, {"10.1.0.2/24"})};
  const Topology topology(networks, blocks, hosts, kAll);
  EXPECT_EQ(serving(topology, 1), "none");
  EXPECT_EQ(serving(topology, 2), "net3") << "by its name";
  EXPECT_EQ(name_of(topology.relayed(v4("10.1.0.9"))), "none");
  EXPECT_EQ(name_of(topology.relayed(v4("10.2.0.1"))), "net2") << "which it names";
  EXPECT_EQ(name_of(topology.relayed(v4("10.2.0.9"))), "none");
  EXPECT_EQ(name_of(topology.routed(v4("10.1.0.9"))), "none");
  EXPECT_EQ(name_of(topology.routed(v4("10.2.0.9"))), "net2") << "its clients renew past the relay";
}

TEST(Pool, LeavesOutDeniedOctets) {
  Pool pool{net::RangeSet(test::ranges("10.0.0.1-10.0.1.255")), {}};
  pool.denied.add(7);
  EXPECT_TRUE(pool.contains(v4("10.0.0.6")));
  EXPECT_FALSE(pool.contains(v4("10.0.0.7")));
  EXPECT_FALSE(pool.contains(v4("10.0.1.7")));
  EXPECT_FALSE(pool.contains(v4("10.0.2.6")));
  EXPECT_FALSE(pool.empty());
}

TEST(Pool, IsEmptyOnceAllOctetsAreDenied) {
  Pool pool{net::RangeSet(test::ranges("10.0.0.0-10.255.255.255")), {}};
  for (unsigned octet = 0; octet < 255; ++octet) pool.denied.add(static_cast<std::uint8_t>(octet));
  EXPECT_FALSE(pool.empty());
  pool.denied.add(255);
  EXPECT_TRUE(pool.empty());
  EXPECT_TRUE(Pool{}.empty());
}

TEST(OptionSet, FindsEachOptionByItsCode) {
  const OptionSet4 options({{6, {1, 2, 3, 4}}, {3, {9, 9}}, {252, {7}}});
  EXPECT_EQ(base::hex(options.find(3)), "0909");
  EXPECT_EQ(base::hex(options.find(6)), "01020304");
  EXPECT_EQ(base::hex(options.find(252)), "07");
  EXPECT_TRUE(options.find(4).empty());
  EXPECT_TRUE(options.find(255).empty());
  EXPECT_TRUE(OptionSet4().find(1).empty());
}

TEST(BlockOptions, ComeFromItsFieldsAndItsOwnTheMoreSpecificFirst) {
  std::vector networks{network(1)};
  networks[0].options = {{42, {1, 2, 3, 4}}};
  std::vector blocks{block(1, 1, "192.0.2.0/25")};
  blocks[0].gateway = net::Address(v4("192.0.2.1"));
  blocks[0].dns = {net::Address(v4("192.0.2.2")), net::Address(v4("192.0.2.3"))};
  blocks[0].mtu = 1450;
  blocks[0].options = {{15, {'b'}}};
  const Topology topology(networks, blocks, {}, kAll);
  const auto option = [&](std::uint8_t code) {
    return base::hex(topology.blocks().front()->options.find(code));
  };
  EXPECT_EQ(option(1), "ffffff80");
  EXPECT_EQ(option(3), "c0000201");
  EXPECT_EQ(option(6), "c0000202c0000203");
  EXPECT_EQ(option(15), "62");
  EXPECT_EQ(option(26), "05aa");
  EXPECT_EQ(option(28), "c000027f");
  EXPECT_EQ(option(42), "") << "the network's are looked for when a reply is written";
  EXPECT_EQ(option(121), "");
}

TEST(BlockOptions, OfAPointToPointBlockHaveNoBroadcastAddress) {
  const std::vector networks{network(1)};
  const std::vector blocks{block(1, 1, "192.0.2.0/31")};
  const Topology topology(networks, blocks, {}, kAll);
  const OptionSet4& options = topology.blocks().front()->options;
  EXPECT_TRUE(options.find(28).empty());
  EXPECT_EQ(base::hex(options.find(1)), "fffffffe");
}

}  // namespace
}  // namespace melange::dhcp
