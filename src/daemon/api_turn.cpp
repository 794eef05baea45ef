// SPDX-License-Identifier: Apache-2.0
#include "api_turn.h"

#include "melange/base/text.h"
#include "melange/dhcp/sweep.h"
#include "melange/io/clock.h"

namespace melange::daemon {
namespace {

// So many that a commit is shared by all who wait, so few that packets need not wait long.
constexpr std::size_t kOperationsInTurn = 128;
// Most take microseconds. Who asks for what takes long shall not hold up packets with many of it.
constexpr base::Nanos kTimeInTurn = std::chrono::milliseconds(5);

http::Response unavailable(const http::Request& request) {
  return admin::problem(503, "Service Unavailable",
                        "The store could not be written; nothing was changed. Try again later.",
                        request);
}

}  // namespace

ApiTurn::ApiTurn(Operations& operations, Log& log, Committed committed)
    : operations_(&operations),
      log_(&log),
      committed_(std::move(committed)),
      settings_(std::make_shared<admin::Settings>()) {}

bool ApiTurn::take() {
  taken_ = operations_->take(kOperationsInTurn);
  return !taken_.empty();
}

base::Result<bool> ApiTurn::decide(store::Txn& txn, base::Instant now) {
  responses_.clear();
  changes_.clear();
  if (taken_.empty()) return false;
  // What has been free since a moment ago shall be free here, although the sweeper comes later.
  txn.act_as("sweeper", now);
  const auto due = dhcp::due(txn.view(), now, base::limits::kSweepRecords);
  if (auto applied = apply(due, txn); !applied) return std::unexpected(applied.error());
  const base::Nanos end = io::monotonic() + kTimeInTurn;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (i > 0 && io::monotonic() >= end) {
      operations_->put_back(std::span(taken_).subspan(i));
      taken_.resize(i);
      break;
    }
    const std::size_t before = changes_.size();
    if (auto decided = decide_one(taken_[i], txn, now); !decided) {
      return std::unexpected(decided.error());
    }
    // An ETag names what one request wrote, not what a turn did.
    if (changes_.size() != before && i + 1 < taken_.size()) txn.next_revision();
  }
  return !due.empty() || !changes_.empty();
}

base::Status ApiTurn::decide_one(const Operation& operation, store::Txn& txn, base::Instant now) {
  const store::View view = txn.view();
  const auto none = [](store::BlockId) { return std::uint64_t{0}; };  // only reads show any
  const admin::Context context{.view = view,
                               .now = now,
                               .principal = operation.principal,
                               .settings = *settings_,
                               .offered = none,
                               .explain = explain_};
  admin::Outcome outcome = admin::handle(operation.request, context);
  if (txn.forgive()) {
    responses_.push_back(unavailable(operation.request));
    return {};
  }
  if (!view.ok()) return std::unexpected(view.error());
  txn.act_as(operation.principal.actor, now);
  if (auto applied = apply(outcome.changes, txn); !applied) return applied;
  responses_.push_back(std::move(outcome.response));
  changes_.insert(changes_.end(), outcome.changes.begin(), outcome.changes.end());
  return {};
}

base::Status ApiTurn::apply(const store::Changes& changes, store::Txn& txn) {
  for (const store::Change& change : changes) {
    if (auto applied = txn.apply(change); !applied) return applied;
  }
  return {};
}

void ApiTurn::settled(bool durable) {
  if (durable && !changes_.empty()) committed_(changes_);
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    const bool answered = durable && i < responses_.size();
    http::Response response = answered ? std::move(responses_[i]) : unavailable(taken_[i].request);
    tell(taken_[i], response);
    taken_[i].reply(std::move(response));
  }
  taken_.clear();
  responses_.clear();
  changes_.clear();
}

void ApiTurn::tell(const Operation& operation, const http::Response& response) {
  const bool refused = response.status >= 400;
  const auto level = refused ? config::LogLevel::kDebug : config::LogLevel::kInfo;
  if (!log_->enabled(level)) return;
  const http::Request& request = operation.request;
  log_->write(level, base::cat(text(request.method), ' ', request.path),
              {{"status", std::to_string(response.status)}, {"actor", operation.principal.actor}});
}

}  // namespace melange::daemon
