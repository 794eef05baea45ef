// SPDX-License-Identifier: Apache-2.0
//
// A program that leases one address per transaction and tells what it was told: what a server could
// have promised. For tests that kill it, or let its system calls fail.
//
//   store_committer DIRECTORY FIRST LAST
//
// For each number from FIRST to LAST one line: "kept 17" once the commit has returned without
// failure, "lost 17 disk_full: why" otherwise.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "melange/base/text.h"
#include "records.h"

namespace {

using namespace melange;

// One system call a line: what was written before a kill has been written.
void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::_Exit(3);
}

base::Status lease(store::Store& store, std::uint32_t number) {
  store::AddressRecord record = test::leased(test::key(1, "10.0.0.0"), test::client(number));
  record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + number};
  auto txn = store.begin();
  if (!txn) return std::unexpected(txn.error());
  if (auto applied = txn->apply(store::Change{store::PutAddress{record}}); !applied) return applied;
  return txn->commit(test::at(number));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  auto store = store::Store::open(arguments[1]);
  if (!store) {
    say(base::cat("refused ", text(store.error().fault), ": ", store.error().message));
    return 1;
  }
  const auto last = static_cast<std::uint32_t>(std::atoi(arguments[3]));
  for (auto i = static_cast<std::uint32_t>(std::atoi(arguments[2])); i <= last; ++i) {
    const auto leased = lease(*store, i);
    const auto why =
        leased ? "" : base::cat(" ", text(leased.error().fault), ": ", leased.error().message);
    say(base::cat(leased ? "kept " : "lost ", i, why));
  }
  return 0;
}
