// SPDX-License-Identifier: Apache-2.0
//
// The store's directory: made, checked, and locked before LMDB sees it (hostile.md S2, S7, S11,
// S16).
#pragma once

#include <string>

#include "melange/base/error.h"
#include "melange/base/function_ref.h"

namespace melange::store {

class Directory {
 public:
  // Takes the lock for writing. Makes the directory (mode 0700) if it is not there.
  static base::Result<Directory> lock(const std::string& path);
  // For readers: must be there and hold a store.
  static base::Result<Directory> look(const std::string& path);

  Directory(Directory&& other) noexcept;
  Directory& operator=(Directory&&) = delete;
  ~Directory();

  const std::string& path() const { return path_; }
  // True if a store was made here once.
  bool initialised() const;
  // Says so, durably.
  base::Status mark_initialised();
  // Makes a file of that name of what `write` writes to the descriptor (mode 0600), in place of the
  // one that was there: whole or not at all, and durably.
  base::Status replace(const std::string& name, base::FunctionRef<base::Status(int)> write);
  // Gives LMDB's lock file its space on the disk: LMDB writes to it through memory, and a disk that
  // is full would then be a SIGBUS. Only while no environment is open: closing the file drops
  // LMDB's locks.
  base::Status reserve_reader_table();
  // Octets of data.mdb; 0 if there is none.
  base::Result<std::size_t> data_size() const;
  // Makes the names in the directory durable.
  base::Status sync() const;

 private:
  explicit Directory(std::string path);
  base::Status open(bool create);
  base::Status take_lock();

  std::string path_;
  int directory_ = -1;
  int lock_ = -1;
};

}  // namespace melange::store
