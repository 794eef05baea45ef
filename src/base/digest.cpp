// SPDX-License-Identifier: Apache-2.0
#include "melange/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "melange/base/check.h"

namespace melange::base {
namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(Bytes bytes, const EVP_MD* algorithm) {
  std::array<std::uint8_t, Size> out{};
  unsigned size = 0;
  // It fails only where the library lacks the algorithm or there is no memory.
  check(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) == 1);
  check(size == Size);
  return out;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(Bytes bytes) { return digest<20>(bytes, EVP_sha1()); }

std::array<std::uint8_t, 32> sha256(Bytes bytes) { return digest<32>(bytes, EVP_sha256()); }

bool equal_in_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace melange::base
