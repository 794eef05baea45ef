// SPDX-License-Identifier: Apache-2.0
//
// Two netlink sockets: one is told of changes, the other asks. Link messages are applied one by
// one, for a host may have thousands. Any change of an address reads the few addresses again,
// because only a dump tells their order: the kernel keeps primary addresses before secondary ones.
//
// A link is `up` when it is administratively up (IFF_UP), carrier or not: serving one early costs
// nothing, and the first DISCOVER after the carrier comes must not wait for us.
#include "melange/io/host_links.h"

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "netlink.h"

namespace melange::io {
namespace {

// A dump that changes interrupted is repeated so many times; after that it is taken as it is, for
// the changes wait in the other socket, and read once more at the next refresh.
constexpr int kDumpTries = 4;

using Links = std::vector<HostLink>;

base::Bytes payload(const nlattr& attribute) {
  const void* const data = mnl_attr_get_payload(&attribute);
  return {static_cast<const std::uint8_t*>(data), mnl_attr_get_payload_len(&attribute)};
}

Links::iterator position(Links& links, int ifindex) {
  return std::ranges::lower_bound(links, ifindex, {}, &HostLink::ifindex);
}

HostLink* find(Links& links, int ifindex) {
  const auto at = position(links, ifindex);
  return at != links.end() && at->ifindex == ifindex ? &*at : nullptr;
}

void read_attribute(HostLink& link, const nlattr& attribute) {
  switch (mnl_attr_get_type(&attribute)) {
    case IFLA_IFNAME:
      link.name = mnl_attr_get_str(&attribute);
      break;
    case IFLA_MTU:
      link.mtu = mnl_attr_get_u32(&attribute);
      break;
    case IFLA_ADDRESS:
      link.mac = net::Mac::from_bytes(payload(attribute)).value_or(net::Mac());
      break;
    default:
      break;
  }
}

// What the message does not say stays as it was: wireless events carry a part of the attributes.
void read_link(HostLink& link, const nlmsghdr& message, const ifinfomsg& body) {
  link.ifindex = body.ifi_index;
  link.up = (body.ifi_flags & IFF_UP) != 0;
  link.ethernet = body.ifi_type == ARPHRD_ETHER;
  for_each_attribute(message, sizeof(ifinfomsg),
                     [&](const nlattr& attribute) { read_attribute(link, attribute); });
}

// True if it changed something.
bool apply_link(Links& links, const nlmsghdr& message) {
  const auto& body = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
  // Bridges tell of their ports in this group as well. There RTM_DELLINK means that the link has
  // left the bridge, not that it is gone.
  if (body.ifi_family != AF_UNSPEC) return false;
  const auto at = position(links, body.ifi_index);
  const bool known = at != links.end() && at->ifindex == body.ifi_index;
  if (message.nlmsg_type == RTM_DELLINK) {
    if (known) links.erase(at);
    return known;
  }
  HostLink link = known ? *at : HostLink{};
  read_link(link, message, body);
  if (known && *at == link) return false;
  if (known)
    *at = std::move(link);
  else
    links.insert(at, std::move(link));
  return true;
}

// On a point-to-point link IFA_ADDRESS is the other end; IFA_LOCAL is ours, where there is one.
std::optional<net::Ipv4> own_address(const nlmsghdr& message) {
  std::optional<net::Ipv4> local;
  std::optional<net::Ipv4> address;
  for_each_attribute(message, sizeof(ifaddrmsg), [&](const nlattr& attribute) {
    const net::Ipv4 value(base::ByteReader(payload(attribute)).u32());
    if (mnl_attr_get_type(&attribute) == IFA_LOCAL) local = value;
    if (mnl_attr_get_type(&attribute) == IFA_ADDRESS) address = value;
  });
  return local ? local : address;
}

// An address of a link that we do not know yet is left out; its own message is still to come.
void add_address(Links& links, const nlmsghdr& message) {
  const auto& body = *static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&message));
  HostLink* const link = find(links, static_cast<int>(body.ifa_index));
  const auto address = own_address(message);
  if (link == nullptr || !address) return;
  const auto prefix = net::Prefix::make(*address, body.ifa_prefixlen);
  if (prefix) link->addresses.push_back({*address, *prefix});
}

}  // namespace

struct HostLinks::State {
  Netlink events;
  Netlink questions;
  Links links;
  bool complete = false;  // `links` is from dumps that nothing interrupted, and no event was lost

  base::Result<bool> dump_links(Links& out);
  base::Result<bool> dump_addresses(Links& out);
  // Each true if `links` changed.
  base::Result<bool> read_all();
  base::Result<bool> read_addresses();
};

base::Result<bool> HostLinks::State::dump_links(Links& out) {
  for (int tries = 0; tries < kDumpTries; ++tries) {
    out.clear();
    const auto whole =
        questions.dump_links([&](const nlmsghdr& message) { apply_link(out, message); });
    if (!whole || *whole) return whole;
  }
  return false;
}

base::Result<bool> HostLinks::State::dump_addresses(Links& out) {
  for (int tries = 0; tries < kDumpTries; ++tries) {
    for (HostLink& link : out) link.addresses.clear();
    const auto whole =
        questions.dump_addresses([&](const nlmsghdr& message) { add_address(out, message); });
    if (!whole || *whole) return whole;
  }
  return false;
}

base::Result<bool> HostLinks::State::read_all() {
  Links fresh;
  const auto whole_links = dump_links(fresh);
  if (!whole_links) return whole_links;
  const auto whole_addresses = dump_addresses(fresh);
  if (!whole_addresses) return whole_addresses;
  complete = *whole_links && *whole_addresses;
  const bool changed = fresh != links;
  links = std::move(fresh);
  return changed;
}

base::Result<bool> HostLinks::State::read_addresses() {
  Links fresh = links;
  const auto whole = dump_addresses(fresh);
  if (!whole) return whole;
  complete = *whole;
  const bool changed = fresh != links;
  links = std::move(fresh);
  return changed;
}

HostLinks::HostLinks(std::unique_ptr<State> state) : state_(std::move(state)) {}
HostLinks::HostLinks(HostLinks&&) noexcept = default;
HostLinks& HostLinks::operator=(HostLinks&&) noexcept = default;
HostLinks::~HostLinks() = default;

base::Result<HostLinks> HostLinks::open() {
  // Subscribed before the first dump: what changes in between is in the queue.
  auto events = Netlink::open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR);
  if (!events) return std::unexpected(events.error());
  auto questions = Netlink::open(0);
  if (!questions) return std::unexpected(questions.error());
  auto state = std::make_unique<State>(std::move(*events), std::move(*questions));
  if (const auto read = state->read_all(); !read) return std::unexpected(read.error());
  return HostLinks(std::move(state));
}

int HostLinks::descriptor() const { return state_->events.descriptor(); }
std::span<const HostLink> HostLinks::links() const { return state_->links; }

base::Result<bool> HostLinks::refresh() {
  bool links_changed = false;
  bool addresses_touched = false;
  const auto all_heard = state_->events.drain([&](const nlmsghdr& message) {
    const auto type = message.nlmsg_type;
    if (type == RTM_NEWLINK || type == RTM_DELLINK) {
      links_changed |= apply_link(state_->links, message);
    }
    addresses_touched |= type == RTM_NEWADDR || type == RTM_DELADDR;
  });
  if (!all_heard) return std::unexpected(all_heard.error());
  if (*all_heard && state_->complete && !addresses_touched) return links_changed;
  const auto read = *all_heard && state_->complete ? state_->read_addresses() : state_->read_all();
  if (!read) return read;
  return links_changed || *read;
}

}  // namespace melange::io
