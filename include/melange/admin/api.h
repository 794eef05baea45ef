// SPDX-License-Identifier: Apache-2.0
//
// The API as a pure function: a request, a view of the store and the time give a response and the
// changes that it speaks of. No socket, clock, log or random source. Which routes there are is one
// table (src/admin/routes.cpp): the router, /openapi.json and docs/api.md come from it. ipam.md.
//
// A response with changes may be sent only once they are committed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "melange/admin/principal.h"
#include "melange/admin/question.h"
#include "melange/base/error.h"
#include "melange/base/function_ref.h"
#include "melange/base/time.h"
#include "melange/http/message.h"
#include "melange/net/range.h"
#include "melange/store/change.h"
#include "melange/store/view.h"
#include "melange/wire/option_table4.h"

namespace melange::admin {

// What the configuration says ([ipam]).
struct Settings {
  std::optional<net::Prefix> default_cidr;  // of the block made for a network that is not there
  std::vector<net::Address> dns;            // of blocks that name none
  base::Seconds quarantine_time{172800};    // of blocks that say nothing else
  wire::OptionTable4 options;               // built in, and of the file's [[option]]
};

// Opens a snapshot of the store, calls `read` with its view, and closes it again. For what goes on
// after its request was answered: a stream of events reads the log whenever it is asked for more,
// on the HTTP server's thread, and outlives no server.
using ReadStore = std::function<base::Status(base::FunctionRef<void(const store::View&)> read)>;

struct Context {
  const store::View& view;
  base::Instant now;
  const Principal& principal;
  const Settings& settings;
  // How many addresses of a block are on offer.
  base::FunctionRef<std::uint64_t(store::BlockId)> offered;
  ReadStore read_store{};  // empty: no event streams (503)
  std::string warning{};  // what an operator should know of a server that is ready; told by /readyz
  Explain explain{};      // empty: nobody can be asked (503)
};

struct Outcome {
  http::Response response;
  store::Changes changes;
};

// Where a request is to be handled: over a snapshot, on any thread, or by the turn, in its
// transaction: what writes, and what only the turn knows.
enum class Where : std::uint8_t { kSnapshot, kTurn };
Where where(const http::Request& request);

// True if anyone may ask for it, without a token: then `principal` may be that of nobody.
bool is_public(const http::Request& request);

// The answer to a request. `view` may have failed meanwhile: then it means nothing (store/view.h).
Outcome handle(const http::Request& request, const Context& context);

// What is said when there is no answer: the store failed (503), too many wait (429), no token
// (401).
http::Response problem(unsigned status, std::string_view title, std::string_view detail,
                       const http::Request& request);

std::string openapi();    // the OpenAPI 3.1 document, as JSON
std::string reference();  // docs/api.md

}  // namespace melange::admin
