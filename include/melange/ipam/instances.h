// SPDX-License-Identifier: Apache-2.0
//
// Instances: the interfaces that carry one device id. They are replaced as a whole, so that an
// orchestrator says what a machine shall have, as often as it likes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/ipam/allocate.h"
#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

inline constexpr std::size_t kInterfacesOfInstance = 64;

struct WantedInterface {
  std::string vif;  // empty: one that has no name of the caller's
  std::optional<net::Mac> mac;
  std::optional<store::Network> network;  // none: it has no address
  NetworkWish addresses;
};

// The device's interfaces, whosever they were, become the wanted ones, in their order. What an
// interface has already and is wanted, it keeps: its MAC, the addresses that are listed, and if
// none are, those it has in that network. An address may pass from one of them to another; the
// rest are deallocated. A fault is told of the field `interfaces[2].…`.
Verdict<std::vector<store::Interface>> replace_instance(Draft& draft, const std::string& tenant,
                                                        const std::string& device,
                                                        std::span<const WantedInterface> wanted);
Verdict<void> delete_instance(Draft& draft, std::string_view device);

}  // namespace melange::ipam
