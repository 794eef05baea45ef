// SPDX-License-Identifier: Apache-2.0
#include "conflict_check.h"

namespace melange::daemon {
namespace {

using store::AddressRecord;
using store::AddressState;

// Of one turn's batch; the rest is for what arrives.
constexpr std::size_t kConflictsInTurn = base::limits::kBatchFrames / 4;
constexpr std::size_t kDueInTurn = base::limits::kBatchFrames / 2;
static_assert(kConflictsInTurn + kDueInTurn < base::limits::kBatchFrames);

// What the API made of the address meanwhile is left alone.
bool may_quarantine(const std::optional<AddressRecord>& record, base::Instant now) {
  if (!record) return true;
  const bool dynamic = record->state == AddressState::kLeased ||
                       record->state == AddressState::kHeld ||
                       record->state == AddressState::kDeclined;
  return dynamic && record->reserved_for.empty() && !is_live(*record, now);
}

// It is nobody's whom we know, hence no identity: it counts as no client's DECLINE.
AddressRecord quarantined(const dhcp::Conflict& conflict, const dhcp::ServedNetwork& network,
                          base::Instant now) {
  AddressRecord record;
  record.key = conflict.probe.key;
  record.network = network.id;
  record.state = AddressState::kDeclined;
  record.mac = conflict.evidence;
  record.since = now;
  record.expires = now + network.decline_time;
  return record;
}

}  // namespace

ConflictCheck::ConflictCheck(store::Store& store, Turn& turn, Observer& observer, ArpPort& port)
    : store_(&store), turn_(&turn), observer_(&observer), port_(&port) {
  heard_.reserve(kConflictsInTurn);
}

bool ConflictCheck::start(const dhcp::Probe& probe) {
  if (!port_->is_open(probe.ifindex)) return false;
  switch (probes_.start(probe)) {
    case dhcp::ProbeStart::kStarted:
      port_->probe(probe.ifindex, probe.ours, probe.key.address.v4());
      return true;
    case dhcp::ProbeStart::kRunning:
      return true;
    case dhcp::ProbeStart::kFull:
      break;
  }
  return false;
}

bool ConflictCheck::has_room() const { return heard_.size() < kConflictsInTurn; }

void ConflictCheck::hear(const wire::ArpPacket& packet, int ifindex, base::Instant now) {
  if (auto conflict = probes_.heard(packet, ifindex, now)) heard_.push_back(*conflict);
}

base::Status ConflictCheck::resume(io::Batch& batch, base::Instant now) {
  const base::Status done = quarantine(batch, now);
  heard_.clear();
  for (std::size_t i = 0; i < kDueInTurn && !batch.datagrams.full(); ++i) {
    const auto probe = probes_.take_due(now);
    if (!probe) break;
    if (turn_->confirm(*probe)) batch.datagrams.push_back(probe->datagram);
  }
  return done;
}

base::Status ConflictCheck::quarantine(io::Batch& batch, base::Instant now) {
  if (heard_.empty()) return {};
  store::Changes changes;
  std::vector<wire::Datagram> again;
  {
    auto snapshot = store_->snapshot();
    if (!snapshot) return std::unexpected(snapshot.error());
    const store::View view = snapshot->view();
    for (const dhcp::Conflict& conflict : heard_) {
      const dhcp::Probe& probe = conflict.probe;
      // hostile.md W25: anybody can answer a probe. Beyond the budget nobody is believed.
      const bool waits = conflict.within_budget ? turn_->withdraw(probe) : turn_->confirm(probe);
      if (!waits) continue;
      observer_->conflicted(conflict);
      again.push_back(probe.datagram);
      const dhcp::ServedNetwork* const network = turn_->topology().network(probe.network);
      if (!conflict.within_budget || network == nullptr) continue;
      if (!may_quarantine(view.address(probe.key), now)) continue;
      changes.push_back(store::PutAddress{quarantined(conflict, *network, now)});
    }
    if (!view.ok()) return std::unexpected(view.error());
  }
  if (auto applied = turn_->apply(changes, "conflict-check", now); !applied) return applied;
  for (const wire::Datagram& datagram : again) batch.datagrams.push_back(datagram);
  return {};
}

}  // namespace melange::daemon
