// SPDX-License-Identifier: Apache-2.0
//
// Short ways to say what a store holds, for the tests of everything that reads or writes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/time.h"
#include "melange/store/objects.h"
#include "melange/store/store.h"

namespace melange::test {

inline constexpr store::NetworkId kLab{1};

net::Address address(std::string_view text);
net::Prefix prefix(std::string_view text);
net::Range range(std::string_view text);
std::vector<net::Range> ranges(std::string_view text);  // "10.0.0.1-10.0.0.3, 10.0.0.9"
base::Instant at(std::int64_t seconds);                 // since the epoch

// The identity of the MAC 02:00:00:00:00:01 and so on.
wire::Identity client(std::uint32_t number);
wire::Identity client_id(std::vector<std::uint8_t> octets);

store::Network network(store::NetworkId id = kLab, std::string name = "lab");
// In network kLab, every address of `dynamic` leased dynamically.
store::Block block(std::uint32_t id, std::string_view cidr, std::string_view dynamic);
store::AddressKey key(std::uint32_t block, std::string_view address);
// In network kLab; since second 100, until second 3700.
store::AddressRecord leased(const store::AddressKey& key, const wire::Identity& holder);
store::AddressRecord in_state(store::AddressState state, const store::AddressKey& key,
                              const wire::Identity& identity);

// Of the tenant "default".
store::Interface interface(std::uint64_t id, std::string vif,
                           std::optional<net::Mac> mac = std::nullopt);

// Applies the changes and commits; throws what fails. Without an actor, nobody is named as one.
void commit(store::Store& store, const store::Changes& changes, base::Instant now = at(100),
            std::string_view actor = {});
// Opens the store; throws what fails.
store::Store open(const std::string& path, const store::Options& options = {});

// Everything that a view shows but the change log, a line each: what a test compares as a whole.
std::string dump(const store::View& view);
// "7 address.leased 1/192.0.2.100 by dhcp", a line for each event above `after`.
std::string dump_events(const store::View& view, std::uint64_t after = 0);

}  // namespace melange::test
