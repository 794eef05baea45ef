// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include <algorithm>

#include "melange/base/limits.h"
#include "melange/base/text.h"

namespace melange::config {
namespace {

using base::limits::kConfigDepth;
using base::limits::kConfigFileSize;

// Follows brackets and dotted keys through the text. The tree that a parser builds from what passes
// has at most kConfigDepth levels per bracket, and at most kConfigDepth brackets inside each other.
class DepthScanner {
 public:
  explicit DepthScanner(std::string_view text) : rest_(text) {}

  // The line on which the depth is over the limit; 0 if it never is.
  unsigned too_deep() {
    while (!rest_.empty()) {
      step();
      if (brackets_ + dots_ > kConfigDepth) return line_;
    }
    return 0;
  }

 private:
  void step() {
    const char c = rest_.front();
    if (c == '"' || c == '\'') return skip_string(c);
    if (c == '#') return drop(rest_.find('\n'));
    drop(1);
    if (c == '.') {
      ++dots_;
    } else if (std::string_view("[]{}=,\n").find(c) != std::string_view::npos) {
      dots_ = 0;  // a new key or value begins
    }
    if (c == '[' || c == '{') ++brackets_;
    if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
  }

  void skip_string(char quote) {
    const std::string fence(3, quote);
    if (!rest_.starts_with(fence)) {
      drop(1);
      skip_until(std::string_view(fence).substr(0, 1), quote, '\n');
      return;
    }
    drop(3);
    skip_until(fence, quote, '\0');
    // TOML 1.0: a multi-line string may end in two quotes of its own before the closing three.
    for (int extra = 0; extra < 2 && rest_.starts_with(quote); ++extra) drop(1);
  }

  // Behind the next `end`, or to `stop` (which ends an unfinished string), or to the end of the
  // text.
  void skip_until(std::string_view end, char quote, char stop) {
    while (!rest_.empty() && rest_.front() != stop) {
      if (rest_.starts_with(end)) return drop(end.size());
      const bool escaped = quote == '"' && rest_.front() == '\\';  // '...' knows no escapes
      drop(escaped ? 2 : 1);
    }
  }

  void drop(std::size_t count) {
    count = std::min(count, rest_.size());
    line_ += static_cast<unsigned>(std::ranges::count(rest_.substr(0, count), '\n'));
    rest_.remove_prefix(count);
  }

  std::string_view rest_;
  unsigned line_ = 1;
  std::size_t brackets_ = 0;
  std::size_t dots_ = 0;
};

unsigned line_of(std::string_view text, std::size_t position) {
  return static_cast<unsigned>(1 + std::ranges::count(text.substr(0, position), '\n'));
}

}  // namespace

std::optional<Mistake> find_hazard(std::string_view text) {
  if (text.size() > kConfigFileSize) {
    return Mistake{0, base::cat("is longer than ", kConfigFileSize, " octets")};
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    return Mistake{1, "begins with a byte order mark; save the file as UTF-8 without one"};
  }
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return Mistake{1, "is UTF-16; save the file as UTF-8"};
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Mistake{line_of(text, nul), "has a NUL octet; a configuration is UTF-8 text"};
  }
  if (const unsigned line = DepthScanner(text).too_deep(); line != 0) {
    return Mistake{line,
                   base::cat("keys, lists or tables are nested more than ", kConfigDepth, " deep")};
  }
  return std::nullopt;
}

}  // namespace melange::config
