// SPDX-License-Identifier: Apache-2.0
#include "melange/admin/principal.h"

#include <algorithm>

namespace melange::admin {

Principal Principal::local() {
  return {.actor = "local", .admin = true, .may_write = true, .tenants = {}};
}

bool Principal::reaches(std::string_view tenant) const {
  return admin || std::ranges::find(tenants, tenant) != tenants.end();
}

}  // namespace melange::admin
