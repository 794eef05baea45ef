// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <utility>

#include "melange/base/text.h"

namespace melange::test {
namespace {

constexpr unsigned kPatienceSeconds = 60;

void require(bool done, const std::string& what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

std::string wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) require(errno == EINTR, "waitpid");
  if (WIFSIGNALED(status)) return base::cat("signal ", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : base::cat("exit ", WEXITSTATUS(status));
}

// No destructors, no atexit: the directories belong to the parent.
[[noreturn]] void leave(bool failed) {
  std::fflush(nullptr);
  _exit(failed ? 1 : 0);
}

int failures() {
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  return test == nullptr ? 0 : test->result()->total_part_count();
}

[[noreturn]] void run_and_leave(const std::function<void()>& body) {
  alarm(kPatienceSeconds);
  const int before = failures();
  bool failed = true;
  try {
    body();
    failed = failures() != before;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "in the child: %s\n", error.what());
  }
  leave(failed);
}

}  // namespace

std::string in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t pid = fork();
  require(pid >= 0, "fork");
  if (pid == 0) run_and_leave(body);
  return wait_for(pid);
}

std::string in_private_mounts(const std::function<void()>& body) {
  return in_child([&] {
    require(unshare(CLONE_NEWNS) == 0, "unshare (needs root)");
    require(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make / private");
    body();
  });
}

void mount_small_disk(const std::string& path, std::size_t size) {
  const std::string options = base::cat("mode=0700,size=", size);
  require(mount("tmpfs", path.c_str(), "tmpfs", 0, options.c_str()) == 0, "mount " + path);
}

void make_read_only(const std::string& path) {
  require(mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0,
          "remount " + path);
}

Program::Program(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  require(pipe2(ends.data(), O_CLOEXEC) == 0, "pipe");
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  require(pid_ >= 0, "fork");
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    alarm(kPatienceSeconds);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
}

Program::~Program() {
  if (pid_ > 0) {
    kill();
    wait();
  }
  close(output_);
}

std::string Program::read_line() {
  std::string line;
  char next = 0;
  while (read(output_, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

std::string Program::read_rest() {
  std::string all;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(output_, part.data(), part.size())) > 0;) {
    all.append(part.data(), static_cast<std::size_t>(got));
  }
  return all;
}

void Program::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::string Program::wait() { return wait_for(std::exchange(pid_, -1)); }

}  // namespace melange::test
