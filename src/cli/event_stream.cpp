// SPDX-License-Identifier: Apache-2.0
#include "event_stream.h"

namespace melange::cli {

void EventStream::feed(std::string_view bytes, base::FunctionRef<void(std::string_view)> take) {
  for (const char c : bytes) {
    const bool second = after_return_ && c == '\n';
    after_return_ = c == '\r';
    if (second) continue;
    if (c == '\n' || c == '\r') {
      end_line(take);
    } else if (line_.size() + data_.size() < kEventSize) {
      line_ += c;
    } else {
      too_long_ = true;
    }
  }
}

void EventStream::end_line(base::FunctionRef<void(std::string_view)> take) {
  constexpr std::string_view kData = "data:";
  if (line_.empty()) {
    if (!data_.empty() && !too_long_) take(std::string_view(data_).substr(0, data_.size() - 1));
    data_.clear();
    too_long_ = false;
  } else if (line_.starts_with(kData)) {
    const std::size_t start = line_.starts_with("data: ") ? kData.size() + 1 : kData.size();
    data_ += std::string_view(line_).substr(start);
    data_ += '\n';
  }
  line_.clear();
}

}  // namespace melange::cli
