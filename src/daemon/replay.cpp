// SPDX-License-Identifier: Apache-2.0
#include "melange/daemon/replay.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "look.h"
#include "melange/base/text.h"
#include "melange/dhcp/explain4.h"
#include "melange/io/capture.h"
#include "melange/io/clock.h"
#include "melange/io/host_links.h"
#include "melange/store/store.h"

namespace melange::daemon {
namespace {

using base::cat;
using dhcp::Explanation4;
using wire::FrameError;

std::unexpected<base::Error> wrong(std::string message) {
  return base::failure(base::Fault::kInvalid, std::move(message));
}

// Where captured packets are taken to have come in.
struct Here {
  std::vector<net::HostLink> hosts;
  std::shared_ptr<const dhcp::Topology> topology;
  int ifindex = 0;  // of the link; 0: there is none
};

base::Result<int> link_of(const std::string& interface, const Here& here) {
  const auto links = here.topology->links();
  if (interface.empty()) {
    if (links.empty()) return 0;
    if (links.size() == 1) return links.front().host.ifindex;
    return wrong("several links are served here; name the one of the capture with --interface");
  }
  const auto found = std::ranges::find(here.hosts, interface, &net::HostLink::name);
  if (found == here.hosts.end()) return wrong(cat(interface, ": this host has no such link"));
  return found->ifindex;
}

base::Result<Here> look_around(const store::Store& store, const config::Config& config,
                               const std::string& interface) {
  auto links = io::HostLinks::open();
  if (!links) return std::unexpected(links.error());
  Here here;
  here.hosts.assign(links->links().begin(), links->links().end());
  auto topology = compile(store, config, here.hosts);
  if (!topology) return std::unexpected(topology.error());
  here.topology = std::move(*topology);
  const auto ifindex = link_of(interface, here);
  if (!ifindex) return std::unexpected(ifindex.error());
  here.ifindex = *ifindex;
  return here;
}

// A whole datagram, or why there is none. The kernel of the host that captured may have left the
// UDP checksum to hardware (wire/frame.h), and no file says whether it did.
std::expected<wire::Datagram, FrameError> read_frame(base::Bytes octets, int ifindex) {
  return wire::parse_frame(octets, wire::Checksum::kPartial, ifindex);
}

// As the sockets share the packets out (io/link.h): the raw links take in what was broadcast.
void take_path(wire::Datagram& datagram) {
  constexpr std::size_t kGiaddr = 24;
  base::ByteReader reader(datagram.payload);
  reader.skip(kGiaddr);
  const bool relayed = reader.u32() != 0;
  if (datagram.destination.is_broadcast() && !relayed) return;
  datagram.source_mac.reset();
}

class Player {
 public:
  Player(const store::Store& store, const Here& here, const dhcp::Limits4& limits,
         base::Instant start, base::FunctionRef<void(std::string_view)> print)
      : store_(&store), here_(&here), limits_(limits), start_(start), now_(start), print_(print) {}

  base::Status take(const io::CapturedFrame& frame) {
    ++frames_;
    advance(frame.at);
    auto datagram = read_frame(frame.octets, here_->ifindex);
    if (!datagram) {
      refuse(frame, datagram.error());
      return {};
    }
    const bool asks = datagram->destination_port == wire::kServerPort4 &&
                      !datagram->payload.empty() && datagram->payload.front() != wire::kBootReply;
    if (!asks) {
      ++others_;
      return {};
    }
    take_path(*datagram);
    return decide(frame, *datagram);
  }

  std::string summary() const {
    return cat(frames_, " frames: ", decided_, " decided, ", refused_, " refused, ", others_,
               " nothing that is sent to a DHCP server\n");
  }

 private:
  // It is now, and time goes on as it did in the capture; but never back.
  void advance(base::Instant at) {
    if (!first_) first_ = at;
    now_ = std::max(now_, start_ + (at - *first_));
    offers_.drop_expired(now_);
  }

  std::string head(const io::CapturedFrame& frame) const {
    return cat(frames_, ' ', base::text(frame.at), ' ');
  }

  void refuse(const io::CapturedFrame& frame, FrameError error) {
    if (error == FrameError::kNotIpv4 || error == FrameError::kNotUdp) {
      ++others_;
      return;
    }
    ++refused_;
    print_(cat(head(frame), "refused: ", text(error), frame.cut ? ", its end was not captured" : "",
               '\n'));
  }

  base::Status decide(const io::CapturedFrame& frame, const wire::Datagram& datagram) {
    ++decided_;
    auto snapshot = store_->snapshot();
    if (!snapshot) return std::unexpected(snapshot.error());
    const store::View view = snapshot->view();
    const Explanation4 told =
        dhcp::explain(datagram, view, *here_->topology, offers_, limits_, now_);
    if (!view.ok()) return std::unexpected(view.error());
    keep_offer(told);
    print_(cat(head(frame), told.query, " -> ", text(told.decision), " (",
               sentence(told.decision.reason), ")\n"));
    return {};
  }

  // What the store would have from then on is kept like an offer, as long as the lease.
  void keep_offer(const Explanation4& told) {
    const dhcp::Decision4& decision = told.decision;
    if (const auto* hold = std::get_if<dhcp::HoldOffer>(&decision.offer)) {
      offers_.hold(hold->offer);
    } else if (std::holds_alternative<dhcp::ReleaseOffer>(decision.offer)) {
      const auto& reply = decision.reply;
      if (reply && reply->lease_time && told.subject) {
        offers_.hold(
            {decision.network->id, decision.identity, *told.subject, now_ + *reply->lease_time});
      } else {
        offers_.release(decision.network->id, decision.identity);
      }
    }
  }

  const store::Store* store_;
  const Here* here_;
  dhcp::Limits4 limits_;
  base::Instant start_;
  base::Instant now_;
  std::optional<base::Instant> first_;  // of the capture
  dhcp::Offers offers_;
  base::FunctionRef<void(std::string_view)> print_;
  std::uint64_t frames_ = 0;
  std::uint64_t decided_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t others_ = 0;
};

base::Status play(io::Capture& capture, Player& player) {
  while (true) {
    const auto frame = capture.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) return {};
    if (auto taken = player.take(**frame); !taken) return taken;
  }
}

}  // namespace

base::Status replay(const Replay& plan, const config::Config& config,
                    base::FunctionRef<void(std::string_view)> print) {
  auto capture = io::Capture::open(plan.capture);
  if (!capture) return std::unexpected(capture.error());
  const auto store = store::Store::open_read_only(config.store.path);
  if (!store) return std::unexpected(store.error());
  const auto here = look_around(*store, config, plan.interface);
  if (!here) return std::unexpected(here.error());
  const auto stamp = newest_stamp(*store);
  if (!stamp) return std::unexpected(stamp.error());
  Player player(*store, *here, {.offer_time = config.dhcp.offer_time}, io::Clock(*stamp).now(),
                print);
  const base::Status played = play(*capture, player);
  print(player.summary());
  return played;
}

}  // namespace melange::daemon
