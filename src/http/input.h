// SPDX-License-Identifier: Apache-2.0
//
// What has arrived on a connection and is not used yet: a bounded buffer, in which the octets of a
// next request wait behind the present one.
#pragma once

#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include "http_limits.h"
#include "melange/base/check.h"

namespace melange::http {

class Input {
 public:
  std::string_view octets() const { return {octets_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  // Where the next octets go; never empty as long as heads are taken out.
  std::span<char> room() {
    std::memmove(octets_.data(), octets_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return std::span(octets_).subspan(end_);
  }
  void arrived(std::size_t count) {
    base::check(count <= octets_.size() - end_);
    end_ += count;
  }
  void drop(std::size_t count) {
    base::check(count <= end_ - begin_);
    begin_ += count;
  }

 private:
  std::array<char, limits::kReadBuffer> octets_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace melange::http
