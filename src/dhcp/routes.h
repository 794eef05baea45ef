// SPDX-License-Identifier: Apache-2.0
//
// From an address to the network that has a block around it, and the order in which networks come
// where several have.
#pragma once

#include <algorithm>
#include <compare>
#include <iterator>
#include <optional>
#include <vector>

#include "melange/net/address.h"
#include "melange/store/ids.h"

namespace melange::dhcp {

// Which of several networks comes first: one whose blocks have all left the configuration waits for
// its last leases to end, and what an operator wrote goes before what a tenant made.
struct Rank {
  bool idle = false;
  bool by_api = false;
  store::NetworkId id;
  auto operator<=>(const Rank&) const = default;
};

struct Route {
  std::uint8_t host_bits = 0;  // 32 less the length of the prefix: the longest first
  net::Ipv4 first;
  Rank rank;
  auto operator<=>(const Route&) const = default;
};

// Of a sorted list takes out what `is_gone` says, and puts `come` in.
template <class T, class Gone, class Less = std::ranges::less>
void amend(std::vector<T>& sorted, const Gone& is_gone, std::vector<T> come, Less less = {}) {
  std::erase_if(sorted, is_gone);
  if (!std::ranges::is_sorted(come, less)) std::ranges::sort(come, less);
  const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
  sorted.insert(sorted.end(), std::make_move_iterator(come.begin()),
                std::make_move_iterator(come.end()));
  std::ranges::inplace_merge(sorted, sorted.begin() + middle, less);
}

class Routes {
 public:
  template <class Gone>
  void amend_networks(const Gone& is_gone, std::vector<Route> come) {
    amend(routes_, [&](const Route& route) { return is_gone(route.rank.id); }, std::move(come));
  }
  // The network with the longest prefix around `address`.
  std::optional<Rank> longest(net::Ipv4 address) const;
  // The first of all that have a prefix around it.
  std::optional<Rank> first(net::Ipv4 address) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace melange::dhcp
