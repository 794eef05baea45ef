// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/offers.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "melange/base/check.h"

namespace melange::dhcp {

using store::AddressKey;

std::size_t Offers::ClientHash::operator()(const Client& client) const {
  const std::size_t octets = std::hash<std::string_view>{}(base::text_of(client.identity.bytes()));
  const auto kind = static_cast<std::size_t>(client.identity.kind());
  return octets ^ (client.network.value * 31 + kind) * 0x9e3779b97f4a7c15;
}

Offers::Offers(std::size_t capacity)
    : capacity_(capacity),
      order_(&memory_),
      by_client_(&memory_),
      by_block_(&memory_),
      counts_(&memory_),
      runs_(&memory_) {
  base::check(capacity > 0);
  by_client_.reserve(capacity);
}

const Offer* Offers::find(store::NetworkId network, const wire::Identity& identity) const {
  const auto at = by_client_.find(Client{network, identity});
  return at == by_client_.end() ? nullptr : &at->second->offer;
}

bool Offers::is_offered(const AddressKey& address) const {
  const auto run = runs_.lower_bound(address);
  return run != runs_.end() && run->first.block == address.block && run->second <= address.address;
}

net::Address Offers::next_unoffered(const AddressKey& from) const {
  const auto run = runs_.lower_bound(from);
  const bool inside =
      run != runs_.end() && run->first.block == from.block && run->second <= from.address;
  // A block's highest address is never offered (ipam::usable), so there is a next one.
  return inside ? run->first.address.next() : from.address;
}

std::size_t Offers::count(store::BlockId block) const {
  const auto at = counts_.find(block);
  return at == counts_.end() ? 0 : at->second;
}

const Offer* Offers::oldest(store::BlockId block,
                            base::FunctionRef<bool(const Offer&)> accept) const {
  std::size_t looked_at = 0;
  for (auto at = by_block_.lower_bound({block, 0}); at != by_block_.end(); ++at) {
    if (at->first.first != block || looked_at++ == base::limits::kReclaimScan) break;
    if (accept(at->second->offer)) return &at->second->offer;
  }
  return nullptr;
}

void Offers::hold(const Offer& offer) {
  release(offer.network, offer.identity);
  if (is_offered(offer.address)) release_address(offer.address);
  if (order_.size() == capacity_) erase(by_client_.find(client_of(order_.front().offer)));
  order_.push_back({offer, next_number_++});
  const auto at = std::prev(order_.end());
  by_client_.emplace(client_of(offer), at);
  by_block_.emplace(InBlock{offer.address.block, at->number}, at);
  ++counts_[offer.address.block];
  add_to_runs(offer.address);
}

// Rare: the address became a client's reservation while it was on offer to another, or nothing else
// is left, and then it is one of the oldest.
void Offers::release_address(const AddressKey& address) {
  for (auto at = by_block_.lower_bound({address.block, 0}); at != by_block_.end(); ++at) {
    if (at->second->offer.address != address) continue;
    return erase(by_client_.find(client_of(at->second->offer)));
  }
}

bool Offers::check(store::NetworkId network, const wire::Identity& identity,
                   const AddressKey& address) {
  const auto at = by_client_.find(Client{network, identity});
  if (at == by_client_.end() || at->second->offer.address != address) return false;
  at->second->offer.checked = true;
  return true;
}

void Offers::release(store::NetworkId network, const wire::Identity& identity) {
  const auto at = by_client_.find(Client{network, identity});
  if (at != by_client_.end()) erase(at);
}

void Offers::drop_expired(base::Instant now) {
  // All offers stand equally long, but for those that wait for a probe: they may keep others a
  // moment longer.
  while (!order_.empty() && order_.front().offer.expires <= now) {
    erase(by_client_.find(client_of(order_.front().offer)));
  }
}

void Offers::erase(Index::iterator at) {
  base::check(at != by_client_.end());
  const AddressKey address = at->second->offer.address;
  remove_from_runs(address);
  by_block_.erase({address.block, at->second->number});
  const auto counted = counts_.find(address.block);
  if (--counted->second == 0) counts_.erase(counted);
  order_.erase(at->second);
  by_client_.erase(at);
}

void Offers::add_to_runs(const AddressKey& address) {
  net::Address first = address.address;
  AddressKey last = address;
  if (first.value() != 0) {
    const auto before = runs_.find({address.block, first.previous()});
    if (before != runs_.end()) {
      first = before->second;
      runs_.erase(before);
    }
  }
  if (last.address.value() != net::last_value(last.address.family())) {
    const auto after = runs_.lower_bound({address.block, last.address.next()});
    const bool joins = after != runs_.end() && after->first.block == address.block &&
                       after->second == last.address.next();
    if (joins) last = after->first;
  }
  runs_[last] = first;
}

void Offers::remove_from_runs(const AddressKey& address) {
  const auto run = runs_.lower_bound(address);
  base::check(run != runs_.end() && run->second <= address.address);
  const net::Address first = run->second;
  if (run->first.address == address.address) {
    runs_.erase(run);
  } else {
    run->second = address.address.next();
  }
  if (first < address.address) runs_[{address.block, address.address.previous()}] = first;
}

std::map<store::BlockId, std::uint64_t> Offers::counts() const {
  return {counts_.begin(), counts_.end()};
}

}  // namespace melange::dhcp
