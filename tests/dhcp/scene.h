// SPDX-License-Identifier: Apache-2.0
//
// A server's knowledge for the tests of one decision: a store with one network (block 1 is
// 192.0.2.0/24 with the pool .100-.103), a link eth0 with 192.0.2.1, offers, and a packet.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lab.h"
#include "melange/dhcp/decide4.h"
#include "packets.h"
#include "records.h"
#include "scene4.h"
#include "temp_directory.h"

namespace melange::test {

class Scene {
 public:
  Scene() {
    network_.interfaces = {"eth0"};
    commit(store_, {store::PutNetwork{network_}, store::PutBlock{block_}});
    compile();
  }

  void put(const store::AddressRecord& record) { commit(store_, {store::PutAddress{record}}); }
  void put(const store::Block& block) {
    block_ = block;
    commit(store_, {store::PutBlock{block}});
    compile();
  }
  void put(const store::Network& network) {
    network_ = network;
    commit(store_, {store::PutNetwork{network}});
    compile();
  }
  const store::Block& block() const { return block_; }
  const store::Network& network() const { return network_; }
  dhcp::Offers& offers() { return offers_; }
  const dhcp::ServedBlock& served() const { return *topology_->networks().front()->blocks.front(); }

  // The packet that the questions below are about; it came broadcast on eth0, or by unicast.
  void ask(wire::MessageType4 type, const TestMessage& fields = {}, bool unicast = false) {
    payload_ = make_message(type, fields);
    datagram_ = {};
    datagram_.ifindex = 1;
    datagram_.source = fields.ciaddr;
    datagram_.destination = unicast ? *net::Ipv4::parse("192.0.2.1") : net::kBroadcast;
    if (!unicast) datagram_.source_mac = fields.chaddr;
    datagram_.source_port = wire::kClientPort4;
    datagram_.payload = payload_;
    if (message_->read(payload_)) throw std::invalid_argument("unreadable");
    const auto query = dhcp::read_query(*message_, datagram_);
    if (!query) throw std::invalid_argument(std::string(text(query.error())));
    query_ = *query;
  }
  const dhcp::Query4& query() const { return *query_; }
  void set_destination(net::Ipv4 address) { datagram_.destination = address; }

  dhcp::Decision4 decide(base::Instant now) {
    auto snapshot = store_.snapshot();
    return dhcp::decide(*query_, snapshot->view(), *topology_, offers_, {}, now);
  }
  // Calls `look` with the scene as `decide` sees it.
  template <class Look>
  auto look(base::Instant now, const Look& look_at) {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    const auto place = dhcp::find_place(*query_, *topology_);
    const auto* const relay = query_->relay ? &*query_->relay : nullptr;
    const auto identities = dhcp::identify(*query_, relay, *place->network);
    const dhcp::Scene4 scene{*query_,
                             view,
                             *topology_,
                             offers_,
                             limits_,
                             now,
                             *place,
                             identities,
                             dhcp::addresses_of(view, kLab, identities),
                             {}};
    return look_at(scene);
  }

 private:
  void compile() {
    static const std::vector<std::string> all{"*"};
    topology_ = std::make_unique<dhcp::Topology>(std::span(&network_, 1), std::span(&block_, 1),
                                                 hosts_, all);
  }

  TempDirectory directory_;
  store::Store store_ = open(directory_.file("store"));
  store::Network network_ = test::network();
  store::Block block_ = test::block(1, "192.0.2.0/24", "192.0.2.100-192.0.2.103");
  std::vector<net::HostLink> hosts_{host_link(1, {"192.0.2.1/24"})};
  std::unique_ptr<dhcp::Topology> topology_;
  dhcp::Offers offers_{64};
  dhcp::Limits4 limits_;
  Octets payload_;
  wire::Datagram datagram_;
  std::unique_ptr<wire::Message4> message_ = std::make_unique<wire::Message4>();
  std::optional<dhcp::Query4> query_;
};

// "192.0.2.100" and so on.
inline store::AddressKey pool_key(std::uint32_t last) {
  return {store::BlockId{1}, net::Ipv4(0xc0000200u + last)};
}
inline net::Ipv4 pool_address(std::uint32_t last) { return net::Ipv4(0xc0000200u + last); }

}  // namespace melange::test
