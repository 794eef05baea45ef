// SPDX-License-Identifier: Apache-2.0
#include "look.h"

namespace melange::daemon {

base::Result<base::Instant> newest_stamp(const store::Store& store) {
  auto snapshot = store.snapshot();
  if (!snapshot) return std::unexpected(snapshot.error());
  const store::View view = snapshot->view();
  const base::Instant stamp = view.stamp();
  if (!view.ok()) return std::unexpected(view.error());
  return stamp;
}

base::Result<std::shared_ptr<const dhcp::Topology>> compile(const store::Store& store,
                                                            const config::Config& config,
                                                            std::span<const net::HostLink> links) {
  auto snapshot = store.snapshot();
  if (!snapshot) return std::unexpected(snapshot.error());
  const store::View view = snapshot->view();
  auto topology = std::make_shared<const dhcp::Topology>(
      view.networks(), view.blocks(), links, config.dhcp.interfaces,
      std::make_shared<const dhcp::Globals4>(dhcp::compile(config)));
  if (!view.ok()) return std::unexpected(view.error());
  return topology;
}

}  // namespace melange::daemon
