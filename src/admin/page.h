// SPDX-License-Identifier: Apache-2.0
//
// Lists, a page at a time, in the order of creation. A page is asked for with `limit` and `marker`,
// the id of the last object that the client has seen; the reply links to the next one if there is
// more. What is deleted meanwhile disturbs nothing.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "melange/base/function_ref.h"
#include "route.h"

namespace melange::admin {

inline constexpr std::size_t kPageLimit = 200;
inline constexpr std::size_t kLargestPage = 1000;

std::expected<Page, Problem> read_page(const Arguments& query);
Problem unknown_marker();

// {"<collection>": objects} and, if `next` is not empty, a link to what stands behind it: the
// request's own target with `parameter` set to `next`.
Reply list_reply(const Call& call, std::string_view collection, json::array objects,
                 std::string_view parameter, std::string_view next);

// The page behind number `after`: `show` gives an object's JSON, with its "id", or nothing if it is
// not asked for.
Reply list(const Call& call, std::string_view collection, const store::Listing& listing,
           std::uint64_t after, base::FunctionRef<std::optional<json::object>(std::uint64_t)> show);

// What `call`'s marker says, for objects whose id is a UUID; 0 if there is none.
std::expected<std::uint64_t, Problem> marker_number(const Call& call, store::ObjectKind kind);

// The page of objects that are at hand, in their order.
Answer list_of(const Call& call, std::string_view collection, std::span<const json::object> all);

}  // namespace melange::admin
