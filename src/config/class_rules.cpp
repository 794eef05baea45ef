// SPDX-License-Identifier: Apache-2.0
#include "class_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message.h"
#include "once.h"

namespace melange::config {
namespace {

using base::cat;
using base::Seconds;

constexpr std::size_t kClasses = 256;  // each packet is held against all of them

void check_order(const Class& owner, std::string_view shorter, std::optional<Seconds> a,
                 std::string_view longer, std::optional<Seconds> b, Mistakes& mistakes) {
  if (!a || !b || *a <= *b) return;
  mistakes.push_back({owner.line, cat("class ", quoted(owner.name.value), ": ", shorter, ' ',
                                      base::text(*a), " is over ", longer, ' ', base::text(*b))});
}

// A class has all lease times of its own, or the block's: bounds that may not fit the block's lease
// would be a riddle.
void check_times(const Class& owner, Mistakes& mistakes) {
  if (owner.lease_time) {
    check_order(owner, "min_lease_time", owner.min_lease_time, "lease_time", owner.lease_time,
                mistakes);
    check_order(owner, "lease_time", owner.lease_time, "max_lease_time", owner.max_lease_time,
                mistakes);
  } else if (owner.min_lease_time || owner.max_lease_time) {
    mistakes.push_back({owner.line, cat("class ", quoted(owner.name.value), ": ",
                                        owner.min_lease_time ? "min_lease_time" : "max_lease_time",
                                        " needs a lease_time beside it")});
  }
}

class NameCheck {
 public:
  NameCheck(const std::vector<Class>& classes, Mistakes& mistakes) : mistakes_(mistakes) {
    for (const Class& known : classes) names_.push_back(known.name.value);
    std::ranges::sort(names_);
  }

  void look_at(const std::vector<At<std::string>>& classes) {
    for (const auto& [name, line] : classes) {
      if (std::ranges::binary_search(names_, name)) continue;
      mistakes_.push_back(
          {line, unknown("class", name, names_, mistakes_, "add a [[class]] of that name")});
    }
  }

 private:
  std::vector<std::string_view> names_;  // ascending
  Mistakes& mistakes_;
};

}  // namespace

void check_classes(const Config& config, Mistakes& mistakes) {
  if (config.classes.size() > kClasses) {
    mistakes.push_back({config.classes.at(kClasses).line,
                        cat("more than ", kClasses, " classes; each packet is held against all")});
    return;
  }
  Once<std::string> names(mistakes);
  for (const Class& one : config.classes) {
    const auto& [name, line] = one.name;
    if (!name.empty()) names.add(name, line, cat("class ", quoted(name)), "; each needs its own");
    check_times(one, mistakes);
  }
  NameCheck check(config.classes, mistakes);
  for (const Network& network : config.networks) {
    for (const Block& block : network.blocks) {
      check.look_at(block.classes);
      for (const Pool& pool : block.pool) check.look_at(pool.classes);
    }
    for (const Reservation& reservation : network.reservations) check.look_at(reservation.classes);
  }
}

}  // namespace melange::config
