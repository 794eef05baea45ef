// SPDX-License-Identifier: Apache-2.0
//
// What networks, blocks, pools, classes, reservations and the server all can give to a client:
// options, boot fields, options that are sent unasked.
#pragma once

#include <string_view>

#include "melange/config/config.h"
#include "words.h"

namespace melange::test {

// "domain-name=lab.example 224=hex:0102": all pairs that are left.
config::Options4 read_options(Words& words);
// "force=15,domain-name"
config::OptionCodes codes_of(const std::string& list);
// "next_server=192.0.2.2 server_name=boot boot_file=pxelinux.0"
config::Boot read_boot(Words& words);

// All three, whatever has them; options are all pairs that are left.
template <class Giver>
void read_gifts(Words& words, Giver& giver) {
  giver.force = words.take_as("force", codes_of).value_or(config::OptionCodes{});
  giver.boot = read_boot(words);
  giver.options = read_options(words);
}

// "text" or "hex:0a1b"
std::vector<std::uint8_t> text_or_hex(std::string_view text);
std::vector<config::At<std::string>> names_of(std::string_view list);  // "a,b"

}  // namespace melange::test
