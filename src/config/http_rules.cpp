// SPDX-License-Identifier: Apache-2.0
#include "http_rules.h"

#include "endpoint.h"
#include "message.h"
#include "once.h"

namespace melange::config {
namespace {

using base::cat;

// Also if its value was refused: that has its own mistake, and is not taken for an omission.
template <class T>
bool is_given(const At<T>& value) {
  return value.line != 0;
}

void check_pair(const Http& http, Mistakes& mistakes) {
  const bool has_certificate = is_given(http.tls_certificate);
  if (has_certificate == is_given(http.tls_key)) return;
  const unsigned line = has_certificate ? http.tls_certificate.line : http.tls_key.line;
  mistakes.push_back({line, has_certificate ? "tls_certificate needs tls_key beside it"
                                            : "tls_key needs tls_certificate beside it"});
}

}  // namespace

void check_http(const Http& http, Mistakes& mistakes) {
  check_pair(http, mistakes);
  const bool is_guarded =
      is_given(http.tokens) && is_given(http.tls_certificate) && is_given(http.tls_key);
  Once<Endpoint> endpoints(mistakes);
  for (const auto& [written, line] : http.listen) {
    const auto endpoint = parse_endpoint(written);
    if (!endpoint) continue;  // a mistake of the value alone
    endpoints.add(*endpoint, line, cat("listen ", quoted(written)));
    if (!endpoint->is_beyond_loopback() || is_guarded) continue;
    mistakes.push_back({line, cat("listen ", quoted(written),
                                  " can be reached from other hosts: set tokens, tls_certificate "
                                  "and tls_key, or listen on 127.0.0.1, [::1] or a unix socket")});
  }
}

}  // namespace melange::config
