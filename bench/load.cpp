// SPDX-License-Identifier: Apache-2.0
//
// melange-load: a DHCPv4 load generator. Closed loop: a window of clients, each with a MAC of its
// own, does DISCOVER, OFFER, REQUEST, ACK through a packet socket, in batches; when one is done the
// next begins. It checks what it gets: no address acknowledged to two clients. Prints one line of
// figures, and, with --record, a line "MAC address" for every ACK as it arrives.
//
//   melange-load --interface veth-c --clients 100000 --window 128 [--record FILE]
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/io/clock.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/frame.h"
#include "melange/wire/options4.h"

namespace {

namespace code = melange::wire::option4;
using melange::base::ByteReader;
using melange::base::Bytes;
using melange::base::MutableBytes;
using melange::base::Nanos;
using melange::net::Ipv4;
using melange::net::Mac;
using melange::wire::Message4;
using melange::wire::MessageType4;

constexpr std::size_t kBatch = 64;
constexpr std::size_t kSlot = 2048;
constexpr Nanos kRetransmit = std::chrono::seconds(1);
constexpr Nanos kPatience = std::chrono::seconds(10);

struct Settings {
  std::string interface;
  std::string record;
  std::uint32_t clients = 10000;
  std::uint32_t window = 128;
  std::uint32_t first = 1;
};

// A packet socket that sends and receives in batches.
class PacketSocket {
 public:
  bool open(const std::string& interface) {
    fd_ = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_IP);
    address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    const int size = 8 << 20;
    const int on = 1;
    const void* generic = &address;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_[i] = {in_slots_[i].data(), kSlot};
      received_[i].msg_hdr.msg_iov = &in_[i];
      received_[i].msg_hdr.msg_iovlen = 1;
      sending_[i].msg_hdr.msg_iov = &out_[i];
      sending_[i].msg_hdr.msg_iovlen = 1;
    }
    return fd_ >= 0 && address.sll_ifindex != 0 &&
           bind(fd_, static_cast<const sockaddr*>(generic), sizeof address) == 0;
  }
  ~PacketSocket() {
    if (fd_ >= 0) close(fd_);
  }

  // A slot to put a frame in; `queue` says how long it became.
  MutableBytes slot() { return out_slots_[queued_]; }
  void queue(std::size_t size) {
    out_[queued_] = {out_slots_[queued_].data(), size};
    if (++queued_ == kBatch) flush();
  }
  void flush() {
    for (std::size_t sent = 0; sent < queued_;) {
      const int n = sendmmsg(fd_, &sending_[sent], static_cast<unsigned>(queued_ - sent), 0);
      if (n <= 0) break;  // lost, as on any wire: it is sent again when its time is up
      sent += static_cast<std::size_t>(n);
    }
    queued_ = 0;
  }
  template <class Handle>
  void receive(int timeout_ms, const Handle& handle) {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, timeout_ms) <= 0) return;
    const int n = recvmmsg(fd_, received_.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      handle(Bytes(in_slots_[at]).first(received_[at].msg_len));
    }
  }

 private:
  int fd_ = -1;
  std::size_t queued_ = 0;
  std::array<std::array<std::uint8_t, kSlot>, kBatch> in_slots_{};
  std::array<std::array<std::uint8_t, kSlot>, kBatch> out_slots_{};
  std::array<iovec, kBatch> in_{};
  std::array<iovec, kBatch> out_{};
  std::array<mmsghdr, kBatch> received_{};
  std::array<mmsghdr, kBatch> sending_{};
};

struct Client {
  Nanos begun{};
  Nanos sent{};
  Ipv4 offered;
  Ipv4 server;
  bool requesting = false;
};

Mac mac_of(std::uint32_t number) {
  return Mac({0x02, 0x10, static_cast<std::uint8_t>(number >> 24),
              static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
              static_cast<std::uint8_t>(number)});
}

class Load {
 public:
  explicit Load(const Settings& settings) : settings_(settings) {}
  int run();

 private:
  void begin_next();
  void send(std::uint32_t number, Client& client);
  void take(Bytes frame);
  void acknowledge(std::uint32_t number, Ipv4 address);
  void send_again();
  int report(Nanos elapsed);

  Settings settings_;
  PacketSocket socket_;
  Message4 message_;
  std::ofstream record_;
  std::unordered_map<std::uint32_t, Client> active_;
  std::uint32_t begun_ = 0;
  std::uint32_t done_ = 0;
  std::uint32_t naks_ = 0;
  std::uint32_t again_ = 0;
  std::uint32_t doubled_ = 0;
  Nanos last_progress_{};
  std::vector<Nanos> latencies_;
  std::unordered_map<std::uint32_t, std::uint32_t> owners_;  // address -> client
};

void Load::begin_next() {
  const std::uint32_t number = settings_.first + begun_++;
  Client& client = active_[number];
  client.begun = melange::io::monotonic();
  send(number, client);
}

