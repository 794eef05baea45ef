// SPDX-License-Identifier: Apache-2.0
//
// The server as an object: configuration, store, links and turn, and the loop that feeds them. One
// thread; beside it one writes the log, and one serves HTTP.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api_turn.h"
#include "application.h"
#include "arp_links.h"
#include "conflict_check.h"
#include "decision_log.h"
#include "log.h"
#include "melange/config/load.h"
#include "melange/daemon/turn.h"
#include "melange/http/server.h"
#include "melange/io/clock.h"
#include "melange/io/host_links.h"
#include "melange/io/link.h"
#include "melange/io/poller.h"
#include "melange/store/store.h"

namespace melange::daemon {

class Server {
 public:
  // Opens everything that must be there. `config` was read from `config_path`.
  static base::Result<std::unique_ptr<Server>> open(std::string config_path, config::Config config,
                                                    io::SignalQueue signals, Log& log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  // Until a signal ends it. A failure is one that a restart may mend, not a packet's.
  base::Status run();

 private:
  struct Parts {
    store::Store store;
    io::HostLinks host_links;
    io::Poller poller;
    io::SignalQueue signals;
    std::unique_ptr<io::Link> routed;
    Operations operations;
    base::Instant stamp;
  };
  struct RawLink {
    std::string name;
    std::unique_ptr<io::Link> link;
  };

  Server(std::string config_path, config::Config config, Log& log, Parts parts);
  base::Status start(Application::Settings settings);
  base::Status apply_config(const config::Config& config);
  static base::Result<Application::Settings> read_settings(const config::Config& config);
  base::Status serve_http(const config::Config& config);
  base::Status start_http(const http::Settings& settings);
  base::Status compile_topology();
  void tell_retired(const store::Changes& changes) const;
  void follow_changes(std::span<const store::Change> changes);
  void follow_links();
  void open_link(const net::HostLink& host);
  void close_link(int ifindex);
  void tell_missing_interfaces();
  base::Millis patience() const;
  void handle_signals();
  void reload();
  void watch_links();
  void receive_and_decide();
  void take_turn();
  void sweep_if_due();
  void prune_if_due();
  void watch_clock_if_due();
  void tell_followers();
  void note_health(const base::Status& done);

  std::string config_path_;
  config::Config config_;
  Log* log_;
  store::Store store_;
  io::HostLinks host_links_;
  io::Poller poller_;
  io::SignalQueue signals_;
  std::unique_ptr<io::Link> routed_;
  io::Clock clock_;
  io::JumpAlarm jump_alarm_;
  DecisionLog decision_log_;
  Turn turn_;
  ArpLinks arp_links_;
  ConflictCheck conflict_check_;
  Operations operations_;
  ApiTurn api_turn_;
  Application application_;
  http::Settings http_settings_;
  std::optional<http::Server> http_;  // stops before what it asks
  std::map<int, RawLink> raw_links_;  // by ifindex
  Ports ports_;
  std::unique_ptr<io::Batch> batch_;
  std::set<int> ready_;  // ifindex of links with something to receive
  bool routed_ready_ = false;
  bool api_ready_ = false;
  int served_last_ = 0;                 // ifindex where the last batch ended: others go first
  std::set<std::string> missing_told_;  // interfaces that the log has named as missing
  bool stopping_ = false;
  bool degraded_ = false;
  std::uint64_t commits_told_ = 0;  // to those who follow the change log
  base::Nanos next_sweep_{};
  base::Nanos next_prune_{};
  base::Nanos next_offered_{};
  base::Nanos next_clock_{};
  bool pruning_ = false;  // there is more to drop
  std::optional<store::AddressKey> sweep_from_;
};

}  // namespace melange::daemon
