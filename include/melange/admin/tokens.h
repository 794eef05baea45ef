// SPDX-License-Identifier: Apache-2.0
//
// Bearer tokens. A token's text is "mel_<id>_<secret>": the id is public and finds the entry, and
// the SHA-256 of the whole text is what the file keeps (config/tokens.h). The secret has 256 random
// bits, so the digest needs neither salt nor stretching.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "melange/admin/principal.h"
#include "melange/base/error.h"
#include "melange/config/tokens.h"

namespace melange::admin {

class Tokens {
 public:
  // The file's tokens; a file that cannot be used is refused as a whole, naming all its mistakes.
  static base::Result<Tokens> load(const std::string& path);
  explicit Tokens(const std::vector<config::TokenEntry>& entries);

  // Whose token the text is. How long it takes says nothing of the secret (hostile.md H10).
  std::optional<Principal> find(std::string_view bearer) const;

 private:
  struct Known {
    std::vector<std::uint8_t> digest;
    Principal principal;
  };
  std::map<std::string, Known, std::less<>> by_id_;
};

struct NewToken {
  std::string text;                  // for its client alone: shown once and kept nowhere
  std::vector<std::uint8_t> digest;  // for the file
};
// `id` as in config::TokenEntry.
base::Result<NewToken> make_token(std::string_view id);

}  // namespace melange::admin
