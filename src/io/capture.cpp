// SPDX-License-Identifier: Apache-2.0
//
// libpcap reads the file. The headers that Linux writes in front of a packet when it captures on
// "any" are described in the manual's LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2.
#include "melange/io/capture.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "melange/base/text.h"
#include "melange/net/mac.h"
#include "pcap_handle.h"

namespace melange::io {
namespace {

using base::ByteReader;
using base::Bytes;

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

// What an Ethernet header is made of, and the packet behind it.
struct Parts {
  net::Mac destination;
  net::Mac source;
  std::uint16_t type = 0;
  Bytes packet{};
};

constexpr unsigned kSentToAll = 1;  // LINUX_SLL_BROADCAST

net::Mac destination_of(unsigned packet_type) {
  return packet_type == kSentToAll ? net::kBroadcastMac : net::Mac();
}

// Links have addresses of 0 to 8 octets.
net::Mac source_of(Bytes address, std::size_t size) {
  if (size != 6 || address.size() < size) return net::Mac();
  return *net::Mac::from_bytes(address.first(size));
}

std::optional<Parts> read_cooked(Bytes octets) {
  ByteReader reader(octets);
  Parts parts;
  parts.destination = destination_of(reader.u16());
  reader.skip(2);  // ARPHRD
  const std::size_t address_size = reader.u16();
  parts.source = source_of(reader.take(8), address_size);
  parts.type = reader.u16();
  parts.packet = reader.take_rest();
  return reader.ok() ? std::optional(parts) : std::nullopt;
}

std::optional<Parts> read_cooked2(Bytes octets) {
  ByteReader reader(octets);
  Parts parts;
  parts.type = reader.u16();
  reader.skip(8);  // reserved, the interface's number, ARPHRD
  parts.destination = destination_of(reader.u8());
  const std::size_t address_size = reader.u8();
  parts.source = source_of(reader.take(8), address_size);
  parts.packet = reader.take_rest();
  return reader.ok() ? std::optional(parts) : std::nullopt;
}

std::optional<Parts> read_ip(Bytes octets) {
  if (octets.empty()) return std::nullopt;
  Parts parts;
  parts.type = octets.front() >> 4 == 6 ? kEtherTypeIpv6 : kEtherTypeIpv4;
  parts.packet = octets;
  return parts;
}

using ReadParts = std::optional<Parts> (*)(Bytes);
struct LinkType {
  int dlt;
  ReadParts read;  // null where frames are Ethernet's already
};
constexpr std::array kLinkTypes = std::to_array<LinkType>({
    {DLT_EN10MB, nullptr},
    {DLT_LINUX_SLL, read_cooked},
    {DLT_LINUX_SLL2, read_cooked2},
    {DLT_RAW, read_ip},
    {DLT_IPV4, read_ip},
});

void put_ethernet(const Parts& parts, std::vector<std::uint8_t>& out) {
  const auto put = [&out](Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  put(parts.destination.bytes());
  put(parts.source.bytes());
  out.push_back(static_cast<std::uint8_t>(parts.type >> 8));
  out.push_back(static_cast<std::uint8_t>(parts.type));
  put(parts.packet);
}

// A stamp is whatever the file says: one that is out of all bounds becomes the nearest that is not.
base::Instant instant_of(const timeval& stamp) {
  constexpr std::int64_t kFarFuture = std::int64_t{1} << 40;
  const auto seconds = std::clamp<std::int64_t>(stamp.tv_sec, 0, kFarFuture);
  const auto micros = std::clamp<std::int64_t>(stamp.tv_usec, 0, 999'999);
  return base::Instant(base::Millis(seconds * 1000 + micros / 1000));
}

std::unexpected<base::Error> refused(const std::string& path, std::string_view why) {
  return base::failure(base::Fault::kInvalid, base::cat(path, ": ", why));
}

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
base::Result<Pcap> open_pcap(const std::string& path) {
  // Not opened by libpcap, to which "-" is the standard input.
  std::unique_ptr<std::FILE, FileClose> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return refused(path, std::generic_category().message(errno));
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  Pcap pcap(pcap_fopen_offline(file.get(), why.data()));
  if (pcap == nullptr) return refused(path, base::cat("not a capture: ", why.data()));
  static_cast<void>(file.release());  // closed with `pcap`
  return pcap;
}

}  // namespace

struct Capture::State {
  std::string path;
  Pcap pcap;
  ReadParts read = nullptr;
  std::vector<std::uint8_t> frame{};  // the last that needed an Ethernet header
  std::optional<base::Error> failed{};

  Bytes ethernet(Bytes packet) {
    if (read == nullptr) return packet;
    frame.clear();
    if (const auto parts = read(packet)) put_ethernet(*parts, frame);
    return frame;
  }
};

base::Result<Capture> Capture::open(const std::string& path) {
  auto pcap = open_pcap(path);
  if (!pcap) return std::unexpected(pcap.error());
  const int dlt = pcap_datalink(pcap->get());
  const auto known = std::ranges::find(kLinkTypes, dlt, &LinkType::dlt);
  if (known == kLinkTypes.end()) {
    const char* const what = pcap_datalink_val_to_description_or_dlt(dlt);
    return refused(path, base::cat("captured on a kind of link that is not known here: ", what));
  }
  return Capture(std::make_unique<State>(path, std::move(*pcap), known->read));
}

Capture::Capture(std::unique_ptr<State> state) : state_(std::move(state)) {}
Capture::Capture(Capture&&) noexcept = default;
Capture& Capture::operator=(Capture&&) noexcept = default;
Capture::~Capture() = default;

base::Result<std::optional<CapturedFrame>> Capture::next() {
  if (state_->failed) return std::unexpected(*state_->failed);
  pcap_pkthdr* header = nullptr;
  const u_char* octets = nullptr;
  const int got = pcap_next_ex(state_->pcap.get(), &header, &octets);
  if (got == PCAP_ERROR_BREAK) return std::nullopt;  // the end of the file
  if (got != 1) {
    state_->failed = refused(state_->path, pcap_geterr(state_->pcap.get())).error();
    return std::unexpected(*state_->failed);
  }
  return CapturedFrame{.octets = state_->ethernet(Bytes(octets, header->caplen)),
                       .at = instant_of(header->ts),
                       .cut = header->caplen < header->len};
}

}  // namespace melange::io
