// SPDX-License-Identifier: Apache-2.0
//
// Files as the operator keeps them: read whole and within bounds (hostile.md C1), and replaced so
// that a power cut leaves the old content or the new one.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "descriptor.h"
#include "melange/base/error.h"
#include "melange/config/load.h"

namespace melange::config {

enum class Secrecy { kPublic, kOwnerOnly };  // the latter refuses a mode that lets others in

// A regular file of at most limits::kConfigFileSize and a little; find_hazard refuses the rest.
std::expected<std::string, Mistakes> read_file(const std::string& path, Secrecy secrecy);

// The folder that `path` stands in, made with mode 0700 if it is absent (its parent is not), and
// locked against everybody else who asks for this until the descriptor is closed.
base::Result<Descriptor> lock_folder_of(const std::string& path);

// Puts `content` in the place of what is at `path`, if anything is, under mode 0600. The owner
// stays. `folder` is that of `path`.
base::Status replace_file(const Descriptor& folder, const std::string& path,
                          std::string_view content);

}  // namespace melange::config
