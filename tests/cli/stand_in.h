// SPDX-License-Identifier: Apache-2.0
//
// A transport without a server: it gives prepared responses, in order, and keeps what was asked.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport.h"

namespace melange::cli {

class StandIn final : public Transport {
 public:
  void answer(unsigned status, std::string body) {
    responses_.push_back({status, "Reason", "application/json", std::move(body)});
  }

  base::Result<Response> send(const Request& request) override {
    asked.push_back(request);
    if (responses_.empty()) return base::failure(base::Fault::kUnavailable, "nobody there");
    Response response = std::move(responses_.front());
    responses_.pop_front();
    return response;
  }

  base::Result<Response> stream(const Request& request,
                                base::FunctionRef<void(std::string_view)> take) override {
    auto response = send(request);
    if (response && response->is_success()) take(std::exchange(response->body, {}));
    return response;
  }

  std::vector<Request> asked;

 private:
  std::deque<Response> responses_;
};

}  // namespace melange::cli
