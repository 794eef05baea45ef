// SPDX-License-Identifier: Apache-2.0
//
// Address records as rows of text, for people (a table) and for programs (JSON).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "melange/store/view.h"
#include "text_table.h"

namespace melange::cli {

inline constexpr std::array<std::string_view, 8> kLeaseColumns{
    "address", "state", "network", "block", "mac", "hostname", "identity", "expires"};
using LeaseRow = Cells;  // by kLeaseColumns; empty: not known, or none

std::vector<LeaseRow> lease_rows(const store::View& view);  // by block, then by address
std::string as_table(std::vector<LeaseRow> rows);
std::string as_json_array(const std::vector<LeaseRow>& rows);

}  // namespace melange::cli
