// SPDX-License-Identifier: Apache-2.0
//
// Rows of text in aligned columns, for people.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace melange::cli {

using Cells = std::vector<std::string>;  // of one row; printable already

// One line for each row, which all have equally many cells. An empty cell is shown as "-".
std::string aligned(std::span<const Cells> rows);

}  // namespace melange::cli
