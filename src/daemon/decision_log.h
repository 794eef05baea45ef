// SPDX-License-Identifier: Apache-2.0
//
// One log line per decision: what changes leases at `info`, once the change is durable; the rest at
// `debug`. Dropped packets are told at `info`, but for each reason and link at most once in ten
// seconds, whatever a client sends (hostile.md, outcome D).
#pragma once

#include <map>
#include <string_view>

#include "log.h"
#include "melange/daemon/turn.h"
#include "melange/io/clock.h"

namespace melange::daemon {

class DecisionLog : public Observer {
 public:
  explicit DecisionLog(Log& log) : log_(&log) {}

  void decided(const wire::Datagram& datagram, const dhcp::Query4* query,
               const dhcp::Decision4& decision) override;
  void refused(const io::Batch::Refused& frames) override;
  void conflicted(const dhcp::Conflict& conflict) override;
  void damaged(const base::Error& error) override;
  void committed(bool durable) override;

 private:
  struct Line {
    config::LogLevel level;
    std::string message;
    Fields fields;
  };
  struct Muted {
    base::Nanos until{};
    std::uint64_t count = 0;
  };
  bool muted(int ifindex, std::string_view reason, std::uint64_t times, std::uint64_t& left_out);
  void forget_unmuted(base::Nanos now);

  Log* log_;
  std::vector<Line> waiting_;                                // for the commit
  std::map<std::pair<int, std::string_view>, Muted> muted_;  // by ifindex and reason
};

}  // namespace melange::daemon
