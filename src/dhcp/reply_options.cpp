// SPDX-License-Identifier: Apache-2.0
#include "reply_options.h"

#include <algorithm>

#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using base::Bytes;

Bytes own_value(const Reply4& reply, std::uint8_t option) {
  const auto at = std::ranges::find(reply.options, option, &store::OptionValue::code);
  if (at != reply.options.end()) return at->octets;
  return option == code::kHostName ? reply.hostname.view() : Bytes{};
}

Bytes layered_value(const Reply4& reply, std::uint8_t option) {
  Bytes value;
  for_each_set(reply, [&](const OptionSet4& set) {
    value = set.find(option);
    return !value.empty();
  });
  return value;
}

void fill(Boot4& boot, const store::Boot& from) {
  if (boot.server.is_unspecified() && from.server && from.server->is_v4()) {
    boot.server = from.server->v4();
  }
  if (boot.server_name.empty()) boot.server_name = base::bytes_of(from.server_name);
  if (boot.file.empty()) boot.file = base::bytes_of(from.file);
}

}  // namespace

Bytes value_of(const Reply4& reply, std::uint8_t option) {
  if (const Bytes own = own_value(reply, option); !own.empty()) return own;
  const Bytes value = layered_value(reply, option);
  if (value.empty() && option == code::kClasslessRoutesMicrosoft) {
    return value_of(reply, code::kClasslessRoutes);
  }
  return value;
}

Boot4 boot_of(const Query4& query, const Reply4& reply) {
  Boot4 boot;
  fill(boot, reply.boot);
  for (const ServedClass* const each : reply.classes) fill(boot, each->boot);
  fill(boot, reply.block->boot);
  fill(boot, reply.network->boot);
  fill(boot, reply.globals->boot);
  const auto vendor = base::text_of(query.message->option(code::kVendorClass));
  boot.by_http = !boot.file.empty() && vendor.starts_with(kHttpClient);
  return boot;
}

}  // namespace melange::dhcp
