// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include <stdexcept>

#include "gifts.h"
#include "lab.h"
#include "melange/base/text.h"
#include "words.h"

namespace melange::test {
namespace {

// The host of a transcript that names no link: at the first address of the first block.
net::HostLink default_host(const Setup& setup) {
  const auto& blocks = setup.config.networks.front().blocks;
  const net::Prefix cidr = *blocks.front().cidr.value;
  const net::Address address = cidr.network().next();
  return host_link(1, {base::cat(text(address), '/', cidr.length())});
}

void read_setup(const std::string& first, Words& words, Setup& setup) {
  if (first == "network") {
    const bool named_only = words.take_word("named_only");
    setup.config.networks.push_back(read_network(words, setup.beside));
    auto& network = setup.config.networks.back();
    if (network.id.value.empty()) network.id.value = base::cat("net", setup.config.networks.size());
    if (named_only) setup.beside.named_links_only.push_back(network.id.value);
  } else if (first == "block") {
    if (setup.config.networks.empty()) words.fail("a block needs a network before it");
    const auto cidr = net::Prefix::parse(words.next());
    if (!cidr) words.fail("not a block");
    setup.config.networks.back().blocks.push_back(read_block(words, *cidr, setup.beside));
  } else if (first == "link") {
    setup.hosts.push_back(read_link(words, static_cast<int>(setup.hosts.size()) + 1));
  } else if (first == "address") {
    if (setup.config.networks.empty()) words.fail("an address needs a network before it");
    setup.addresses.push_back(read_address(words, setup));
  } else if (first == "reservation") {
    if (setup.config.networks.empty()) words.fail("a reservation needs a network before it");
    auto& network = setup.config.networks.back();
    const net::Ipv4 near = network.blocks.front().cidr.value->network().v4();
    network.reservations.push_back(read_reservation(words, near));
  } else if (first == "class") {
    setup.config.classes.push_back(read_class(words));
  } else if (first == "global") {
    read_gifts(words, setup.config.dhcp);
  } else if (first == "offer_time") {
    setup.config.dhcp.offer_time = duration_of(words.next());
  } else {
    words.fail(base::cat("unknown line '", first, "'"));
  }
}

Configure read_configure(Words& words) {
  Beside beside;
  Configure configure{{read_network(words, beside)}};
  if (!beside.leases.empty() || !beside.denied.empty()) {
    words.fail("leases and policies belong into the setup");
  }
  if (configure.networks.front().id.value.empty()) configure.networks.front().id.value = "net1";
  return configure;
}

Event read_event(Words& words, const Setup& setup) {
  Event event;
  event.at = duration_of(words.next());
  const std::string what = words.next();
  if (what == "recv") {
    event.what = read_packet(words, setup);
  } else if (what == "restart") {
    event.what = Restart{};
  } else if (what == "sweep") {
    event.what = Sweep{};
  } else if (what == "network") {
    event.what = read_configure(words);
  } else if (what == "address") {
    event.what = read_address(words, setup);
  } else {
    words.fail("unknown event");
  }
  return event;
}

}  // namespace

net::Ipv4 Setup::us() const {
  const net::HostLink& first = hosts.front();
  if (!first.addresses.empty()) return first.addresses.front().address;
  return config.networks.front().server_id.value_or(net::Ipv4{});
}

net::HostLink read_link(Words& words, int ifindex) {
  net::HostLink link = host_link(ifindex, {});
  link.name = words.next();
  while (const auto text = words.take("address")) {
    const net::HostLink one = host_link(ifindex, {*text});
    link.addresses.push_back(one.addresses.front());
  }
  link.mtu = words.take_as("mtu", number_of).value_or(link.mtu);
  return link;
}

Script read_script(std::string_view text) {
  Script script;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    Words words(std::string(line), number);
    const std::string first = words.next();
    if (first == "at") {
      if (script.setup.config.networks.empty()) words.fail("no network");
      if (script.setup.hosts.empty()) script.setup.hosts.push_back(default_host(script.setup));
      script.events.push_back(read_event(words, script.setup));
    } else {
      read_setup(first, words, script.setup);
    }
    words.finish();
  }
  if (script.events.empty()) throw std::invalid_argument("nothing happens in it");
  return script;
}

}  // namespace melange::test
