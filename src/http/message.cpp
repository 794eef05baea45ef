// SPDX-License-Identifier: Apache-2.0
#include "melange/http/message.h"

#include <algorithm>
#include <array>

namespace melange::http {
namespace {

constexpr std::array kMethodTexts = std::to_array<std::string_view>(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"});
static_assert(kMethodTexts.size() == static_cast<std::size_t>(Method::kOther) + 1);

}  // namespace

std::string_view text(Method method) { return kMethodTexts.at(static_cast<std::size_t>(method)); }

std::string_view Request::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace melange::http
