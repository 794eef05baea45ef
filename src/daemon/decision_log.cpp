// SPDX-License-Identifier: Apache-2.0
#include "decision_log.h"

#include "melange/base/text.h"

namespace melange::daemon {
namespace {

using config::LogLevel;
using dhcp::Decision4;

constexpr base::Nanos kMuteTime = std::chrono::seconds(10);

constexpr std::size_t kMuted = 4096;  // interfaces come and go, each with an index of its own

bool is_drop(const Decision4& decision) {
  return !decision.reply && decision.changes.empty() && !decision.probes;
}

LogLevel level_of(const Decision4& decision) {
  const bool drop = is_drop(decision);
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

// True if a line of this reason and link stood in the log just now. `left_out` counts what happened
// since, `times` now. The reason's octets live for ever.
bool DecisionLog::muted(int ifindex, std::string_view reason, std::uint64_t times,
                        std::uint64_t& left_out) {
  const base::Nanos now = io::monotonic();
  if (muted_.size() >= kMuted) forget_unmuted(now);
  Muted& entry = muted_[{ifindex, reason}];
  if (now < entry.until) {
    entry.count += times;
    return true;
  }
  left_out = std::exchange(entry.count, 0) + times - 1;
  entry.until = now + kMuteTime;
  return false;
}

void DecisionLog::forget_unmuted(base::Nanos now) {
  std::erase_if(muted_, [now](const auto& entry) { return entry.second.until <= now; });
}

void DecisionLog::refused(const io::Batch::Refused& frames) {
  if (!log_->enabled(LogLevel::kInfo)) return;
  const std::string_view reason = text(frames.error);
  std::uint64_t left_out = 0;
  if (muted(frames.ifindex, reason, frames.count, left_out)) return;
  Fields fields{{"answer", base::cat("drop reason=", reason)},
                {"ifindex", std::to_string(frames.ifindex)}};
  if (left_out > 0) fields.emplace_back("left_out", std::to_string(left_out));
  log_->info("frame", fields);
}

void DecisionLog::conflicted(const dhcp::Conflict& conflict) {
  const dhcp::Probe& probe = conflict.probe;
  const Fields fields{{"address", text(probe.key.address)},
                      {"mac", text(conflict.evidence)},
                      {"client", text(probe.identity)},
                      {"ifindex", std::to_string(probe.ifindex)}};
  if (conflict.within_budget) {
    log_->warn("an address that was to be offered is in use on the link: it is quarantined",
               fields);
    return;
  }
  std::uint64_t left_out = 0;
  if (muted(probe.ifindex, "conflicts", 1, left_out)) return;
  log_->warn(
      "more addresses are said to be in use on the link than can be believed: they are offered",
      fields);
}

void DecisionLog::decided(const wire::Datagram& datagram, const dhcp::Query4* query,
                          const Decision4& decision) {
  const LogLevel level = level_of(decision);
  if (!log_->enabled(level)) return;
  std::uint64_t left_out = 0;
  if (is_drop(decision) && muted(datagram.ifindex, dhcp::text(decision.reason), 1, left_out)) {
    return;
  }
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
