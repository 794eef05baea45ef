// SPDX-License-Identifier: Apache-2.0
#include "melange/config/load.h"

#include "file.h"
#include "melange/base/text.h"

namespace melange::config {

std::expected<Config, Mistakes> load(const std::string& path) {
  const auto content = read_file(path, Secrecy::kPublic);
  if (!content) return std::unexpected(content.error());
  return parse(*content);
}

std::string text(const std::string& path, const Mistakes& mistakes) {
  std::string out;
  for (const Mistake& mistake : mistakes) {
    out += path;
    if (mistake.line != 0) out += base::cat(':', mistake.line);
    out += base::cat(": ", mistake.message, '\n');
  }
  return out;
}

}  // namespace melange::config
