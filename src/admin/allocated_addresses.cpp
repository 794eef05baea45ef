// SPDX-License-Identifier: Apache-2.0
#include "allocated_addresses.h"

#include <algorithm>

#include "addresses.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using store::AddressKey;
using store::Interface;
using store::InterfaceId;
using store::Listing;
using store::ObjectKind;

// Of one request; what is left is behind the next link.
constexpr std::size_t kMostInterfaces = 20000;
constexpr std::size_t kInterfacesAtOnce = 256;

// Behind what a page begins: an address of an interface, or all that the interface has.
struct Start {
  std::uint64_t interface = 0;
  std::optional<AddressKey> address;
};

// `tenant`: whose addresses are asked for; empty: everybody's.
std::expected<Start, Problem> start_of(const Call& call, const std::string& tenant) {
  const std::string& marker = call.page.marker;
  if (marker.empty()) return Start{};
  if (const auto interface = number_of(call, ObjectKind::kInterface, marker)) {
    return Start{*interface, std::nullopt};
  }
  const auto key = parse_address_id(call, marker);
  const auto record = key ? call.view().address(*key) : std::nullopt;
  if (!record || record->interface.empty()) return std::unexpected(unknown_marker());
  // It may be deleted by now, and its number is still its place.
  const auto interface = call.view().interface(record->interface);
  const bool foreign = interface && !tenant.empty() && interface->tenant != tenant;
  if (foreign) return std::unexpected(unknown_marker());
  return Start{record->interface.value, key};
}

// The interfaces that may have some of what is asked for.
Listing listing_of(const Call& call, const std::string& tenant) {
  if (call.query.has("used_by_device")) {
    return Listing::interfaces_on(call.query.get("used_by_device"));
  }
  return tenant.empty() ? Listing::all(ObjectKind::kInterface) : Listing::interfaces_of(tenant);
}

class AllocatedPage {
 public:
  AllocatedPage(const Call& call, std::string tenant) : call_(&call), tenant_(std::move(tenant)) {}

  Reply read(const Start& start) {
    if (start.address) add_interface(start.interface, start.address);
    const Listing listing = listing_of(*call_, tenant_);
    std::uint64_t after = start.interface;
    for (bool more = true; more && next_.empty();) {
      const auto numbers = call_->view().list(listing, after, kInterfacesAtOnce);
      more = numbers.size() == kInterfacesAtOnce;
      if (!numbers.empty()) after = numbers.back();
      for (const std::uint64_t number : numbers) {
        if (next_.empty()) add_interface(number, std::nullopt);
      }
    }
    return list_reply(*call_, "ip_addresses", std::move(objects_), "marker", next_);
  }

 private:
  // Those of the interface behind `after`.
  void add_interface(std::uint64_t number, const std::optional<AddressKey>& after) {
    if (looked_at_++ == kMostInterfaces) {
      next_ = last_;
      return;
    }
    const auto interface = call_->view().interface(InterfaceId{number});
    if (interface && is_wanted(*interface)) {
      for (const AddressKey& key : call_->view().addresses_on(interface->id)) {
        if (next_.empty() && (!after || *after < key)) add(key);
      }
    }
    if (next_.empty()) last_ = uuid(call_->view().store_id(), ObjectKind::kInterface, number);
  }

  bool is_wanted(const Interface& interface) const {
    if (!tenant_.empty() && interface.tenant != tenant_) return false;
    return !call_->query.has("used_by_device") ||
           interface.device == call_->query.get("used_by_device");
  }

  void add(const AddressKey& key) {
    const auto record = call_->view().address(key);
    if (!record || record->state == store::AddressState::kQuarantined) return;
    if (objects_.size() == call_->page.limit) {
      next_ = view_of(objects_.back().at("id").as_string());
      return;
    }
    objects_.push_back(show(call_->sight(), *record));
  }

  const Call* call_;
  std::string tenant_;  // empty: everybody's
  json::array objects_;
  std::string last_;  // the last interface that was looked at as a whole
  std::string next_;
  std::size_t looked_at_ = 0;
};

Answer list_of_tenant(const Call& call, std::string tenant) {
  const auto start = start_of(call, tenant);
  if (!start) return std::unexpected(start.error());
  return AllocatedPage(call, std::move(tenant)).read(*start);
}

}  // namespace

Answer list_allocated_addresses(const Call& call) { return list_of_tenant(call, call.tenant()); }

Answer list_all_allocated_addresses(const Call& call) { return list_of_tenant(call, ""); }

}  // namespace melange::admin
