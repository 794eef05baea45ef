// SPDX-License-Identifier: Apache-2.0
//
// Processes of a test's own: for what a test wants to die, to be killed, to run out of something,
// or to see mounted without anybody else seeing it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace melange::test {

// Runs `body` in a forked copy of the test and waits for it, a minute at most. Gives "" if `body`
// came to its end without a failed expectation, else how it ended: "exit 1", "signal 7". What
// `body` expects in vain is printed as ever.
std::string in_child(const std::function<void()>& body);

// The same with a mount namespace of its own. Needs root.
std::string in_private_mounts(const std::function<void()>& body);
// An empty file system of `size` octets on `path`, for the rest of a private mount namespace.
void mount_small_disk(const std::string& path, std::size_t size);
void make_read_only(const std::string& path);

// Another program whose standard output is read here; killed at the end if it still runs.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  pid_t pid() const { return pid_; }
  // The next line without its end; "" once there are none.
  std::string read_line();
  std::string read_rest();
  void kill();  // SIGKILL
  // As in_child does. Reads nothing: a program that writes much must be read first.
  std::string wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace melange::test
