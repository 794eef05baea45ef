// SPDX-License-Identifier: Apache-2.0
//
// Failures: what the caller can only forward (a disk that is full, a socket that is gone). An
// *answer* (no address free, a malformed packet) is never one of these; each function that can give
// one has an enum of its own.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace melange::base {

enum class Fault : std::uint8_t {
  kInvalid,      // what the operator gave (a file, an argument) cannot be used
  kUnavailable,  // something of the host is missing or refused: permission, link, address
  kBusy,         // somebody else holds it: a second server on one store
  kDiskFull,     // a write did not reach the disk; later ones may
  kMapFull,      // the store must grow before this transaction can be repeated
  kDamaged,      // the store is not what Melange wrote
  kNewer,        // the store was written by a newer Melange
  kSystem,       // any other error of the operating system
};

struct Error {
  Fault fault = Fault::kSystem;
  std::string message;  // one line for the operator: what failed, on what, and the remedy if known
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

std::string_view text(Fault fault);

// The failure of a system call: "what: No space left on device". `error_number` is an errno.
[[nodiscard]] std::unexpected<Error> system_error(std::string_view what, int error_number);
[[nodiscard]] std::unexpected<Error> failure(Fault fault, std::string message);

}  // namespace melange::base
