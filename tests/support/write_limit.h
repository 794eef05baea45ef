// SPDX-License-Identifier: Apache-2.0
//
// A disk that takes no more: while it lives, no write of this process reaches a file behind
// `octets`.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace melange::test {

class WriteLimit {
 public:
  explicit WriteLimit(rlim_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = octets;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  WriteLimit(const WriteLimit&) = delete;
  WriteLimit& operator=(const WriteLimit&) = delete;
  ~WriteLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace melange::test
