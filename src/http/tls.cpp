// SPDX-License-Identifier: Apache-2.0
#include "tls.h"

#include <openssl/ssl.h>

#include "melange/base/text.h"

namespace melange::http {
namespace {

using boost::asio::ssl::context;
using boost::system::error_code;

// Compression gives secrets away by their length (CRIME); renegotiation lets a client cost much.
constexpr auto kOptions = context::default_workarounds | context::no_compression |
                          SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION;

std::unexpected<base::Error> unusable(std::string_view what, const std::string& path,
                                      const error_code& error) {
  return base::failure(base::Fault::kInvalid,
                       base::cat("TLS ", what, " ", path, ": ", error.message()));
}

}  // namespace

base::Result<context> load_tls(const std::string& certificate, const std::string& key) {
  context tls(context::tls_server);
  error_code error;
  tls.set_options(kOptions, error);
  const bool old_refused = SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION) == 1;
  if (error || !old_refused) {
    return base::failure(base::Fault::kSystem, "TLS 1.2 cannot be set up");
  }
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);  // of connections that idle
  tls.use_certificate_chain_file(certificate, error);
  if (error) return unusable("certificate", certificate, error);
  tls.use_private_key_file(key, context::pem, error);
  if (error) return unusable("key", key, error);
  if (SSL_CTX_check_private_key(tls.native_handle()) != 1) {
    return base::failure(base::Fault::kInvalid,
                         base::cat("TLS key ", key, " is not that of ", certificate));
  }
  return tls;
}

}  // namespace melange::http
