// SPDX-License-Identifier: Apache-2.0
#include "text_table.h"

#include <algorithm>

#include "melange/base/check.h"

namespace melange::cli {
namespace {

constexpr std::size_t kGap = 2;  // spaces between two columns

std::vector<std::size_t> widths_of(std::span<const Cells> rows) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size(), 1);
  for (const Cells& row : rows) {
    base::check(row.size() == widths.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  return widths;
}

}  // namespace

std::string aligned(std::span<const Cells> rows) {
  const auto widths = widths_of(rows);
  std::string out;
  for (const Cells& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i].empty() ? "-" : row[i];
      line.resize(line.size() + widths[i] + kGap - std::max<std::size_t>(row[i].size(), 1), ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

}  // namespace melange::cli
