// SPDX-License-Identifier: Apache-2.0
//
// libpcap's handle, which closes itself.
#pragma once

#include <pcap/pcap.h>

#include <memory>

namespace melange::io {

struct PcapClose {
  void operator()(pcap_t* pcap) const { pcap_close(pcap); }
};
using Pcap = std::unique_ptr<pcap_t, PcapClose>;

}  // namespace melange::io
