// SPDX-License-Identifier: Apache-2.0
#include "melange/base/error.h"

#include <cerrno>
#include <system_error>

#include "melange/base/text.h"

namespace melange::base {
namespace {

Fault fault_of(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
    case ENODEV:
    case ENXIO:
    case EROFS:
    case ENOENT:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
      return Fault::kUnavailable;
    case ENOSPC:
    case EDQUOT:
    case EIO:
      return Fault::kDiskFull;
    default:
      return Fault::kSystem;
  }
}

}  // namespace

std::string_view text(Fault fault) {
  switch (fault) {
    case Fault::kInvalid:
      return "invalid";
    case Fault::kUnavailable:
      return "unavailable";
    case Fault::kBusy:
      return "busy";
    case Fault::kDiskFull:
      return "disk_full";
    case Fault::kMapFull:
      return "map_full";
    case Fault::kDamaged:
      return "damaged";
    case Fault::kNewer:
      return "newer";
    case Fault::kSystem:
      return "system";
  }
  return "unknown";
}

std::unexpected<Error> system_error(std::string_view what, int error_number) {
  const std::string reason = std::generic_category().message(error_number);
  return std::unexpected(Error{fault_of(error_number), cat(what, ": ", reason)});
}

std::unexpected<Error> failure(Fault fault, std::string message) {
  return std::unexpected(Error{fault, std::move(message)});
}

}  // namespace melange::base
