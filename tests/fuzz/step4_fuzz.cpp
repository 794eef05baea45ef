// SPDX-License-Identifier: Apache-2.0
//
// Input: up to eight packets, each behind a header of four octets: how it came, how long after the
// one before, and its length. They go through the whole server (hostile.md F4): at most one reply
// for each, no longer than a packet, that can be read and answers that question; whatever is logged
// is printable; no address is promised twice, and each promise stands in the store.
#include <cstdlib>
#include <memory>

#include "demand.h"
#include "ledger.h"
#include "melange/base/limits.h"
#include "temp_directory.h"

namespace {

using namespace melange;
using fuzz::demand;
using test::Lab;
using test::Ledger;

constexpr std::size_t kPackets = 8;
constexpr base::Instant kStart{base::Seconds{1'700'000'000}};

constexpr std::uint8_t kUnicast = 1;     // through the kernel, else broadcast on a link
constexpr std::uint8_t kSecondLink = 2;  // of 198.51.100.0/29, which knows clients by option 61
constexpr std::uint8_t kRestart = 4;
constexpr std::uint8_t kSweep = 8;
constexpr std::uint8_t kFromCiaddr = 16;
constexpr std::uint8_t kFromServerPort = 32;

struct Packet {
  std::uint8_t flags = 0;
  base::Seconds after{};
  base::Bytes payload;
};

// Short files stay interesting when they are cut: what is missing of a length is what there is.
Packet read_packet(base::ByteReader& in) {
  Packet packet;
  packet.flags = in.u8();
  const unsigned after = in.u8();
  packet.after = base::Seconds{after * after};
  const std::size_t length = in.u16();
  packet.payload = in.take(std::min(length, in.remaining()));
  return packet;
}

config::Network network(std::string id, const char* cidr, const char* pool) {
  config::Network made;
  made.id.value = std::move(id);
  config::Block& block = made.blocks.emplace_back();
  block.cidr.value = *net::Prefix::parse(cidr);
  block.gateway.value = block.cidr.value->network().next().v4();
  block.dns = {*block.gateway.value};
  block.pools.push_back({*net::Range::parse(pool), 0});
  block.min_lease_time.value = base::Seconds{60};
  block.max_lease_time.value = base::kInfinite;
  block.routes.push_back({*net::Prefix::parse("10.0.0.0/8"), *block.gateway.value});
  block.options[224] = std::vector<std::uint8_t>(300, 1);
  return made;
}

std::vector<config::Network> networks() {
  std::vector<config::Network> all{network("net1", "192.0.2.0/29", "192.0.2.2-192.0.2.5"),
                                   network("net2", "198.51.100.0/29", "198.51.100.2-198.51.100.4")};
  all[1].identity = config::IdentityPolicy::kClientId;
  all[1].trust_relay_information = true;
  all[1].rapid_commit = true;
  all[0].bootp = true;
  all[0].options[15] = {'l', 'a', 'b'};
  all[0].force.codes = {15, 42};
  config::Reservation& reservation = all[0].reservations.emplace_back();
  reservation.mac.value = test::mac_of(7);
  reservation.addresses.push_back({*net::Ipv4::parse("192.0.2.6"), 0});
  reservation.hostname = "web1";
  reservation.options[42] = {192, 0, 2, 7};
  reservation.boot.file = std::string(200, 'f');
  return all;
}

// Classes that change what a client gets, and none whether it is served: the ledger knows leases,
// not who may have them.
config::Config globals() {
  config::Config config;
  config.dhcp.options[43] = std::vector<std::uint8_t>(260, 2);
  config.dhcp.boot.server_name = "boot";
  config::Class& phones = config.classes.emplace_back();
  phones.name.value = "phones";
  phones.match.vendor_class.push_back({{'p', 'h', 'o', 'n', 'e'}, true});
  phones.match.user_class.push_back({{'i', 'P', 'X', 'E'}, false});
  phones.lease_time = base::Seconds{600};
  phones.options[108] = {0, 0, 1, 44};
  phones.options[116] = {0};
  phones.force.codes = {43};
  config::Class& relayed = config.classes.emplace_back();
  relayed.name.value = "relayed";
  relayed.match.circuit_id.push_back({{}, true});
  relayed.match.vendor_enterprise = {4491};
  relayed.boot.file = "pxelinux.0";
  config::Class& http = config.classes.emplace_back();
  http.name.value = "http";
  http.match.vendor_class.push_back({{'H', 'T', 'T', 'P', 'C', 'l', 'i', 'e', 'n', 't'}, true});
  http.match.arch = {0, 16};
  http.boot.file = "http://192.0.2.1/boot.efi";
  http.options[12] = {'h'};
  return config;
}

class Server {
 public:
  Server() : lab_(directory_.file("store")) {
    lab_.set_hosts({test::host_link(1, {"192.0.2.1/29"}), test::host_link(2, {"198.51.100.1/29"})});
    lab_.set_globals(dhcp::compile(globals()));
    lab_.configure(networks(), kStart);
  }

  void run(base::ByteReader in) {
    forget();
    Ledger ledger;
    base::Instant now = kStart;
    for (std::size_t i = 0; i < kPackets && !in.empty(); ++i) {
      const Packet packet = read_packet(in);
      now += packet.after;
      if ((packet.flags & kSweep) != 0) lab_.sweep(now);
      if ((packet.flags & kRestart) != 0) {
        lab_.restart_turn();
        ledger.offers_forgotten();
      }
      step(packet, ledger, now);
    }
  }

 private:
  // Everything that the input before has left.
  void forget() {
    store::Changes changes;
    {
      auto snapshot = lab_.store().snapshot();
      const store::View view = snapshot->view();
      for (const store::Block& block : view.blocks()) {
        view.scan(block.id, block.cidr.network(), [&](const store::AddressRecord& record) {
          changes.push_back(store::EraseAddress{record.key});
          return true;
        });
      }
    }
    demand(lab_.turn().apply(changes, "sweeper", kStart).has_value(), "the store can be emptied");
    lab_.restart_turn();
    lab_.configure(networks(), kStart);
    lab_.take_sent();
  }

  wire::Datagram datagram_of(const Packet& packet, base::Bytes payload) {
    wire::Datagram datagram;
    const bool second = (packet.flags & kSecondLink) != 0;
    const bool unicast = (packet.flags & kUnicast) != 0;
    datagram.ifindex = second ? 2 : 1;
    if (!unicast) datagram.source_mac = test::mac_of(1);
    base::ByteReader header(payload);
    header.skip(12);
    const net::Ipv4 ciaddr(header.u32());
    if ((packet.flags & kFromCiaddr) != 0) datagram.source = ciaddr;
    const auto us = net::Ipv4::parse(second ? "198.51.100.1" : "192.0.2.1");
    datagram.destination = unicast ? *us : net::kBroadcast;
    const bool server = (packet.flags & kFromServerPort) != 0;
    datagram.source_port = server ? wire::kServerPort4 : wire::kClientPort4;
    datagram.destination_port = wire::kServerPort4;
    datagram.payload = payload;
    return datagram;
  }

  void step(const Packet& packet, Ledger& ledger, base::Instant now) {
    const auto payload = fuzz::exact_copy(packet.payload.data(), packet.payload.size());
    const wire::Datagram datagram = datagram_of(packet, payload);
    lab_.recorder().decisions.clear();
    demand(lab_.receive(std::span(&datagram, 1), now).has_value(), "the turn succeeds");
    const auto& decisions = lab_.recorder().decisions;
    demand(decisions.size() == 1, "one packet, one decision");
    demand(fuzz::printable(decisions[0].query), "the query's text is printable");
    demand(fuzz::printable(decisions[0].decision), "the decision's text is printable");
    const auto sent = lab_.take_sent();
    demand(sent.size() <= 1, "one packet, at most one reply");
    if (!sent.empty()) check_reply(payload, datagram, sent[0]);
    const std::string wrong = ledger.note(decisions[0], !sent.empty(), now);
    demand(wrong.empty(), wrong.c_str());
    auto snapshot = lab_.store().snapshot();
    const std::string missing = ledger.compare(snapshot->view(), now);
    demand(missing.empty(), missing.c_str());
  }

  void check_reply(base::Bytes question, const wire::Datagram& datagram, const test::Sent& sent) {
    demand(sent.payload.size() + 28 <= base::limits::kReplySize, "a reply is one packet");
    demand(sent.payload.size() >= wire::kBootpSize, "a reply has 300 octets");
    demand(sent.ifindex == 0 || sent.ifindex == datagram.ifindex, "the link that it came from");
    demand(!asked_.read(question), "only what can be read is answered");
    demand(!reply_.read(sent.payload), "a reply can be read");
    demand(reply_.header().op == wire::kBootReply, "a reply is a reply");
    demand(reply_.header().xid == asked_.header().xid, "xid is echoed");
    demand(reply_.header().chaddr == asked_.header().chaddr, "chaddr is echoed");
    demand(reply_.header().giaddr == asked_.header().giaddr, "giaddr is echoed");
    demand(base::equal(reply_.option(61), asked_.option(61)), "option 61 is echoed");
    // The second link's clients may speak of circuits themselves.
    const bool trusted = datagram.source_mac.has_value() && datagram.ifindex == 2;
    const bool relayed = !asked_.header().giaddr.is_unspecified() || trusted;
    demand(relayed || !reply_.has(82), "option 82 only for relays");
    if (relayed) demand(base::equal(reply_.option(82), asked_.option(82)), "82 is echoed");
    demand(fuzz::printable(text(reply_)), "the reply's text is printable");
  }

  test::TempDirectory directory_;
  Lab lab_;
  wire::Message4 asked_;
  wire::Message4 reply_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Whether a disk keeps it is not asked here: in memory there are more runs.
  [[maybe_unused]] static const int in_memory = setenv("TMPDIR", "/dev/shm", 0);
  static const auto server = std::make_unique<Server>();
  server->run(base::ByteReader(base::Bytes(data, size)));
  return 0;
}