void Load::send(std::uint32_t number, Client& client) {
  client.sent = melange::io::monotonic();
  melange::wire::MessagePlan4 plan;
  plan.header.op = melange::wire::kBootRequest;
  plan.header.htype = melange::wire::kEthernet;
  plan.header.hlen = 6;
  plan.header.xid = number;
  const Mac mac = mac_of(number);
  std::ranges::copy(mac.bytes(), plan.header.chaddr.begin());
  const auto type = static_cast<std::uint8_t>(client.requesting ? MessageType4::kRequest
                                                                : MessageType4::kDiscover);
  const auto requested = client.offered.octets();
  const auto server = client.server.octets();
  constexpr std::array<std::uint8_t, 4> kAsked{1, 3, 6, 51};
  const std::array<melange::wire::OptionToSend, 4> options{
      {{code::kMessageType, {&type, 1}, true},
       {code::kParameterRequestList, kAsked, true},
       {code::kRequestedAddress, requested, true},
       {code::kServerId, server, true}}};
  plan.options = std::span(options).first(client.requesting ? 4 : 2);
  const MutableBytes slot = socket_.slot();
  const std::size_t size =
      melange::wire::build_message(plan, slot.subspan(melange::wire::kFrameOverhead));
  const std::size_t total = size + melange::wire::kFrameOverhead;
  melange::wire::put_frame_headers(slot.first(total), {mac, melange::net::kBroadcastMac, Ipv4{},
                                                       melange::net::kBroadcast, 68, 67});
  socket_.queue(total);
}

void Load::take(Bytes frame) {
  const auto datagram = melange::wire::parse_frame(frame, melange::wire::Checksum::kPartial, 0);
  if (!datagram || datagram->destination_port != 68 || message_.read(datagram->payload)) return;
  const auto at = active_.find(message_.header().xid);
  const Bytes type = message_.option(code::kMessageType);
  if (at == active_.end() || type.size() != 1) return;
  Client& client = at->second;
  switch (static_cast<MessageType4>(type.front())) {
    case MessageType4::kOffer:
      if (client.requesting) return;
      client.requesting = true;
      client.offered = message_.header().yiaddr;
      client.server = Ipv4(ByteReader(message_.option(code::kServerId)).u32());
      send(at->first, client);
      return;
    case MessageType4::kAck:
      acknowledge(at->first, message_.header().yiaddr);
      return;
    case MessageType4::kNak:
      ++naks_;
      client.requesting = false;
      return;
    default:
      return;
  }
}

void Load::acknowledge(std::uint32_t number, Ipv4 address) {
  last_progress_ = melange::io::monotonic();
  latencies_.push_back(last_progress_ - active_[number].begun);
  active_.erase(number);
  ++done_;
  if (!owners_.emplace(address.value(), number).second) ++doubled_;
  if (record_.is_open()) {
    record_ << text(mac_of(number)) << ' ' << text(address) << '\n' << std::flush;
  }
  if (begun_ < settings_.clients) begin_next();
}

void Load::send_again() {
  const Nanos now = melange::io::monotonic();
  for (auto& [number, client] : active_) {
    if (now - client.sent < kRetransmit) continue;
    ++again_;
    send(number, client);
  }
}

int Load::run() {
  if (!socket_.open(settings_.interface)) {
    std::perror(("melange-load: cannot open " + settings_.interface).c_str());
    return 2;
  }
  if (!settings_.record.empty()) record_.open(settings_.record);
  latencies_.reserve(settings_.clients);
  owners_.reserve(settings_.clients);
  const Nanos start = melange::io::monotonic();
  Nanos next_check = start + kRetransmit;
  last_progress_ = start;
  while (begun_ < std::min(settings_.window, settings_.clients)) begin_next();
  while (!active_.empty()) {
    socket_.flush();
    socket_.receive(100, [this](Bytes frame) { take(frame); });
    const Nanos now = melange::io::monotonic();
    if (now - last_progress_ > kPatience) break;
    if (now < next_check) continue;
    send_again();
    next_check = now + kRetransmit;
  }
  return report(last_progress_ - start);
}

int Load::report(Nanos elapsed) {
  std::ranges::sort(latencies_);
  const auto percentile_us = [&](std::size_t percent) {
    if (latencies_.empty()) return 0.0;
    const std::size_t at = std::min(latencies_.size() - 1, latencies_.size() * percent / 100);
    return static_cast<double>(latencies_[at].count()) / 1e3;
  };
  const double seconds = static_cast<double>(elapsed.count()) / 1e9;
  std::printf(
      "%u DORA in %.2f s: %.0f/s, p50 %.0f us, p99 %.0f us, sent again %u, NAK %u, doubled %u, "
      "unanswered %zu\n",
      done_, seconds, seconds > 0 ? done_ / seconds : 0.0, percentile_us(50), percentile_us(99),
      again_, naks_, doubled_, active_.size());
  return doubled_ == 0 && active_.empty() ? 0 : 1;
}

bool parse_number(const char* text, std::uint32_t& value) {
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, value).ptr == end;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  bool good = argc % 2 == 1;
  for (int i = 1; good && i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--interface") {
      settings.interface = argv[i + 1];
    } else if (name == "--record") {
      settings.record = argv[i + 1];
    } else if (name == "--clients") {
      good = parse_number(argv[i + 1], settings.clients);
    } else if (name == "--window") {
      good = parse_number(argv[i + 1], settings.window);
    } else if (name == "--first") {
      good = parse_number(argv[i + 1], settings.first);
    } else {
      good = false;
    }
  }
  if (!good || settings.interface.empty()) {
    std::fputs(
        "usage: melange-load --interface NAME [--clients N] [--window N] [--first N] [--record "
        "FILE]\n",
        stderr);
    return 2;
  }
  static Load load(settings);
  return load.run();
}
