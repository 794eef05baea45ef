// SPDX-License-Identifier: Apache-2.0
#include "generate.h"

#include "melange/base/digest.h"

namespace melange::ipam {
namespace {

constexpr unsigned kInterfaceIdentifier = 64;  // bits (RFC 4291 section 2.5.1)

// RFC 4291 appendix A: ff:fe in the middle, and the universal/local bit inverted.
std::uint64_t modified_eui64(const net::Mac& mac) {
  const std::uint64_t number = number_of(mac);
  const std::uint64_t high = number >> 24 ^ 0x020000;
  return high << 40 | std::uint64_t{0xfffe} << 24 | (number & 0xffffff);
}

std::uint64_t tenant_identifier(std::string_view tenant, const net::Mac& mac) {
  const auto digest = base::sha1(base::bytes_of(tenant));
  base::ByteReader reader(digest);
  return std::uint64_t{reader.u32()} << 32 | std::uint64_t{0xff} << 24 |
         (number_of(mac) & 0xffffff);
}

}  // namespace

std::optional<net::Address> generate(const store::Block& block, std::string_view tenant,
                                     const net::Mac& mac) {
  if (block.generator == store::Generator::kNext || block.cidr.length() > kInterfaceIdentifier ||
      block.cidr.family() != net::Family::kV6) {
    return std::nullopt;
  }
  const std::uint64_t identifier = block.generator == store::Generator::kEui64
                                       ? modified_eui64(mac)
                                       : tenant_identifier(tenant, mac);
  return net::Address::v6(block.cidr.network().value() | identifier);
}

std::uint64_t number_of(const net::Mac& mac) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : mac.bytes()) number = number << 8 | octet;
  return number;
}

net::Mac mac_of(std::uint64_t number) {
  std::array<std::uint8_t, 6> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(number >> (8 * (octets.size() - 1 - i)));
  }
  return net::Mac(octets);
}

net::Mac next_of(const net::Mac& mac) { return mac_of(number_of(mac) + 1); }

}  // namespace melange::ipam
