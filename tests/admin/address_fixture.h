// SPDX-License-Identifier: Apache-2.0
//
// Blocks of the tenant acme to take addresses from.
#pragma once

#include <string>
#include <string_view>

#include "api_fixture.h"

namespace melange::admin {

class AddressApi : public Api {
 protected:
  // `more`: other fields, each behind a comma. Gives the block's path.
  std::string make_block(const std::string& cidr, const std::string& more = "",
                         const std::string& tenant = "acme") {
    const Asked made = post("/v1/tenants/" + tenant + "/ip_blocks",
                            R"({"ip_block":{"cidr":")" + cidr + "\"" + more + "}}");
    EXPECT_EQ(made.status, 201u) << made.text;
    return made.field("Location");
  }
  // `fields`: of the address: R"("count":2)".
  Asked allocate(const std::string& block, const std::string& fields = "") {
    return post(block + "/ip_addresses", R"({"ip_address":{)" + fields + "}}");
  }
  // The address, or the status and what is wrong.
  std::string allocated(const std::string& block, const std::string& fields = "") {
    const Asked made = allocate(block, fields);
    if (made.status == 201) return made.text_at("/ip_address/address");
    return std::to_string(made.status) + " " + made.text_at("/errors/0/message");
  }
  static std::string named(std::string_view address) {
    return R"("address":")" + std::string(address) + "\"";
  }
  static std::string address_path(const std::string& block, const std::string& address) {
    return block + "/ip_addresses/" + address;
  }
  static std::string id_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  // The texts under `member` of each object of a list, with blanks between them.
  static std::string each(const Asked& list, std::string_view collection, std::string_view member) {
    const json::value body = list.body();
    std::string out;
    for (const json::value& one : body.at({collection.data(), collection.size()}).as_array()) {
      if (!out.empty()) out += ' ';
      out += one.at({member.data(), member.size()}).as_string();
    }
    return out;
  }
  static std::string addresses(const Asked& list) { return each(list, "ip_addresses", "address"); }
};

}  // namespace melange::admin
