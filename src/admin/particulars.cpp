// SPDX-License-Identifier: Apache-2.0
#include "particulars.h"

#include <algorithm>

#include "melange/base/text.h"
#include "melange/wire/host_name.h"

namespace melange::admin {
namespace {

using base::cat;

std::size_t size_of(const Options& options) {
  std::size_t octets = 0;
  for (const store::OptionValue& option : options) octets += option.octets.size();
  return octets;
}

}  // namespace

bool is_hostname(std::string_view text) {
  return text.size() <= static_cast<std::size_t>(kLongestHostname) &&
         std::ranges::all_of(base::split(text, '.'), wire::is_host_label);
}

bool is_host(const net::Address& address) {
  if (!address.is_v4()) return false;
  const net::Ipv4 v4 = address.v4();
  return !v4.is_unspecified() && !v4.is_loopback() && !v4.is_multicast() && !v4.is_broadcast();
}

void check_boot(const Body& body, Faults& faults) {
  const auto* boot = body.get<Bodies>("boot");
  const auto* server = boot != nullptr ? boot->front().get<net::Address>("server") : nullptr;
  if (server != nullptr && !is_host(*server)) {
    faults.push_back({"boot.server", "is no host's IPv4 address"});
  }
}

void update_boot(const Body& body, store::Boot& boot) {
  if (!body.has("boot")) return;
  boot = {};
  const auto* given = body.get<Bodies>("boot");
  if (given == nullptr) return;
  const Body& fields = given->front();
  fields.update<net::Address>("server", boot.server, std::optional<net::Address>());
  fields.update<std::string>("server_name", boot.server_name, std::string());
  fields.update<std::string>("file", boot.file, std::string());
}

ipam::Particulars read_particulars(const Body& body, ipam::Particulars before, Faults& faults) {
  body.update<std::string>("hostname", before.hostname, std::string());
  body.update<Options>("options", before.options, Options());
  body.update<Codes>("force", before.forced, Codes());
  body.update<Texts>("classes", before.classes, Texts());
  check_boot(body, faults);
  update_boot(body, before.boot);
  if (!before.hostname.empty() && !is_hostname(before.hostname)) {
    faults.push_back(
        {"hostname", "is no host name; use letters, digits and inner hyphens (RFC 1123)"});
  }
  if (size_of(before.options) > base::limits::kAddressOptions) {
    faults.push_back(
        {"options", cat("are longer than ", base::limits::kAddressOptions, " octets")});
  }
  return before;
}

std::optional<net::Mac> read_mac(const Body& body, std::string_view name, const std::string& at,
                                 Faults& faults) {
  const auto* mac = body.get<net::Mac>(name);
  if (mac == nullptr) return std::nullopt;
  if (mac->is_multicast()) {
    faults.push_back({cat(at, name), "no interface has a multicast address"});
  }
  return *mac;
}

}  // namespace melange::admin
