// SPDX-License-Identifier: Apache-2.0
//
// A whole server but for its sockets: a real store in a directory, the turn, and links that keep
// what is sent on them. What cannot be set up is thrown, which GoogleTest reports as the test's
// failure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/config/config.h"
#include "melange/daemon/turn.h"
#include "melange/net/host_link.h"
#include "packets.h"

namespace melange::test {

// One reply as it left: a frame whose headers were read back, or a datagram of the UDP socket.
struct Sent {
  int ifindex = 0;  // 0: by the UDP socket
  wire::FrameAddresses addresses{};
  Octets payload{};
};

// A link that keeps what is sent. It may be told to fail, as one whose interface is down.
class KeepingLink final : public io::Link {
 public:
  KeepingLink(int ifindex, std::vector<Sent>& kept) : ifindex_(ifindex), kept_(&kept) {}
  int descriptor() const override { return -1; }
  base::Status receive(io::Batch&) override { return {}; }
  std::size_t send(std::span<const io::Outgoing> packets) override;
  void set_down(bool down) { down_ = down; }

 private:
  int ifindex_;
  std::vector<Sent>* kept_;
  bool down_ = false;
};

// What the turn told.
class Recorder final : public daemon::Observer {
 public:
  struct Told {
    dhcp::Reason reason = dhcp::Reason::kMalformed;
    std::string query;  // empty if the packet has no meaning
    std::string decision;
    std::size_t changes = 0;  // to the store
    std::optional<dhcp::Intent4> intent;
    std::uint32_t xid = 0;
    store::NetworkId network;
    wire::Identity identity;
    net::Ipv4 subject;  // the address that the packet is about
    std::optional<wire::MessageType4> reply;
    net::Ipv4 yiaddr;
    std::optional<base::Seconds> lease_time;
    std::vector<std::string> classes;  // of the client, where there is a reply
  };

  explicit Recorder(const std::vector<Sent>& sent) : sent_(&sent) {}
  void decided(const wire::Datagram& datagram, const dhcp::Query4* query,
               const dhcp::Decision4& decision) override;
  void damaged(const base::Error& error) override { damages.push_back(error.message); }
  void committed(bool durable) override;

  std::vector<Told> decisions;
  std::vector<std::string> damages;
  std::vector<bool> commits;
  std::vector<std::size_t> sent_at_commit;  // replies that had left when the commit ended

 private:
  const std::vector<Sent>* sent_;
};

class Lab {
 public:
  // The store in the directory `path` is opened, or made.
  explicit Lab(std::string path, const store::Options& options = {});

  // The host's links; all of Ethernet kind are served. To be said before `configure`.
  void set_hosts(std::vector<net::HostLink> hosts);
  // What the configuration says of all networks. To be said before `configure`.
  void set_globals(dhcp::Globals4 globals);
  // Makes the store's networks those of the configuration, as a start or a reload does.
  void configure(const std::vector<config::Network>& networks, base::Instant now);
  // Commits the changes in the name of `actor`; the topology follows.
  void apply(const store::Changes& changes, std::string_view actor, base::Instant now);
  void set_limits(const dhcp::Limits4& limits);
  // The store and the turn anew, as after a crash; the links stay.
  void reopen();
  // The first half of that: until `reopen` there is no store.
  void close();
  // The turn alone anew: its offers are forgotten.
  void restart_turn();
  // One turn. The payloads of `datagrams` must live until it returns.
  base::Status receive(std::span<const wire::Datagram> datagrams, base::Instant now);
  // The sweeper's whole pass; how many changes it made.
  std::size_t sweep(base::Instant now);

  store::Store& store() { return *store_; }
  daemon::Turn& turn() { return *turn_; }
  Recorder& recorder() { return recorder_; }
  KeepingLink& link(int ifindex) { return *raw_.at(ifindex); }  // 0: the UDP socket
  // What was sent since the last call.
  std::vector<Sent> take_sent();
  const std::vector<net::HostLink>& hosts() const { return hosts_; }

 private:
  void open();
  void compile();

  std::string path_;
  store::Options options_;
  dhcp::Limits4 limits_;
  std::shared_ptr<const dhcp::Globals4> globals_ = std::make_shared<const dhcp::Globals4>();
  std::vector<net::HostLink> hosts_;
  std::vector<Sent> sent_;
  Recorder recorder_{sent_};
  std::map<int, std::unique_ptr<KeepingLink>> raw_;
  daemon::Ports ports_;
  std::optional<store::Store> store_;
  std::unique_ptr<daemon::Turn> turn_;
  std::unique_ptr<io::Batch> batch_ = std::make_unique<io::Batch>();
};

// A link "eth0", "eth1" ... of that index, with these addresses ("192.0.2.1/24").
net::HostLink host_link(int ifindex, std::initializer_list<std::string_view> addresses);

}  // namespace melange::test
