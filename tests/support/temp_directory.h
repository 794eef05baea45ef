// SPDX-License-Identifier: Apache-2.0
//
// A directory of a test's own, empty at first and gone with all that is in it at the end. What
// cannot be set up is thrown, which GoogleTest reports as the test's failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace melange::test {

class TempDirectory {
 public:
  TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();

  const std::string& path() const { return path_; }
  // The path of a file in it, whether it is there or not.
  std::string file(std::string_view name) const;

 private:
  std::string path_;
};

std::vector<std::uint8_t> read_file(const std::string& path);
void write_file(const std::string& path, const std::vector<std::uint8_t>& octets);
void write_file(const std::string& path, std::string_view text);

}  // namespace melange::test
