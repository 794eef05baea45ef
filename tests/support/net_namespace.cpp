// SPDX-License-Identifier: Apache-2.0
#include "net_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "melange/base/text.h"

namespace melange::test {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(base::cat(what, ": ", std::generic_category().message(errno)));
}

int open_current_namespace() {
  const int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("/proc/thread-self/ns/net");
  return fd;
}

void enter(int fd) {
  if (setns(fd, CLONE_NEWNET) != 0) fail("setns");
}

}  // namespace

NetNamespace::NetNamespace() {
  const int before = open_current_namespace();
  if (unshare(CLONE_NEWNET) != 0) {
    close(before);
    fail("this test makes network namespaces and must be run as root");
  }
  fd_ = open_current_namespace();
  run("ip link set dev lo up");
  enter(before);
  close(before);
}

NetNamespace::~NetNamespace() { close(fd_); }

std::string NetNamespace::path() const { return base::cat("/proc/", getpid(), "/fd/", fd_); }

Inside::Inside(const NetNamespace& space) : before_(open_current_namespace()) {
  enter(space.descriptor());
}

Inside::~Inside() {
  // In the wrong namespace every later test would tell lies.
  if (setns(before_, CLONE_NEWNET) != 0) std::abort();
  close(before_);
}

void run(std::string_view command) {
  if (std::system(std::string(command).c_str()) != 0) {
    throw std::runtime_error(base::cat("failed: ", command));
  }
}

int ifindex_of(const std::string& name) {
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0) fail(name);
  return static_cast<int>(index);
}

void wait_for_carrier(const std::string& name) {
  run(base::cat("for i in $(seq 200); do ip link show dev ", name,
                " | grep -q 'state UP' && exit 0; sleep 0.01; done; exit 1"));
}

VethPair::VethPair(std::string name, std::string peer) : name_(std::move(name)) {
  run(base::cat("ip link add ", name_, " type veth peer name ", peer));
  for (const std::string& end : {name_, peer}) {
    run(base::cat("ip link set dev ", end, " addrgenmode none up"));
  }
  for (const std::string& end : {name_, peer}) wait_for_carrier(end);
  ifindex_ = ifindex_of(name_);
  peer_ifindex_ = ifindex_of(peer);
}

VethPair::~VethPair() {
  // It goes by itself, and at any moment, where its other end was in a namespace that is gone.
  if (if_nametoindex(name_.c_str()) != 0) run(base::cat("ip link del ", name_, " || true"));
}

}  // namespace melange::test
