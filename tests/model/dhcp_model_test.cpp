// SPDX-License-Identifier: Apache-2.0
//
// The whole server against a ledger of its promises: random packets of five clients on two networks
// of a few addresses, so that exhaustion, reuse and conflict are constant, with time, the sweeper,
// crashes, failing commits and changing reservations in between. RapidCheck prints the seed and the
// shortest sequence that fails; RC_PARAMS="seed=..." repeats it, RC_PARAMS="max_success=100000"
// goes on for hours.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <ostream>
#include <set>

#include "ledger.h"
#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"
#include "write_limit.h"

namespace melange::test {
namespace {

using wire::MessageType4;

enum class Act : std::uint8_t {
  kDiscover,
  kSelect,  // what was offered to the client last, or any address
  kSelectElsewhere,
  kReboot,
  kRenew,
  kRebind,
  kRelease,
  kDecline,
  kInform,
  kTime,
  kSweep,
  kCrash,
  kConfigure,
};
constexpr std::array<const char*, 13> kActNames{
    "discover", "select",  "select_elsewhere", "reboot", "renew",
    "rebind",   "release", "decline",          "inform", "time",
    "sweep",    "crash",   "configure"};

struct Command {
  Act act = Act::kDiscover;
  std::uint32_t network = 0;
  std::uint32_t client = 0;
  std::uint32_t host = 0;    // of the address; 0: the one that the client had last
  std::uint32_t number = 0;  // seconds, or the configuration
  std::uint32_t times = 1;   // in one turn
  bool commit_fails = false;
};

std::ostream& operator<<(std::ostream& out, const Command& c) {
  return out << base::cat(kActNames[static_cast<std::size_t>(c.act)], " network=", c.network,
                          " client=", c.client, " host=", c.host, " number=", c.number,
                          " times=", c.times, c.commit_fails ? " commit_fails" : "");
}

rc::Gen<Command> any_command() {
  using rc::gen::inRange;
  const auto act = rc::gen::weightedElement<Act>({{8, Act::kDiscover},
                                                  {8, Act::kSelect},
                                                  {1, Act::kSelectElsewhere},
                                                  {4, Act::kReboot},
                                                  {4, Act::kRenew},
                                                  {3, Act::kRebind},
                                                  {3, Act::kRelease},
                                                  {2, Act::kDecline},
                                                  {1, Act::kInform},
                                                  {4, Act::kTime},
                                                  {2, Act::kSweep},
                                                  {1, Act::kCrash},
                                                  {1, Act::kConfigure}});
  return rc::gen::build<Command>(
      rc::gen::set(&Command::act, act),
      rc::gen::set(&Command::network, inRange<std::uint32_t>(0, 2)),
      rc::gen::set(&Command::client, inRange<std::uint32_t>(1, 6)),
      rc::gen::set(&Command::host,
                   rc::gen::weightedOneOf<std::uint32_t>(
                       {{3, rc::gen::just(0u)}, {2, inRange<std::uint32_t>(1, 8)}})),
      rc::gen::set(&Command::number, inRange<std::uint32_t>(0, 1000)),
      rc::gen::set(&Command::times, rc::gen::weightedElement<std::uint32_t>({{4, 1u}, {1, 2u}})),
      rc::gen::set(&Command::commit_fails,
                   rc::gen::weightedElement<bool>({{15, false}, {1, true}})));
}

constexpr std::uint32_t kBases[]{0xc0000200u, 0xc6336400u};  // 192.0.2.0/29, 198.51.100.0/29

// Networks of which the bits of `number` say which reservations they have and which pool.
std::vector<config::Network> configuration(std::uint32_t number) {
  std::vector<config::Network> networks;
  for (std::uint32_t i = 0; i < 2; ++i) {
    config::Network network;
    network.id.value = base::cat("net", i + 1);
    network.interfaces = {base::cat("eth", i)};
    network.decline_time = base::Seconds{600};
    network.hold_time = base::Seconds{7200};
    config::Block& block = network.blocks.emplace_back();
    const net::Ipv4 base_address(kBases[i]);
    block.cidr.value = *net::Prefix::make(base_address, 29);
    block.lease_time.value = base::Seconds{1000};
    block.min_lease_time.value = base::Seconds{100};
    block.max_lease_time.value = base::Seconds{2000};
    const bool smaller = (number & 1) != 0;
    const net::Ipv4 last(kBases[i] + (smaller ? 4 : 6));
    block.pools.push_back({*net::Range::make(net::Ipv4(kBases[i] + 2), last), 0});
    if ((number & 2) != 0) {
      config::Reservation& reservation = network.reservations.emplace_back();
      reservation.mac.value = mac_of(1 + (number >> 2) % 5);
      reservation.addresses.push_back({net::Ipv4(kBases[i] + 2 + (number >> 5) % 5), 0});
    }
    networks.push_back(std::move(network));
  }
  return networks;
}

class World {
 public:
  World() : lab_(directory_.file("store")) {
    lab_.set_hosts({host_link(1, {"192.0.2.1/29"}), host_link(2, {"198.51.100.1/29"})});
    lab_.configure(configuration(0), now_);
  }

  void run(const Command& command) {
    switch (command.act) {
      case Act::kTime:
        now_ += base::Seconds{command.number * command.number / 100};
        return;
      case Act::kSweep:
        lab_.sweep(now_);
        return;
      case Act::kCrash:
        lab_.reopen();
        ledger_.offers_forgotten();
        return;
      case Act::kConfigure:
        lab_.configure(configuration(command.number), now_);
        ledger_.configuration_changed();
        return;
      default:
        exchange(command);
    }
  }

