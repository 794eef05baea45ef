// SPDX-License-Identifier: Apache-2.0
#include "dialect.h"

#include "melange/base/text.h"

namespace melange::admin {
namespace {

constexpr std::string_view kV1 = "/v1/";
constexpr std::string_view kV01 = "/v0.1/ipam/";

}  // namespace

Dialect dialect_of(std::string_view path) {
  return path.starts_with(kV01) ? Dialect::kV01 : Dialect::kV1;
}

std::string to_v1(std::string_view path) {
  if (dialect_of(path) == Dialect::kV1) return std::string(path);
  return base::cat(kV1, path.substr(kV01.size()));
}

std::string from_v1(std::string_view path, Dialect dialect) {
  if (dialect == Dialect::kV1 || !path.starts_with(kV1)) return std::string(path);
  return base::cat(kV01, path.substr(kV1.size()));
}

unsigned status_of(unsigned success, Dialect dialect) {
  return dialect == Dialect::kV01 && success != 201 ? 200 : success;
}

}  // namespace melange::admin
