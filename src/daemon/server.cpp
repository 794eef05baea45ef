// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "explain.h"
#include "housekeeping.h"
#include "look.h"
#include "melange/base/text.h"
#include "melange/dhcp/sweep.h"
#include "melange/ipam/plan.h"
#include "notify.h"

namespace melange::daemon {
namespace {

using base::cat;
using base::Status;

// Tokens of the poller: interface indices are positive.
constexpr std::uint64_t kSignals = 1ull << 32;
constexpr std::uint64_t kHostLinks = 2ull << 32;
constexpr std::uint64_t kRouted = 3ull << 32;
constexpr std::uint64_t kOperations = 4ull << 32;
constexpr std::uint64_t kArp = 5ull << 32;  // plus the interface's index

constexpr base::Nanos kSweepPause = std::chrono::seconds(1);  // between passes
constexpr base::Nanos kOfferedPause = std::chrono::milliseconds(200);
constexpr base::Nanos kPrunePause = std::chrono::seconds(1);
constexpr base::Nanos kClockPause = std::chrono::seconds(1);
constexpr base::Nanos kSliceTime = std::chrono::milliseconds(20);  // between slices of one

template <class T>
std::unexpected<base::Error> forward(const base::Result<T>& failed) {
  return std::unexpected(failed.error());
}

bool is_pattern(std::string_view interface) {
  return interface.find_first_of("*?") != std::string_view::npos;
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::open(std::string config_path, config::Config config,
                                                   io::SignalQueue signals, Log& log) {
  // Before anything is made: who is refused leaves nothing behind.
  auto settings = read_settings(config);
  if (!settings) return forward(settings);
  auto store = store::Store::open(config.store.path);
  if (!store) return forward(store);
  const auto stamp = newest_stamp(*store);
  if (!stamp) return forward(stamp);
  auto host_links = io::HostLinks::open();
  if (!host_links) return forward(host_links);
  auto poller = io::Poller::open();
  if (!poller) return forward(poller);
  auto routed = io::open_udp_link(wire::kServerPort4);
  if (!routed) return forward(routed);
  auto operations = Operations::open();
  if (!operations) return forward(operations);
  std::unique_ptr<Server> server(
      new Server(std::move(config_path), std::move(config), log,
                 Parts{std::move(*store), std::move(*host_links), std::move(*poller),
                       std::move(signals), std::move(*routed), std::move(*operations), *stamp}));
  if (auto started = server->start(std::move(*settings)); !started)
    return std::unexpected(started.error());
  return server;
}

Server::Server(std::string config_path, config::Config config, Log& log, Parts parts)
    : config_path_(std::move(config_path)),
      config_(std::move(config)),
      log_(&log),
      store_(std::move(parts.store)),
      host_links_(std::move(parts.host_links)),
      poller_(std::move(parts.poller)),
      signals_(std::move(parts.signals)),
      routed_(std::move(parts.routed)),
      clock_(parts.stamp),
      jump_alarm_(clock_.wall_clock_lead()),
      decision_log_(log),
      turn_(store_, decision_log_),
      arp_links_(poller_, kArp, log),
      conflict_check_(store_, turn_, decision_log_, arp_links_),
      operations_(std::move(parts.operations)),
      api_turn_(operations_, log,
                [this](std::span<const store::Change> changes) { follow_changes(changes); }),
      application_(store_, clock_, operations_),
      batch_(std::make_unique<io::Batch>()) {
  ports_.routed = routed_.get();
  ports_.prober = &conflict_check_;
}

Status Server::start(Application::Settings settings) {
  if (clock_.started_behind()) {
    log_->warn(
        "the wall clock is behind the newest record of the store; leases end later than they would",
        {{"behind", base::text(std::chrono::floor<base::Seconds>(-clock_.wall_clock_lead()))}});
  }
  if (auto added = poller_.add(signals_.descriptor(), kSignals); !added) return added;
  if (auto added = poller_.add(host_links_.descriptor(), kHostLinks); !added) return added;
  if (auto added = poller_.add(routed_->descriptor(), kRouted); !added) return added;
  if (auto added = poller_.add(operations_.descriptor(), kOperations); !added) return added;
  api_turn_.set_explain(
      [this](const admin::Question& question, const store::View& view, base::Instant now) {
        return explain(question, host_links_.links(), turn_, view, now);
      });
  api_turn_.set_settings(settings.api);
  application_.set(std::move(settings));
  if (auto applied = apply_config(config_); !applied) return applied;
  follow_links();
  return serve_http(config_);
}

base::Result<Application::Settings> Server::read_settings(const config::Config& config) {
  Application::Settings settings;
  if (const auto& path = config.http.tokens.value) {
    auto tokens = admin::Tokens::load(*path);
    if (!tokens) return forward(tokens);
    settings.tokens = std::move(*tokens);
  }
  admin::Settings api;
  api.default_cidr = config.ipam.default_cidr;
  api.dns.assign(config.ipam.dns.begin(), config.ipam.dns.end());
  api.quarantine_time = config.ipam.quarantine_time;
  api.options = config::option_table(config);
  settings.api = std::make_shared<const admin::Settings>(std::move(api));
  return settings;
}

namespace {

http::Settings http_settings(const config::Http& http) {
  http::Settings settings;
  for (const auto& address : http.listen) settings.listen.push_back(address.value);
  settings.tls_certificate = http.tls_certificate.value.value_or("");
  settings.tls_key = http.tls_key.value.value_or("");
  settings.host_names = http.host_names;
  settings.connections = http.connections;
  settings.timeout = http.timeout;
  return settings;
}

}  // namespace

Status Server::start_http(const http::Settings& settings) {
  if (settings.listen.empty()) return {};
  auto started = http::Server::start(settings, application_);
  if (!started) return forward(started);
  http_.emplace(std::move(*started));
  for (const std::string& address : http_->addresses()) log_->info("API", {{"at", address}});
  return {};
}

// If it cannot be as the configuration says, it stays as it was.
Status Server::serve_http(const config::Config& config) {
  http::Settings settings = http_settings(config.http);
  // Who follows the change log shall not be cut off by every reload; but a certificate may have
  // been renewed under the same name.
  const bool same = settings == http_settings_ && settings.tls_certificate.empty();
  if (http_ && same) return {};
  http_.reset();
  Status started = start_http(settings);
  if (started) {
    http_settings_ = std::move(settings);
  } else if (auto again = start_http(http_settings_); !again) {
    log_->error(again.error().message);
  }
  return started;
}

// The networks of the file become the store's, in one transaction.
Status Server::apply_config(const config::Config& config) {
  store::Changes changes;
  {
    auto txn = store_.begin();
    if (!txn) return forward(txn);
    auto planned =
        ipam::plan_config(txn->view(), config.networks, clock_.now(), config.ipam.quarantine_time);
    if (!txn->view().ok()) return std::unexpected(txn->view().error());
    if (!planned) return forward(planned);
    changes = std::move(*planned);
  }
  tell_retired(changes);
  if (auto applied = turn_.apply(changes, "config", clock_.now()); !applied) return applied;
  turn_.set_limits({.offer_time = config.dhcp.offer_time,
                    .conflict_wait = base::Millis(config.dhcp.conflict_wait)});
  return compile_topology();
}

Status Server::compile_topology() {
  auto topology = compile(store_, config_, host_links_.links());
  if (!topology) return forward(topology);
  turn_.set_topology(std::move(*topology));
  return {};
}

// ipam.md section 3: what left the file but is in use stays for now, and that is said.
void Server::tell_retired(const store::Changes& changes) const {
  for (const store::Change& change : changes) {
    const auto* put = std::get_if<store::PutBlock>(&change);
    if (put == nullptr || !put->block.retired) continue;
    log_->warn(
        "the block has left the configuration, but has leases or allocated addresses; it "
        "stays without new ones until they are gone",
        {{"block", text(put->block.cidr)}});
  }
}

// After a commit of the API: what is served on the wire follows before anybody is told.
void Server::follow_changes(std::span<const store::Change> changes) {
  if (!dhcp::touches_topology(changes)) return;
  turn_.set_topology(std::make_shared<const dhcp::Topology>(turn_.topology().updated(changes)));
  follow_links();
}

// Opens and closes raw links until they are those of the topology.
void Server::follow_links() {
  std::set<int> wanted;
  for (const dhcp::ServedLink& link : turn_.topology().links()) wanted.insert(link.host.ifindex);
  std::set<int> gone;
  for (const auto& [ifindex, raw] : raw_links_) {
    const dhcp::ServedLink* link = turn_.topology().link(ifindex);
    // An interface that was renamed keeps its index and its socket; one made anew has another
    // index.
    if (link == nullptr) gone.insert(ifindex);
  }
  for (const int ifindex : gone) close_link(ifindex);
  for (const int ifindex : wanted) {
    if (!raw_links_.contains(ifindex)) open_link(turn_.topology().link(ifindex)->host);
  }
  arp_links_.follow(turn_.topology());
  tell_missing_interfaces();
}

void Server::open_link(const net::HostLink& host) {
  auto link = io::open_raw_link(host.ifindex, host.name);
  if (!link) {
    log_->warn(link.error().message, {{"interface", host.name}});
    return;
  }
  const auto token = static_cast<std::uint64_t>(host.ifindex);
  if (auto added = poller_.add((*link)->descriptor(), token); !added) {
    log_->warn(added.error().message, {{"interface", host.name}});
    return;
  }
  ports_.raw[host.ifindex] = link->get();
  raw_links_[host.ifindex] = {host.name, std::move(*link)};
  const auto* network = turn_.topology().link(host.ifindex)->network;
  log_->info("serving", {{"interface", host.name}, {"network", network->name}});
}

void Server::close_link(int ifindex) {
  const auto at = raw_links_.find(ifindex);
  if (at == raw_links_.end()) return;
  log_->info("no longer serving", {{"interface", at->second.name}});
  poller_.remove(at->second.link->descriptor());
  arp_links_.close(ifindex);
  turn_.forget_link(ifindex);
  ports_.raw.erase(ifindex);
  ready_.erase(ifindex);
  raw_links_.erase(at);
}

void Server::tell_missing_interfaces() {
  for (const std::string& name : config_.dhcp.interfaces) {
    if (is_pattern(name)) continue;
    const auto at = std::ranges::find(host_links_.links(), name, &net::HostLink::name);
    const bool there = at != host_links_.links().end();
    if (there && turn_.topology().link(at->ifindex) != nullptr) {
      missing_told_.erase(name);
    } else if (missing_told_.insert(name).second) {
      log_->warn(there ? "the interface belongs to no network: give it an address of a block, or "
                         "name it in a network"
                       : "waiting for the interface to appear",
                 {{"interface", name}});
    }
  }
}

Status Server::run() {
  log_->info("ready", {{"store", config_.store.path},
                       {"networks", std::to_string(turn_.topology().networks().size())},
                       {"links", std::to_string(raw_links_.size())}});
  notify("READY=1");
  while (!stopping_) {
    const auto ready = poller_.wait(patience());
    if (!ready) return forward(ready);
    bool links_changed = false;
    bool signalled = false;
    for (const std::uint64_t token : *ready) {
      if (token == kSignals) {
        signalled = true;
      } else if (token == kHostLinks) {
        links_changed = true;
      } else if (token == kRouted) {
        routed_ready_ = true;
      } else if (token == kOperations) {
        api_ready_ = true;
      } else if (token >= kArp) {
        arp_links_.set_ready(static_cast<int>(token - kArp));
      } else {
        ready_.insert(static_cast<int>(token));
      }
    }
    receive_and_decide();
    if (links_changed) watch_links();
    if (signalled) handle_signals();
    sweep_if_due();
    prune_if_due();
    watch_clock_if_due();
    tell_followers();
  }
  notify("STOPPING=1");
  http_.reset();
  log_->info("stopped");
  return {};
}

// How long nothing is to be done unless something arrives.
base::Millis Server::patience() const {
  const bool at_it = sweep_from_ || pruning_;
  const auto pause = std::chrono::duration_cast<base::Millis>(at_it ? kSliceTime : kSweepPause);
  const auto due = conflict_check_.next_due();
  return due ? std::clamp(*due - clock_.now(), base::Millis(0), pause) : pause;
}

void Server::handle_signals() {
  for (int signal = signals_.next(); signal != 0; signal = signals_.next()) {
    if (signal == SIGHUP) {
      reload();
    } else {
      stopping_ = true;
    }
  }
}

// All or nothing: what cannot be used whole changes nothing (design.md, invariant 5).
void Server::reload() {
  const auto refuse = [&](const std::string& why) {
    log_->error("the configuration is refused; the old one stays", {{"why", why}});
    application_.set_warning("the configuration was refused, the old one stays: " + why);
  };
  auto fresh = config::load(config_path_);
  if (!fresh) return refuse(config::text(config_path_, fresh.error()));
  if (fresh->store.path != config_.store.path) {
    return refuse("the store's path cannot change while serving; restart to use another store");
  }
  auto settings = read_settings(*fresh);
  if (!settings) return refuse(settings.error().message);
  if (auto served = serve_http(*fresh); !served) return refuse(served.error().message);
  std::swap(config_, *fresh);
  if (auto applied = apply_config(config_); !applied) {
    std::swap(config_, *fresh);
    if (auto served = serve_http(config_); !served) log_->error(served.error().message);
    return refuse(applied.error().message);
  }
  api_turn_.set_settings(settings->api);
  application_.set(std::move(*settings));
  application_.set_warning("");
  log_->configure(config_.log);
  missing_told_.clear();
  follow_links();
  log_->info("configuration reloaded",
             {{"networks", std::to_string(turn_.topology().networks().size())}});
}

void Server::watch_links() {
  const auto changed = host_links_.refresh();
  if (!changed) {
    log_->error(changed.error().message);
    return;
  }
  if (!*changed) return;
  turn_.set_topology(std::make_shared<const dhcp::Topology>(
      turn_.topology().relinked(host_links_.links(), config_.dhcp.interfaces)));
  follow_links();
}

// One batch: who waited for a conflict check, then what the links have, beginning behind the one
// that was served last, so that a busy link cannot keep the others waiting.
void Server::receive_and_decide() {
  batch_->clear();
  const base::Instant now = clock_.now();
  arp_links_.receive(conflict_check_, now);
  if (auto resumed = conflict_check_.resume(*batch_, now); !resumed) note_health(resumed);
  if (routed_ready_) {
    routed_ready_ = false;
    if (auto received = routed_->receive(*batch_); !received) log_->error(received.error().message);
  }
  std::set<int> dead;
  auto at = ready_.upper_bound(served_last_);
  for (std::size_t left = ready_.size(); left > 0 && !batch_->datagrams.full(); --left) {
    if (at == ready_.end()) at = ready_.begin();
    served_last_ = *at;
    const auto raw = raw_links_.find(*at);
    if (raw != raw_links_.end() && !raw->second.link->receive(*batch_)) dead.insert(*at);
    ++at;
  }
  ready_.clear();
  // Its interface is gone: netlink tells when there is another of that name.
  for (const int ifindex : dead) close_link(ifindex);
  take_turn();
  conflict_check_.forget_ended();
}

void Server::take_turn() {
  const bool counted = batch_->ring_drops > 0 || !batch_->refused.empty();
  const bool asked = std::exchange(api_ready_, false) && api_turn_.take();
  if (batch_->datagrams.empty() && !counted && !asked) return;
  note_health(turn_.run(*batch_, clock_.now(), ports_, asked ? &api_turn_ : nullptr));
}

void Server::note_health(const Status& done) {
  if (!done && !degraded_) {
    log_->error("cannot commit: no lease is given until this is mended",
                {{"error", done.error().message}});
  } else if (done && degraded_) {
    log_->info("commits succeed again");
  }
  degraded_ = !done;
  application_.set_degraded(done ? "" : "cannot commit: " + done.error().message);
}

void Server::tell_followers() {
  if (!http_) return;
  if (io::monotonic() >= next_offered_) {
    application_.set_offered(turn_.offers().counts());
    next_offered_ = io::monotonic() + kOfferedPause;
  }
  if (turn_.counters().commits == commits_told_) return;
  commits_told_ = turn_.counters().commits;
  http_->notify();
}

void Server::sweep_if_due() {
  if (io::monotonic() < next_sweep_) return;
  dhcp::Sweep swept;
  {
    auto snapshot = store_.snapshot();
    if (!snapshot) return;
    const store::View view = snapshot->view();
    swept = dhcp::sweep(view, turn_.topology(), sweep_from_, clock_.now());
    if (!view.ok()) {
      log_->error(view.error().message);
      next_sweep_ = io::monotonic() + kSweepPause;
      return;
    }
  }
  note_health(turn_.apply(swept.changes, "sweeper", clock_.now()));
  sweep_from_ = swept.next;
  next_sweep_ = io::monotonic() + (swept.next ? kSliceTime : kSweepPause);
}

// hostile.md S14.
void Server::watch_clock_if_due() {
  if (io::monotonic() < next_clock_) return;
  next_clock_ = io::monotonic() + kClockPause;
  const auto jump = jump_alarm_.look(clock_.wall_clock_lead());
  if (!jump) return;
  log_->warn(
      "the wall clock was set while serving; no lease moves, but their ends are told by the time "
      "of before until the next start",
      {{*jump > base::Millis(0) ? "forward" : "back",
        base::text(std::chrono::floor<base::Seconds>(std::chrono::abs(*jump)))}});
}

void Server::prune_if_due() {
  if (io::monotonic() < next_prune_) return;
  next_prune_ = io::monotonic() + kPrunePause;
  store::Changes changes;
  {
    auto snapshot = store_.snapshot();
    if (!snapshot) return;
    const store::View view = snapshot->view();
    changes = prune(view, config_.changes, clock_.now());
    if (!view.ok()) return log_->error(view.error().message);
  }
  pruning_ = !changes.empty();
  if (!pruning_) return;
  next_prune_ = io::monotonic() + kSliceTime;
  note_health(turn_.apply(changes, "sweeper", clock_.now()));
}

}  // namespace melange::daemon
