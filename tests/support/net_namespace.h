// SPDX-License-Identifier: Apache-2.0
//
// Network namespaces of a test's own, in which it makes interfaces and sends what it likes: nothing
// that it does is seen outside. Needs root. What cannot be set up is thrown as std::runtime_error,
// which GoogleTest reports as the test's failure.
#pragma once

#include <string>
#include <string_view>

namespace melange::test {

// An empty namespace with `lo` up. The thread that makes it stays where it is.
class NetNamespace {
 public:
  NetNamespace();
  NetNamespace(const NetNamespace&) = delete;
  NetNamespace& operator=(const NetNamespace&) = delete;
  ~NetNamespace();

  int descriptor() const { return fd_; }
  // For `ip link set dev X netns PATH` and `nsenter --net=PATH`, as long as this object lives.
  std::string path() const;

 private:
  int fd_ = -1;
};

// The calling thread, and the programs that it starts, are in `space` as long as this lives.
// Sockets stay in the namespace that they were opened in.
class Inside {
 public:
  explicit Inside(const NetNamespace& space);
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside();

 private:
  int before_ = -1;
};

// Runs a shell command in the thread's namespace: run("ip link add veth0 type veth peer veth1").
void run(std::string_view command);

// Returns when frames that are sent on the interface leave it: the kernel sees to that soon after
// the carrier is there, and drops what is sent before. Throws if that takes over two seconds.
void wait_for_carrier(const std::string& name);

// Two Ethernet interfaces, up, each one's frames arriving at the other. They have no addresses:
// IPv6 is off, so that nothing but the test's own frames is on the wire. Deleted at the end, if one
// is still there.
class VethPair {
 public:
  VethPair(std::string name, std::string peer);
  VethPair(const VethPair&) = delete;
  VethPair& operator=(const VethPair&) = delete;
  ~VethPair();

  // Their numbers when they were made.
  int ifindex() const { return ifindex_; }
  int peer_ifindex() const { return peer_ifindex_; }

 private:
  std::string name_;
  int ifindex_ = 0;
  int peer_ifindex_ = 0;
};

// The interface's number; throws if there is none of that name.
int ifindex_of(const std::string& name);

}  // namespace melange::test
