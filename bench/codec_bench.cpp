// SPDX-License-Identifier: Apache-2.0
//
// What reading and writing the four messages of a new lease costs, and the frame around them. The
// codec alone: no decision, no store. Target: parsing and building all four in under 2 us.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "melange/wire/dhcp4.h"
#include "melange/wire/frame.h"
#include "melange/wire/options4.h"
#include "packets.h"

namespace {

using namespace melange;
using test::Octets;
using test::TestMessage;
using wire::MessageType4;

constexpr std::string_view kRequestList = "\x01\x1c\x02\x03\x0f\x06\x0c\x1a\x79\x2a";

Octets discover() {
  TestMessage fields{.xid = 0x12345678};
  fields.options = {test::option_u16(57, 1500), test::option_text(55, kRequestList),
                    test::option_text(12, "web1"), test::option(61, {1, 2, 0, 0, 0, 0, 1})};
  return test::make_message(MessageType4::kDiscover, fields);
}

Octets request() {
  TestMessage fields{.xid = 0x12345678};
  fields.options = {test::option_address(50, "192.0.2.100"),
                    test::option_address(54, "192.0.2.1"),
                    test::option_u16(57, 1500),
                    test::option_text(55, kRequestList),
                    test::option_text(12, "web1"),
                    test::option(61, {1, 2, 0, 0, 0, 0, 1})};
  return test::make_message(MessageType4::kRequest, fields);
}

// What a server answers with: twelve options, as a block with DNS, MTU and a route has.
std::vector<test::TestOption> reply_options(MessageType4 type) {
  return {test::option(53, {static_cast<std::uint8_t>(type)}),
          test::option_address(54, "192.0.2.1"),
          test::option_u32(51, 3600),
          test::option_u32(58, 1800),
          test::option_u32(59, 3150),
          test::option_u32(1, 0xffffff00),
          test::option(121, {32, 169, 254, 169, 254, 192, 0, 2, 1, 0, 192, 0, 2, 1}),
          test::option(6, {192, 0, 2, 1, 1, 1, 1, 1}),
          test::option_text(15, "lab.example"),
          test::option_address(28, "192.0.2.255"),
          test::option_u16(26, 1450),
          test::option(61, {1, 2, 0, 0, 0, 0, 1})};
}

class Reply {
 public:
  explicit Reply(MessageType4 type) : values_(reply_options(type)) {
    for (const test::TestOption& option : values_) options_.push_back({option.code, option.value});
    plan_.header.op = wire::kBootReply;
    plan_.header.htype = wire::kEthernet;
    plan_.header.hlen = 6;
    plan_.header.xid = 0x12345678;
    plan_.header.yiaddr = net::Ipv4(0xc0000264);
    plan_.options = options_;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  wire::MessagePlan4& plan() { return plan_; }

 private:
  std::vector<test::TestOption> values_;
  std::vector<wire::OptionToSend> options_;
  wire::MessagePlan4 plan_;
};

Octets built(MessageType4 type) {
  Octets out(1500);
  Reply reply(type);
  out.resize(wire::build_message(reply.plan(), out));
  return out;
}

void parse(benchmark::State& state, const Octets& message) {
  wire::Message4 read;
  for (auto _ : state) {
    benchmark::DoNotOptimize(read.read(message));
    benchmark::ClobberMemory();
  }
}

void build(benchmark::State& state, MessageType4 type, std::size_t max_size = 576 - 28) {
  std::array<std::uint8_t, 1500> out;
  Reply reply(type);
  reply.plan().max_size = max_size;
  for (auto _ : state) {
    benchmark::DoNotOptimize(wire::build_message(reply.plan(), out));
    benchmark::ClobberMemory();
  }
}

void BM_ParseDiscover(benchmark::State& state) { parse(state, discover()); }
void BM_ParseOffer(benchmark::State& state) { parse(state, built(MessageType4::kOffer)); }
void BM_ParseRequest(benchmark::State& state) { parse(state, request()); }
void BM_ParseAck(benchmark::State& state) { parse(state, built(MessageType4::kAck)); }
void BM_BuildOffer(benchmark::State& state) { build(state, MessageType4::kOffer); }
void BM_BuildAck(benchmark::State& state) { build(state, MessageType4::kAck); }
void BM_BuildAckOverloaded(benchmark::State& state) { build(state, MessageType4::kAck, 320); }
BENCHMARK(BM_ParseDiscover);
BENCHMARK(BM_ParseOffer);
BENCHMARK(BM_ParseRequest);
BENCHMARK(BM_ParseAck);
BENCHMARK(BM_BuildOffer);
BENCHMARK(BM_BuildAck);
BENCHMARK(BM_BuildAckOverloaded);

// The server's part of a new lease: two messages read, two written.
void BM_ServeFourMessages(benchmark::State& state) {
  const Octets messages[] = {discover(), request()};
  Reply replies[] = {Reply(MessageType4::kOffer), Reply(MessageType4::kAck)};
  std::array<std::uint8_t, 1500> out;
  wire::Message4 read;
  for (auto _ : state) {
    for (std::size_t i = 0; i < 2; ++i) {
      benchmark::DoNotOptimize(read.read(messages[i]));
      benchmark::DoNotOptimize(wire::build_message(replies[i].plan(), out));
    }
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_ServeFourMessages);

// The same with all four read, as a client or a relay would besides.
void BM_ParseAndBuildFourMessages(benchmark::State& state) {
  const Octets messages[] = {discover(), built(MessageType4::kOffer), request(),
                             built(MessageType4::kAck)};
  Reply replies[] = {Reply(MessageType4::kDiscover), Reply(MessageType4::kOffer),
                     Reply(MessageType4::kRequest), Reply(MessageType4::kAck)};
  std::array<std::uint8_t, 1500> out;
  wire::Message4 read;
  for (auto _ : state) {
    for (std::size_t i = 0; i < 4; ++i) {
      benchmark::DoNotOptimize(read.read(messages[i]));
      benchmark::DoNotOptimize(wire::build_message(replies[i].plan(), out));
    }
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_ParseAndBuildFourMessages);

void BM_ParseFrame(benchmark::State& state) {
  const Octets frame = test::frame_of(discover());
  for (auto _ : state) {
    benchmark::DoNotOptimize(wire::parse_frame(frame, wire::Checksum::kComplete, 1));
  }
}
BENCHMARK(BM_ParseFrame);

void BM_PutFrameHeaders(benchmark::State& state) {
  Octets frame = test::frame_of(discover());
  const wire::FrameAddresses addresses = test::client_addresses();
  for (auto _ : state) {
    wire::put_frame_headers(frame, addresses);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_PutFrameHeaders);

}  // namespace

BENCHMARK_MAIN();
