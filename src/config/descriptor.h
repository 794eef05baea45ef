// SPDX-License-Identifier: Apache-2.0
//
// An open file, closed with its owner's end.
#pragma once

#include <unistd.h>

#include <utility>

namespace melange::config {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;  // negative: it could not be opened
};

}  // namespace melange::config
