// SPDX-License-Identifier: Apache-2.0
#include "lease_table.h"

#include <map>

#include "melange/base/text.h"

namespace melange::cli {
namespace {

std::string expiry(const store::AddressRecord& record) {
  if (record.expires == base::Instant::max()) return "never";
  return record.expires == base::Instant{} ? "" : base::text(record.expires);
}

// The operator's, or else what the client calls itself.
std::string hostname_of(const store::AddressRecord& record) {
  const auto& name = record.hostname.empty() ? record.client_name : record.hostname;
  return std::string(base::text_of(name.view()));
}

LeaseRow row_of(const store::AddressRecord& record, const std::string& network,
                const std::string& block) {
  const auto mac = hardware(record);
  return {text(record.key.address),
          std::string(text(record.state)),
          network,
          block,
          mac ? text(*mac) : "",
          hostname_of(record),
          record.identity.empty() ? "" : text(record.identity),
          expiry(record)};
}

}  // namespace

std::vector<LeaseRow> lease_rows(const store::View& view) {
  std::map<store::NetworkId, std::string> networks;
  for (const store::Network& network : view.networks()) networks[network.id] = network.name;
  std::vector<LeaseRow> rows;
  for (const store::Block& block : view.blocks()) {
    const std::string cidr = text(block.cidr);
    view.scan(block.id, net::Address::of(block.cidr.family(), 0),
              [&](const store::AddressRecord& record) {
                rows.push_back(row_of(record, networks[block.network], cidr));
                return true;
              });
  }
  return rows;
}

std::string as_table(std::vector<LeaseRow> rows) {
  rows.emplace(rows.begin(), kLeaseColumns.begin(), kLeaseColumns.end());
  return aligned(rows);
}

std::string as_json_array(const std::vector<LeaseRow>& rows) {
  std::string out = "[";
  for (const LeaseRow& row : rows) {
    out += &row == rows.data() ? "\n  {" : ",\n  {";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += base::cat(i == 0 ? "" : ", ", base::json_quote(kLeaseColumns[i]), ": ",
                       row[i].empty() ? "null" : base::json_quote(row[i]));
    }
    out += "}";
  }
  return out + (rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace melange::cli
