// SPDX-License-Identifier: Apache-2.0
#include "events.h"
#include "melange/base/text.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;

constexpr std::size_t kPiece = 60'000;         // octets, after which a piece takes no other event
constexpr std::size_t kVisitedEvents = 4'096;  // of one piece, shown or not
// Nothing that a client sees, so that what is left to be looked at is asked for.
constexpr std::string_view kNothingYet = ":\n\n";

class ChangeStream : public http::EventSource {
 public:
  ChangeStream(ReadStore read, Principal principal, wire::OptionTable4 options, std::uint64_t after)
      : read_(std::move(read)),
        principal_(std::move(principal)),
        options_(std::move(options)),
        after_(after) {}

  std::string next() override {
    std::string out;
    std::uint64_t last = after_;
    bool sound = false;
    const auto done = read_([&](const store::View& view) {
      last = read_piece(view, out);
      sound = view.ok();
    });
    // What a view said that failed meanwhile means nothing; it is asked again.
    if (!done || !sound) return {};
    after_ = last;
    return out;
  }

 private:
  // Appends what follows and gives the number of the last event looked at.
  std::uint64_t read_piece(const store::View& view, std::string& out) const {
    std::uint64_t last = after_;
    const std::uint64_t first = view.first_event();
    if (last + 1 < first) {
      out += lost(first);
      last = first - 1;
    }
    std::size_t visited = 0;
    view.scan_events(last, [&](const store::Event& event) {
      last = event.number;
      if (may_see(principal_, event)) out += one({view, options_}, event);
      return ++visited < kVisitedEvents && out.size() < kPiece;
    });
    if (out.empty() && visited == kVisitedEvents) out = kNothingYet;
    return last;
  }

  static std::string one(const Sight& sight, const store::Event& event) {
    // JSON has no line ends outside of its texts, and escapes them there.
    return cat("id: ", event.number, "\nevent: ", text(event.object, event.kind),
               "\ndata: ", json::serialize(show(sight, event)), "\n\n");
  }

  // The log is bounded: a client that reads too slowly must read everything anew.
  static std::string lost(std::uint64_t first) {
    return cat("event: lost\ndata: {\"first\":", first, "}\n\n");
  }

  ReadStore read_;
  Principal principal_;
  wire::OptionTable4 options_;  // as they were when it was asked for
  std::uint64_t after_;
};

}  // namespace

std::unique_ptr<http::EventSource> stream_changes(ReadStore read, Principal principal,
                                                  const wire::OptionTable4& options,
                                                  std::uint64_t after) {
  return std::make_unique<ChangeStream>(std::move(read), std::move(principal), options, after);
}

}  // namespace melange::admin
