// SPDX-License-Identifier: Apache-2.0
//
// What clients were promised, kept beside the server and by other means: from the replies that
// left. Whatever happens, nobody else is promised the same while it lasts, and the store knows of
// it.
#pragma once

#include <map>
#include <string>

#include "lab.h"
#include "melange/store/view.h"

namespace melange::test {

class Ledger {
 public:
  // Notes one decision; `left` says whether its reply left. Gives what is wrong with it, if
  // anything.
  std::string note(const Recorder::Told& told, bool left, base::Instant now);
  // What is wrong with the store, if anything: each running promise must stand in it.
  std::string compare(const store::View& view, base::Instant now) const;
  // From now on renewals may be refused: reservations or pools have changed.
  void configuration_changed();
  // The server has forgotten its offers.
  void offers_forgotten() { offers_.clear(); }

 private:
  struct Promise {
    wire::Identity identity;
    base::Instant until;
    bool may_be_refused = false;
  };
  using Place = std::pair<store::NetworkId, net::Ipv4>;
  using Promises = std::map<Place, Promise>;

  static bool held_by_another(const Promises& promises, const Place& place,
                              const Recorder::Told& told, base::Instant now);
  static void forget(Promises& promises, const Recorder::Told& told);
  void end_lease(const Recorder::Told& told);
  bool must_be_granted(const Recorder::Told& told, base::Instant now) const;

  Promises leases_;
  Promises offers_;
};

}  // namespace melange::test
