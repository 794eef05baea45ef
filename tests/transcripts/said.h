// SPDX-License-Identifier: Apache-2.0
//
// What a packet says of its client: options that a client or its relay sends, by handy names.
#pragma once

#include "packets.h"
#include "words.h"

namespace melange::test {

// "vendor_class=PXEClient user_class=iPXE user_classes=a,b arch=efi-x64 hostname=web1
// fqdn=S/web1.lab.example. vendor=4491/docsis", and the word "rapid_commit"
void read_client(Words& words, std::vector<TestOption>& options);

// The sub-options of option 82: "circuit=port7 remote=hex:0a link_selection=.0 subscriber=acme
// override=.9 relay_id=tor1", and the word "source_port"
void read_relay(Words& words, net::Ipv4 near, std::vector<TestOption>& options);

}  // namespace melange::test
