// SPDX-License-Identifier: Apache-2.0
#include "file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "melange/base/limits.h"
#include "melange/base/text.h"

namespace melange::config {
namespace {

using base::cat;
using base::limits::kConfigFileSize;

std::unexpected<Mistakes> refused(std::string message) {
  return std::unexpected(Mistakes{{0, std::move(message)}});
}

std::unexpected<Mistakes> refused_by_system(std::string_view what) {
  return refused(base::system_error(what, errno).error().message);
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  return "a device or socket";
}

// The whole file; one octet over the limit is enough to refuse it, however it grows meanwhile.
std::expected<std::string, Mistakes> read_all(int file) {
  std::string content;
  std::array<char, 65536> chunk;
  while (content.size() <= kConfigFileSize) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused_by_system("cannot be read");
    if (got == 0) break;
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return content;
}

// Others are everybody but the owner: a group of one today may have two members tomorrow.
bool lets_others_in(mode_t mode) { return (mode & (S_IRWXG | S_IRWXO)) != 0; }

std::string octal(mode_t mode) {
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "%04o", mode & 07777u);
  return digits.data();
}

std::unexpected<base::Error> system_error(std::string_view what, const std::string& path) {
  return base::system_error(cat(what, ' ', base::escape(path)), errno);
}

std::filesystem::path folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

base::Status write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t done = ::write(file, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return system_error("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

// A server that does not run as root shall still be able to read what root has added to its file.
base::Status keep_owner(int file, const std::string& path) {
  struct stat before{};
  struct stat now{};
  if (::stat(path.c_str(), &before) != 0) {
    return errno == ENOENT ? base::Status{} : system_error("cannot look at", path);
  }
  if (::fstat(file, &now) != 0) return system_error("cannot look at the successor of", path);
  if (now.st_uid == before.st_uid && now.st_gid == before.st_gid) return {};
  if (::fchown(file, before.st_uid, before.st_gid) == 0) return {};
  return system_error("cannot keep the owner of", path);
}

// `file` is the one at `temporary`, empty.
base::Status fill_and_rename(const Descriptor& folder, const Descriptor& file,
                             const std::string& temporary, const std::string& path,
                             std::string_view content) {
  if (auto kept = keep_owner(file.number(), path); !kept) return kept;
  if (auto written = write_all(file.number(), content, temporary); !written) return written;
  if (::fsync(file.number()) != 0) return system_error("cannot write", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("cannot replace", path);
  if (::fsync(folder.number()) != 0) return system_error("cannot write the folder of", path);
  return {};
}

}  // namespace

std::expected<std::string, Mistakes> read_file(const std::string& path, Secrecy secrecy) {
  // Non-blocking, or opening a FIFO would wait for somebody to write into it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0) return refused_by_system("cannot be opened");
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return refused_by_system("cannot be read");
  if (!S_ISREG(status.st_mode)) {
    return refused(cat("is ", kind_of(status.st_mode), ", not a regular file"));
  }
  if (secrecy == Secrecy::kOwnerOnly && lets_others_in(status.st_mode)) {
    return refused(cat("has mode ", octal(status.st_mode),
                       ", which lets others than its owner in; run chmod 600 on it"));
  }
  return read_all(file.number());
}

base::Result<Descriptor> lock_folder_of(const std::string& path) {
  const std::string folder = folder_of(path).string();
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return system_error("cannot make the folder", folder);
  }
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0) return system_error("cannot open the folder", folder);
  while (::flock(opened.number(), LOCK_EX) != 0) {
    if (errno != EINTR) return system_error("cannot lock the folder", folder);
  }
  return opened;
}

base::Status replace_file(const Descriptor& folder, const std::string& path,
                          std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // with mode 0600
  if (file.number() < 0) return system_error("cannot make a file beside", path);
  auto done = fill_and_rename(folder, file, temporary, path, content);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace melange::config
