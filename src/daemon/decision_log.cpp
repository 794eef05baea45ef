// SPDX-License-Identifier: Apache-2.0
#include "decision_log.h"

#include "melange/base/text.h"

namespace melange::daemon {
namespace {

using config::LogLevel;
using dhcp::Decision4;

constexpr base::Nanos kMuteTime = std::chrono::seconds(10);

LogLevel level_of(const Decision4& decision) {
  const bool drop = !decision.reply && decision.changes.empty();
  const bool nak = decision.reply && decision.reply->type == wire::MessageType4::kNak;
  const bool quiet_change =
      decision.reason == dhcp::Reason::kRenewed || decision.reason == dhcp::Reason::kInformed;
  const bool telling = drop || nak || (!decision.changes.empty() && !quiet_change);
  return telling ? LogLevel::kInfo : LogLevel::kDebug;
}

Fields fields_of(const wire::Datagram& datagram, const Decision4& decision) {
  Fields fields;
  fields.emplace_back("answer", dhcp::text(decision));
  if (decision.network != nullptr) fields.emplace_back("network", decision.network->name);
  fields.emplace_back("ifindex", std::to_string(datagram.ifindex));
  fields.emplace_back("from", text(datagram.source));
  return fields;
}

}  // namespace

// True if a line of this reason and link stood in the log just now. `left_out` counts those since.
bool DecisionLog::muted(const wire::Datagram& datagram, dhcp::Reason reason,
                        std::uint64_t& left_out) {
  const base::Nanos now = io::monotonic();
  Muted& entry = muted_[{datagram.ifindex, reason}];
  if (now < entry.until) {
    ++entry.count;
    return true;
  }
  left_out = std::exchange(entry.count, 0);
  entry.until = now + kMuteTime;
  return false;
}

void DecisionLog::decided(const wire::Datagram& datagram, const dhcp::Query4* query,
                          const Decision4& decision) {
  const LogLevel level = level_of(decision);
  if (!log_->enabled(level)) return;
  const bool drop = !decision.reply && decision.changes.empty();
  std::uint64_t left_out = 0;
  if (drop && muted(datagram, decision.reason, left_out)) return;
  Line line{level, query != nullptr ? dhcp::text(*query) : "packet", fields_of(datagram, decision)};
  if (query == nullptr && datagram.source_mac) {
    line.fields.emplace_back("mac", text(*datagram.source_mac));
  }
  if (left_out > 0) line.fields.emplace_back("left_out", std::to_string(left_out));
  if (!decision.changes.empty()) {
    waiting_.push_back(std::move(line));
  } else {
    log_->write(line.level, line.message, line.fields);
  }
}

void DecisionLog::damaged(const base::Error& error) { log_->error(error.message); }

void DecisionLog::committed(bool durable) {
  for (const Line& line : waiting_) {
    if (durable) log_->write(line.level, line.message, line.fields);
  }
  waiting_.clear();
}

}  // namespace melange::daemon
