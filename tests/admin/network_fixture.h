// SPDX-License-Identifier: Apache-2.0
//
// The network lab of the tenant acme, for the tests of what is in one. The first block that is made
// makes it, so that both have the number 1 in the store.
#pragma once

#include <string>
#include <string_view>

#include "api_fixture.h"
#include "melange/base/text.h"

namespace melange::admin {

class NetworkApi : public Api {
 protected:
  const std::string lab_ = "/v1/tenants/acme/networks/lab";

  // A private block of the network; gives its path. `more`: further fields, with a comma before.
  std::string make_block(std::string_view cidr, std::string_view more = {}) {
    const Asked made = post("/v1/tenants/acme/ip_blocks",
                            base::cat(R"({"ip_block":{"cidr":")", cidr,
                                      R"(","type":"private","network_id":"lab")", more, "}}"));
    EXPECT_EQ(made.status, 201u) << made.text;
    return made.field("Location");
  }
  std::string make_pool() {  // 192.0.2.100 to .199 are leased to anyone
    return make_block("192.0.2.0/24", R"(,"pools":["192.0.2.100-192.0.2.199"])");
  }
  // The state of an address of the block at that path, quoted; "(nothing)" if it has no record.
  std::string state_of(const std::string& block, std::string_view address) {
    return get(base::cat(block, "/ip_addresses/", address)).at("/ip_address/state");
  }
  // A dynamic lease in block 1 until second 3700.
  void lease(std::string_view address, std::uint32_t client) {
    apply({store::PutAddress{test::leased(test::key(1, address), test::client(client))}});
  }
};

}  // namespace melange::admin
