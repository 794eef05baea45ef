// SPDX-License-Identifier: Apache-2.0
//
// Offers that are out: an offered address is not free, but the promise is short and need not
// survive a restart, so it is kept in memory. The table is bounded: when it is full, the oldest
// offer goes. Once warm it allocates nothing.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory_resource>
#include <optional>
#include <unordered_map>

#include "melange/base/function_ref.h"
#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/store/objects.h"

namespace melange::dhcp {

struct Offer {
  store::NetworkId network;
  wire::Identity identity;
  store::AddressKey address;
  base::Instant expires;
  bool checked = false;  // nobody on the link has the address
};

class Offers {
 public:
  explicit Offers(std::size_t capacity = base::limits::kOffers);
  Offers(const Offers&) = delete;
  Offers& operator=(const Offers&) = delete;

  // The client's offer. One that has expired but is not yet dropped still counts.
  const Offer* find(store::NetworkId network, const wire::Identity& identity) const;
  // True if anybody is offered the address.
  bool is_offered(const store::AddressKey& address) const;
  // The lowest address at or after `from` that is offered to nobody. It may lie outside the block.
  // O(log n), however many neighbouring addresses are on offer.
  net::Address next_unoffered(const store::AddressKey& from) const;

  // How many addresses of the block are on offer.
  std::size_t count(store::BlockId block) const;
  // The oldest offer of an address of the block that is accepted, of those that are looked at; null
  // if none.
  const Offer* oldest(store::BlockId block, base::FunctionRef<bool(const Offer&)> accept) const;

  // Puts the offer in the place of the client's earlier one, and of another client's offer of the
  // same address.
  void hold(const Offer& offer);
  // Notes that nobody on the link has the address; false if it is not on offer to the client.
  bool check(store::NetworkId network, const wire::Identity& identity,
             const store::AddressKey& address);
  void release(store::NetworkId network, const wire::Identity& identity);
  void drop_expired(base::Instant now);
  std::size_t size() const { return order_.size(); }
  // How many addresses of each block are on offer.
  std::map<store::BlockId, std::uint64_t> counts() const;

 private:
  struct Held {
    Offer offer;
    std::uint64_t number = 0;  // ascending by age
  };
  using Order = std::pmr::list<Held>;
  using InBlock = std::pair<store::BlockId, std::uint64_t>;
  struct Client {
    store::NetworkId network;
    wire::Identity identity;
    bool operator==(const Client&) const = default;
  };
  struct ClientHash {
    std::size_t operator()(const Client& client) const;
  };
  using Index = std::pmr::unordered_map<Client, Order::iterator, ClientHash>;

  static Client client_of(const Offer& offer) { return {offer.network, offer.identity}; }
  void erase(Index::iterator at);
  void release_address(const store::AddressKey& address);
  void add_to_runs(const store::AddressKey& address);
  void remove_from_runs(const store::AddressKey& address);

  std::pmr::unsynchronized_pool_resource memory_;
  std::size_t capacity_;
  Order order_;  // oldest first
  std::uint64_t next_number_ = 0;
  Index by_client_;
  std::pmr::map<InBlock, Order::iterator> by_block_;     // each block's, oldest first
  std::pmr::map<store::BlockId, std::size_t> counts_;    // none is 0
  std::pmr::map<store::AddressKey, net::Address> runs_;  // offered addresses: last -> first
};

}  // namespace melange::dhcp
