// SPDX-License-Identifier: Apache-2.0
//
// Why a request is not done, as a value (RFC 9457). A handler that finds several faults names them
// all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect.h"
#include "melange/http/message.h"
#include "melange/ipam/refusal.h"

namespace melange::admin {

using ipam::Fault;
using Faults = std::vector<Fault>;

struct Problem {
  unsigned status = 400;
  std::string_view code;  // what programs go by where the status does not say it; often empty
  std::string detail;     // one sentence
  Faults errors;          // by field
  std::vector<http::Field> fields{};  // of the response: Allow
  std::string title{};                // empty: that of the status
};

Problem invalid(Faults faults);
Problem invalid(std::string field, std::string message);
// Also for what is somebody else's: the same words, whatever there is.
Problem not_found(std::string_view what);
Problem forbidden(std::string detail);
Problem conflict(std::string_view code, std::string detail);
Problem managed_by_config(std::string_view what);
Problem of(const ipam::Refusal& refusal);

std::string_view reason(unsigned status);  // "Not Found"
http::Response render(const Problem& problem, Dialect dialect);

}  // namespace melange::admin
