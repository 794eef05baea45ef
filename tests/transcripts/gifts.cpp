// SPDX-License-Identifier: Apache-2.0
#include "gifts.h"

#include <algorithm>
#include <stdexcept>

#include "melange/base/text.h"
#include "melange/wire/options4.h"

namespace melange::test {
namespace {

using base::split;

constexpr std::string_view kHex = "hex:";

// "1450" is a number, "a,b" a list, anything else a text.
wire::Datum datum_of(const std::string& text) {
  if (text.find(',') != std::string::npos) {
    wire::DatumList list;
    for (const std::string_view part : split(text, ',')) {
      list.push_back(datum_of(std::string(part)));
    }
    return {list};
  }
  const bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return {static_cast<std::int64_t>(number_of(text))};
  return {text};
}

std::uint8_t code_of(std::string_view name) {
  const auto code = wire::option4_code(name);
  if (!code) throw std::invalid_argument(base::cat("unknown option '", name, "'"));
  return *code;
}

}  // namespace

config::Options4 read_options(Words& words) {
  config::Options4 options;
  for (const auto& [key, value] : words.take_pairs()) {
    const std::uint8_t code = code_of(key);
    const auto octets = wire::encode_option4(code, datum_of(value));
    if (!octets) words.fail(base::cat(key, ' ', octets.error()));
    options[code] = *octets;
  }
  return options;
}

config::OptionCodes codes_of(const std::string& list) {
  config::OptionCodes codes;
  for (const std::string_view name : split(list, ',')) codes.codes.push_back(code_of(name));
  std::ranges::sort(codes.codes);
  return codes;
}

config::Boot read_boot(Words& words) {
  config::Boot boot;
  if (const auto server = words.take("next_server")) {
    boot.server = net::Ipv4::parse(*server);
    if (!boot.server) words.fail("not a server's address");
  }
  boot.server_name = words.take("server_name").value_or("");
  boot.file = words.take("boot_file").value_or("");
  return boot;
}

std::vector<std::uint8_t> text_or_hex(std::string_view text) {
  if (text.starts_with(kHex)) return octets_of(std::string(text.substr(kHex.size())));
  const base::Bytes octets = base::bytes_of(text);
  return {octets.begin(), octets.end()};
}

std::vector<config::At<std::string>> names_of(std::string_view list) {
  std::vector<config::At<std::string>> names;
  for (const std::string_view name : split(list, ',')) names.push_back({std::string(name), 0});
  return names;
}

}  // namespace melange::test
