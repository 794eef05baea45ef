// SPDX-License-Identifier: Apache-2.0
//
// The API's part of a turn: requests that write (and those that only the turn can answer) are
// handled inside the turn's transaction, one after another, and answered once it is committed.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "log.h"
#include "melange/admin/api.h"
#include "melange/daemon/turn.h"
#include "operations.h"

namespace melange::daemon {

class ApiTurn final : public Guest {
 public:
  // `committed` is called with the changes once they are durable, before anybody is answered.
  using Committed = std::function<void(std::span<const store::Change>)>;
  ApiTurn(Operations& operations, Log& log, Committed committed);

  void set_settings(std::shared_ptr<const admin::Settings> settings) {
    settings_ = std::move(settings);
  }
  // Whom requests ask what the wire would be answered.
  void set_explain(admin::Explain explain) { explain_ = std::move(explain); }
  // Takes what waits, for the next turn; true if there is anything.
  bool take();

  base::Result<bool> decide(store::Txn& txn, base::Instant now) override;
  void settled(bool durable) override;

 private:
  base::Status decide_one(const Operation& operation, store::Txn& txn, base::Instant now);
  base::Status apply(const store::Changes& changes, store::Txn& txn);
  void tell(const Operation& operation, const http::Response& response);

  Operations* operations_;
  Log* log_;
  Committed committed_;
  std::shared_ptr<const admin::Settings> settings_;
  admin::Explain explain_;
  std::vector<Operation> taken_;
  std::vector<http::Response> responses_;  // to those of `taken_` that were decided
  store::Changes changes_;                 // of all of them
};

}  // namespace melange::daemon
