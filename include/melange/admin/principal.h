// SPDX-License-Identifier: Apache-2.0
//
// Who asks, and what he may do: what a request's credentials amount to (ipam.md section 1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace melange::admin {

struct Principal {
  std::string actor;   // for events and the log: "local", "token:<id>"
  bool admin = false;  // every tenant, and the routes that are nobody's alone
  bool may_write = false;
  std::vector<std::string> tenants;  // those of a token that is no admin's

  // By the unix socket, or from this host while no tokens are configured: "local", an admin.
  static Principal local();
  bool reaches(std::string_view tenant) const;

  bool operator==(const Principal&) const = default;
};

}  // namespace melange::admin
