// SPDX-License-Identifier: Apache-2.0
#include "patterns.h"

#include <set>

#include "elements.h"
#include "melange/wire/client_system.h"
#include "message.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::size_t kLongest = 255;  // of a sub-option, and of what an option holds of a kind
constexpr std::size_t kMac = 6;
constexpr std::size_t kUuid = 16;  // RFC 4578 section 2.3, without the type octet

bool take_star(std::string_view& text) {
  if (!text.ends_with('*')) return false;
  text.remove_suffix(1);
  return true;
}

Decoded<OctetPattern> read_text(const Node& node) {
  const auto written = Codec<std::string>::read(node);
  if (!written) return std::unexpected(written.error());
  if (written->empty()) return std::unexpected("is empty; leave it out, or write \"*\" for any");
  std::string_view text = *written;
  const bool prefix = take_star(text);
  auto octets = octets_of_text(text);
  if (!octets || octets->size() > kLongest) {
    return expected_instead(cat("at most ", kLongest, " octets, as text or as \"hex:0a1b\""), node);
  }
  return OctetPattern{std::move(*octets), prefix};
}

Decoded<OctetPattern> read_beginning(const Node& node) {
  auto pattern = read_text(node);
  if (pattern) pattern->prefix = true;
  return pattern;
}

// All `whole` octets in hex, or the first of them and a star.
Decoded<OctetPattern> read_hex(const Node& node, std::size_t whole, std::string_view what) {
  const auto* written = std::get_if<std::string>(&node.value);
  if (written == nullptr) return expected_instead(what, node);
  std::string_view text = *written;
  const bool prefix = take_star(text);
  if (prefix && (text.ends_with(':') || text.ends_with('-'))) text.remove_suffix(1);
  auto octets = base::parse_hex(text);
  const bool fits =
      octets && (prefix ? !octets->empty() && octets->size() <= whole : octets->size() == whole);
  if (!fits) return expected_instead(what, node);
  return OctetPattern{std::move(*octets), prefix};
}

Decoded<OctetPattern> read_mac(const Node& node) {
  return read_hex(node, kMac, "a MAC address or its first octets and a star, \"52:54:00:*\"");
}

Decoded<OctetPattern> read_uuid(const Node& node) {
  return read_hex(node, kUuid,
                  "a UUID such as \"00112233-4455-6677-8899-aabbccddeeff\" or its first octets and "
                  "a star, \"00112233*\"");
}

Decoded<net::Prefix> read_relay(const Node& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  const auto address = text != nullptr ? net::Ipv4::parse(*text) : std::nullopt;
  if (address) return *net::Prefix::make(*address, 32);
  return Codec<net::Prefix>::read(node);
}

std::vector<std::string_view> arch_names() {
  std::vector<std::string_view> names;
  for (const wire::ClientSystem& system : wire::client_systems()) names.push_back(system.name);
  return names;
}

Decoded<wire::ArchCodes> read_arch(const Node& node, const Mistakes& so_far) {
  const auto* name = std::get_if<std::string>(&node.value);
  if (name == nullptr) {
    const auto number = Codec<std::uint16_t>::read(node);
    if (!number) return expected_instead("a name such as \"efi-x64\", or a number", node);
    wire::ArchCodes codes;
    codes.push_back(*number);
    return codes;
  }
  const wire::ArchCodes codes = wire::arch_codes(*name);
  if (!codes.empty()) return codes;
  static const std::vector<std::string_view> names = arch_names();
  return std::unexpected(unknown("architecture", *name, names, so_far,
                                 "write the number of one that has no name here"));
}

}  // namespace

std::vector<OctetPattern> read_texts(const Node& node, std::string_view key,
                                     const Context& context) {
  return read_each<OctetPattern>(node, key, context, read_text);
}

std::vector<OctetPattern> read_beginnings(const Node& node, std::string_view key,
                                          const Context& context) {
  return read_each<OctetPattern>(node, key, context, read_beginning);
}

std::vector<OctetPattern> read_mac_patterns(const Node& node, std::string_view key,
                                            const Context& context) {
  return read_each<OctetPattern>(node, key, context, read_mac);
}

std::vector<OctetPattern> read_uuids(const Node& node, std::string_view key,
                                     const Context& context) {
  return read_each<OctetPattern>(node, key, context, read_uuid);
}

std::vector<std::uint16_t> read_archs(const Node& node, std::string_view key,
                                      const Context& context) {
  std::set<std::uint16_t> codes;
  for (const Node& element : elements_of(node, key, context)) {
    const auto read = read_arch(element, context.mistakes);
    if (!read) {
      context.complain(element.line, cat(key, ": ", read.error()));
      continue;
    }
    codes.insert(read->begin(), read->end());
  }
  return {codes.begin(), codes.end()};
}

std::vector<std::uint32_t> read_enterprises(const Node& node, std::string_view key,
                                            const Context& context) {
  return read_each<std::uint32_t>(node, key, context, Codec<std::uint32_t>::read);
}

std::vector<net::Prefix> read_relays(const Node& node, std::string_view key,
                                     const Context& context) {
  return read_each<net::Prefix>(node, key, context, read_relay);
}

}  // namespace melange::config