  // What is wrong with the store.
  std::string faults() {
    auto snapshot = lab_.store().snapshot();
    return ledger_.compare(snapshot->view(), now_);
  }

  // What is left when all leases, holds and probations are over.
  std::string remains() {
    now_ += base::Seconds{100000};
    for (int i = 0; i < 3; ++i) {
      lab_.sweep(now_);
      now_ += base::Seconds{100000};
    }
    auto snapshot = lab_.store().snapshot();
    const store::View view = snapshot->view();
    std::string out;
    for (const store::Block& block : view.blocks()) {
      const store::Usage usage = view.usage(block.id);
      const auto reserved = usage.of(store::AddressState::kReserved);
      if (usage.total() != reserved) out += dump(view);
      const net::RangeSet pool(block.dynamic);
      if (usage.free + reserved < pool.size()) out += "addresses are lost: " + dump(view);
    }
    return out;
  }

 private:
  net::Ipv4 address_of(const Command& command) const {
    if (command.host > 0) return net::Ipv4(kBases[command.network] + command.host);
    const auto at = last_.find({command.network, command.client});
    return at != last_.end() ? at->second : net::Ipv4(kBases[command.network] + 2);
  }

  static MessageType4 type_of(Act act) {
    switch (act) {
      case Act::kDiscover:
        return MessageType4::kDiscover;
      case Act::kRelease:
        return MessageType4::kRelease;
      case Act::kDecline:
        return MessageType4::kDecline;
      case Act::kInform:
        return MessageType4::kInform;
      default:
        return MessageType4::kRequest;
    }
  }

  Octets message(const Command& command) {
    TestMessage fields{.xid = ++xid_, .chaddr = mac_of(command.client)};
    const net::Ipv4 address = address_of(command);
    const net::Ipv4 us(kBases[command.network] + 1);
    const Act act = command.act;
    if (act == Act::kSelect) fields.options.push_back(option_u32(54, us.value()));
    if (act == Act::kSelectElsewhere) fields.options.push_back(option_u32(54, us.value() + 4));
    const bool in_ciaddr =
        act == Act::kRenew || act == Act::kRebind || act == Act::kRelease || act == Act::kInform;
    const bool named = act != Act::kDiscover || command.host > 0;
    if (in_ciaddr) {
      fields.ciaddr = address;
    } else if (named) {
      fields.options.push_back(option_u32(50, address.value()));
    }
    if (command.number % 4 == 0) fields.options.push_back(option_u32(51, command.number * 2));
    return make_message(type_of(act), fields);
  }

  void exchange(const Command& command) {
    std::vector<Octets> payloads;
    std::vector<wire::Datagram> datagrams;
    for (std::uint32_t i = 0; i < command.times; ++i) payloads.push_back(message(command));
    for (const Octets& payload : payloads) {
      wire::Datagram datagram;
      datagram.ifindex = static_cast<int>(command.network) + 1;
      const bool unicast = command.act == Act::kRenew || command.act == Act::kRelease;
      if (!unicast) datagram.source_mac = mac_of(command.client);
      if (unicast || command.act == Act::kInform) datagram.source = address_of(command);
      datagram.destination = unicast ? net::Ipv4(kBases[command.network] + 1) : net::kBroadcast;
      datagram.source_port = wire::kClientPort4;
      datagram.payload = payload;
      datagrams.push_back(datagram);
    }
    lab_.recorder().decisions.clear();
    {
      std::optional<WriteLimit> full;
      if (command.commit_fails) full.emplace(0);
      const auto done = lab_.receive(datagrams, now_);
      RC_ASSERT(done.has_value() || command.commit_fails);
    }
    settle(command);
  }

  void settle(const Command& command) {
    const auto sent = lab_.take_sent();
    const auto& decisions = lab_.recorder().decisions;
    RC_ASSERT(sent.size() <= decisions.size());
    std::set<std::uint32_t> left;
    for (const Sent& reply : sent) {
      base::ByteReader reader(reply.payload);
      reader.skip(4);
      RC_ASSERT(left.insert(reader.u32()).second);  // one answer for each question
    }
    for (const Recorder::Told& told : decisions) {
      const std::string wrong = ledger_.note(told, left.contains(told.xid), now_);
      if (!wrong.empty()) RC_FAIL(base::cat(wrong, ": ", told.query, " -> ", told.decision));
      const bool promised = told.lease_time && left.contains(told.xid);
      if (promised) last_[{command.network, command.client}] = told.yiaddr;
    }
  }

  TempDirectory directory_;
  Lab lab_;
  Ledger ledger_;
  base::Instant now_ = at(1'000'000);
  std::uint32_t xid_ = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, net::Ipv4> last_;  // of network and client
};

RC_GTEST_PROP(Server, KeepsItsPromisesWhateverHappens, ()) {
  const auto commands =
      *rc::gen::scale(5, rc::gen::container<std::vector<Command>>(any_command())).as("commands");
  World world;
  for (const Command& command : commands) {
    world.run(command);
    const std::string faults = world.faults();
    if (!faults.empty()) RC_FAIL(faults);
  }
  const std::string remains = world.remains();
  if (!remains.empty()) RC_FAIL(remains);
}

}  // namespace
}  // namespace melange::test
