// SPDX-License-Identifier: Apache-2.0
#include "melange/config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "melange/base/error.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"

namespace melange::config {
namespace {

using base::limits::kConfigFileSize;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Mistakes> refused(std::string message) {
  return std::unexpected(Mistakes{{0, std::move(message)}});
}

std::unexpected<Mistakes> refused_by_system(std::string_view what) {
  return refused(base::system_error(what, errno).error().message);
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  return "a device or socket";
}

// The whole file; one octet over the limit is enough to refuse it, however it grows meanwhile.
std::expected<std::string, Mistakes> read_all(int file) {
  std::string content;
  std::array<char, 65536> chunk;
  while (content.size() <= kConfigFileSize) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused_by_system("cannot be read");
    if (got == 0) break;
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return content;
}

}  // namespace

std::expected<Config, Mistakes> load(const std::string& path) {
  // Non-blocking, or opening a FIFO would wait for somebody to write into it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0) return refused_by_system("cannot be opened");
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return refused_by_system("cannot be read");
  if (!S_ISREG(status.st_mode)) {
    return refused(base::cat("is ", kind_of(status.st_mode), ", not a regular file"));
  }
  const auto content = read_all(file.number());
  if (!content) return std::unexpected(content.error());
  return parse(*content);
}

std::string text(const std::string& path, const Mistakes& mistakes) {
  std::string out;
  for (const Mistake& mistake : mistakes) {
    out += path;
    if (mistake.line != 0) out += base::cat(':', mistake.line);
    out += base::cat(": ", mistake.message, '\n');
  }
  return out;
}

}  // namespace melange::config
