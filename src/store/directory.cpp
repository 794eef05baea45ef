// SPDX-License-Identifier: Apache-2.0
#include "directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "melange/base/text.h"

namespace melange::store {
namespace {

using base::cat;
using base::failure;
using base::Fault;
using base::system_error;

constexpr const char* kMarker = "initialised";
constexpr const char* kLock = "lock";
constexpr const char* kData = "data.mdb";
constexpr const char* kReaderTable = "lock.mdb";
constexpr off_t kReaderTableSize = 8192;  // LMDB's for its 126 readers

base::Status make_directory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) {
    const std::string parent = path.substr(0, path.find_last_of('/') + 1);
    const int fd =
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
      fsync(fd);
      close(fd);
    }
    return {};
  }
  if (errno == EEXIST) return {};
  return system_error(cat("store: cannot make ", path), errno);
}

}  // namespace

// "link/" would be what the link points to, and pass for a directory.
Directory::Directory(std::string path) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
}

Directory::Directory(Directory&& other) noexcept
    : path_(std::move(other.path_)),
      directory_(std::exchange(other.directory_, -1)),
      lock_(std::exchange(other.lock_, -1)) {}

Directory::~Directory() {
  if (lock_ >= 0) close(lock_);
  if (directory_ >= 0) close(directory_);
}

base::Result<Directory> Directory::lock(const std::string& path) {
  Directory directory(path);
  if (auto opened = directory.open(true); !opened) return std::unexpected(opened.error());
  if (auto locked = directory.take_lock(); !locked) return std::unexpected(locked.error());
  return directory;
}

base::Result<Directory> Directory::look(const std::string& path) {
  Directory directory(path);
  if (auto opened = directory.open(false); !opened) return std::unexpected(opened.error());
  if (directory.initialised()) return directory;
  return failure(Fault::kUnavailable,
                 cat("store: ", path, " holds no store yet; melange serve makes it"));
}

base::Status Directory::open(bool create) {
  struct stat status{};
  if (lstat(path_.c_str(), &status) == 0) {
    if (S_ISLNK(status.st_mode)) {
      return failure(Fault::kInvalid,
                     cat("store: ", path_, " is a symbolic link; name the directory itself"));
    }
    if (!S_ISDIR(status.st_mode)) {
      return failure(Fault::kInvalid, cat("store: ", path_, " is not a directory"));
    }
  } else if (create) {
    if (auto made = make_directory(path_); !made) return made;
  }
  directory_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory_ < 0) return system_error(cat("store: cannot open ", path_), errno);
  return {};
}

base::Status Directory::take_lock() {
  lock_ = openat(directory_, kLock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock_ < 0) return system_error(cat("store: cannot open ", path_, "/", kLock), errno);
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) {
    const std::string pid = cat(getpid(), '\n');
    // Only told to whoever finds the store taken: that it cannot be written is no reason to stop.
    if (ftruncate(lock_, 0) == 0) (void)!pwrite(lock_, pid.data(), pid.size(), 0);
    return {};
  }
  if (errno != EWOULDBLOCK) return system_error(cat("store: cannot lock ", path_), errno);
  std::array<char, 16> holder{};
  const ssize_t got = pread(lock_, holder.data(), holder.size(), 0);
  std::string_view pid(holder.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  pid = pid.substr(0, pid.find('\n'));
  return failure(Fault::kBusy,
                 cat("store: ", path_, " is in use by another melange (pid ", base::escape(pid),
                     "); stop it, or give this one a store of its own"));
}

bool Directory::initialised() const { return faccessat(directory_, kMarker, F_OK, 0) == 0; }

base::Status Directory::mark_initialised() {
  return replace(kMarker, [&](int fd) -> base::Status {
    constexpr std::string_view kText =
        "A Melange store was made here. If data.mdb is lost, restore a backup; to start anew, "
        "remove this file.\n";
    if (write(fd, kText.data(), kText.size()) == static_cast<ssize_t>(kText.size())) return {};
    return system_error(cat("store: cannot write to ", path_), errno);
  });
}

base::Status Directory::replace(const std::string& name,
                                base::FunctionRef<base::Status(int)> write) {
  const std::string made = name + ".new";
  const int fd =
      openat(directory_, made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(cat("store: cannot write to ", path_), errno);
  base::Status done = write(fd);
  if (done && fsync(fd) != 0) done = system_error(cat("store: cannot write to ", path_), errno);
  close(fd);
  if (done && renameat(directory_, made.c_str(), directory_, name.c_str()) != 0) {
    done = system_error(cat("store: cannot write to ", path_), errno);
  }
  // A copy that did not fit would keep the space from what needs it more.
  if (!done) unlinkat(directory_, made.c_str(), 0);
  return done ? sync() : done;
}

base::Status Directory::reserve_reader_table() {
  const int fd = openat(directory_, kReaderTable, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(cat("store: cannot open ", path_, "/", kReaderTable), errno);
  const int code = posix_fallocate(fd, 0, kReaderTableSize);
  close(fd);
  if (code == 0 || code == EOPNOTSUPP || code == EINVAL) return {};
  return system_error(cat("store: cannot write to ", path_), code);
}

base::Result<std::size_t> Directory::data_size() const {
  struct stat status{};
  if (fstatat(directory_, kData, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return 0;
    return system_error(cat("store: cannot look at ", path_, "/", kData), errno);
  }
  if (S_ISREG(status.st_mode)) return static_cast<std::size_t>(status.st_size);
  return failure(Fault::kInvalid, cat("store: ", path_, "/", kData, " is not a regular file"));
}

base::Status Directory::sync() const {
  if (fsync(directory_) == 0) return {};
  return system_error(cat("store: cannot sync ", path_), errno);
}

}  // namespace melange::store
