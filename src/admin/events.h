// SPDX-License-Identifier: Apache-2.0
//
// The change log as the API shows it: a page of it, a stream of it, and what it says of one
// address. A tenant's token sees its tenants' events; events of nobody's objects are an admin's.
#pragma once

#include <array>
#include <memory>

#include "route.h"

namespace melange::admin {

inline constexpr std::array kChangesParameters{
    Parameter{"after", "Only events with a higher number; omitted: from the oldest that is kept."},
    Parameter{"limit", "How many at most: 1 to 1000, 200 if omitted."},
};
inline constexpr std::array kHistoryParameters{
    Parameter{"at", "Only what was true then, for each block: 2026-11-23T08:15:30Z."},
    Parameter{"before", "Only events with a lower number."},
    Parameter{"limit", "How many at most: 1 to 1000, 200 if omitted."},
};

Answer list_changes(const Call& call);
Answer show_address_history(const Call& call);

bool may_see(const Principal& principal, const store::Event& event);
// The events after number `after`, as they come (WHATWG HTML, section 9.2): `id` is the number,
// `event` what happened, `data` the event as a page of the log shows it.
std::unique_ptr<http::EventSource> stream_changes(ReadStore read, Principal principal,
                                                  const wire::OptionTable4& options,
                                                  std::uint64_t after);

// RFC 3339; nothing if it is none.
std::optional<base::Instant> parse_time(std::string_view text);

}  // namespace melange::admin
