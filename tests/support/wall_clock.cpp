// SPDX-License-Identifier: Apache-2.0
//
// A wall clock that a test sets, for LD_PRELOAD: CLOCK_REALTIME, time() and gettimeofday() are off
// by as many seconds as stand in the file that WALL_CLOCK_OFFSET names; it is read anew each time.
// Other clocks are left alone (hostile.md S14: time namespaces shift only those).
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace {

long offset() {
  const char* const path = std::getenv("WALL_CLOCK_OFFSET");
  if (path == nullptr) return 0;
  const int before = errno;
  std::array<char, 32> text{};
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    if (read(fd, text.data(), text.size() - 1) < 0) text[0] = '\0';
    close(fd);
  }
  errno = before;
  return std::strtol(text.data(), nullptr, 10);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long done = syscall(SYS_clock_gettime, clock, now);
  const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (done == 0 && wall) now->tv_sec += offset();
  return static_cast<int>(done);
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec exact{};
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  *now = {exact.tv_sec, exact.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec exact{};
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  if (out != nullptr) *out = exact.tv_sec;
  return exact.tv_sec;
}
}
