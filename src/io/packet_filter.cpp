// SPDX-License-Identifier: Apache-2.0
#include "packet_filter.h"

#include <linux/bpf_common.h>
#include <pcap/pcap.h>

#include <array>
#include <string>

#include "melange/base/text.h"
#include "pcap_handle.h"

namespace melange::io {
namespace {

// Only the first fragment of a datagram has ports, and it passes, to be refused and counted; the
// others do not. The second half is for what still has a tag in its bytes after the kernel took one
// off (QinQ): let in so that it, too, is refused and counted (hostile.md W7).
constexpr const char* kBroadcastDhcp4 =
    "(ip and udp dst port 67 and dst host 255.255.255.255) or "
    "(vlan and ip and udp dst port 67 and dst host 255.255.255.255)";

// What still has a tag in its octets does not pass.
constexpr const char* kArp = "arp";
constexpr int kArpSnapLength = 64;  // no reader needs the padding

// What a filter program returns: how many octets of the packet the socket gets.
constexpr int kWhole = 65535;

constexpr std::uint32_t at_network_header(int offset) {
  return static_cast<std::uint32_t>(SKF_NET_OFF + offset);
}

constexpr int kDestinationOffset = 16;  // RFC 791 section 3.1
constexpr std::array kUnicast = std::to_array<sock_filter>({
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, at_network_header(kDestinationOffset)},
    {BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 0xffffffff},  // 255.255.255.255: drop
    {BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xf0000000},
    {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0xe0000000},  // 224.0.0.0/4: drop
    {BPF_RET | BPF_K, 0, 0, kWhole},
    {BPF_RET | BPF_K, 0, 0, 0},
});

// `size`: how many octets of a packet that passes the socket gets.
base::Result<std::vector<sock_filter>> compile(const char* expression, int size) {
  const Pcap pcap(pcap_open_dead(DLT_EN10MB, size));
  bpf_program program{};
  if (pcap == nullptr ||
      pcap_compile(pcap.get(), &program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
    const char* const why = pcap == nullptr ? "out of memory" : pcap_geterr(pcap.get());
    return base::failure(base::Fault::kSystem, base::cat("libpcap: ", why));
  }
  std::vector<sock_filter> code;
  for (const bpf_insn& step : std::span(program.bf_insns, program.bf_len)) {
    code.push_back({step.code, step.jt, step.jf, step.k});
  }
  pcap_freecode(&program);
  return code;
}

}  // namespace

base::Result<std::vector<sock_filter>> broadcast_dhcp4_filter() {
  return compile(kBroadcastDhcp4, kWhole);
}

base::Result<std::vector<sock_filter>> arp_filter() { return compile(kArp, kArpSnapLength); }

std::span<const sock_filter> unicast_filter() { return kUnicast; }

}  // namespace melange::io
