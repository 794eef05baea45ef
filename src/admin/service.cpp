// SPDX-License-Identifier: Apache-2.0
#include "service.h"

namespace melange::admin {
namespace {

Reply status(std::string_view text) {
  Reply reply;
  reply.body.emplace("status", text);
  return reply;
}

}  // namespace

Answer show_health(const Call&) { return status("ok"); }

// Whoever answers may know better: this says that the store can be read.
Answer show_readiness(const Call& call) {
  if (!call.view().ok()) return std::unexpected(Problem{503, "", "the store cannot be read", {}});
  Reply reply = status("ready");
  if (!call.context.warning.empty()) reply.body.emplace("warning", call.context.warning);
  return reply;
}

Answer show_description(const Call&) {
  Reply reply;
  reply.body = openapi_document();
  return reply;
}

Answer show_index(const Call&) {
  Reply reply;
  reply.body = {
      {"name", "melange"},    {"api", "/v1"},           {"description", "/openapi.json"},
      {"health", "/healthz"}, {"readiness", "/readyz"},
  };
  return reply;
}

}  // namespace melange::admin
