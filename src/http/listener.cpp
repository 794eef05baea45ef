// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <charconv>
#include <utility>

#include "characters.h"
#include "http_limits.h"
#include "melange/base/text.h"

namespace melange::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using UnixEndpoint = asio::local::stream_protocol::endpoint;

constexpr std::string_view kUnix = "unix:";
constexpr int kSocketFlags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
constexpr mode_t kSocketMode = 0600;
constexpr mode_t kFolderMode = 0700;

std::unexpected<base::Error> unusable(std::string_view text) {
  return base::failure(base::Fault::kInvalid,
                       base::cat(R"(cannot listen on ")", text,
                                 R"(": give "127.0.0.1:9898", "[::1]:9898" or "unix:/path")"));
}

std::optional<tcp::endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.begin(), digits.end(), port);
  if (!is_number(digits) || read.ec != std::errc() || read.ptr != digits.end()) return std::nullopt;
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error || address.is_v6() != bracketed) return std::nullopt;
  return tcp::endpoint(address, port);
}

std::string url_text(const asio::ip::address& address) {
  return address.is_v6() ? base::cat("[", address.to_string(), "]") : address.to_string();
}

std::string source_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto octets = address.to_v6().to_bytes();
  return base::hex(base::Bytes(octets).first(8));
}

template <class Endpoint>
base::Status bind_and_listen(int fd, const Endpoint& endpoint) {
  if (bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    return base::system_error("bind", errno);
  }
  if (listen(fd, limits::kBacklog) != 0) return base::system_error("listen", errno);
  return {};
}

void set_option(int fd, int level, int name) {
  const int on = 1;
  setsockopt(fd, level, name, &on, sizeof on);
}

std::optional<tcp::endpoint> local_endpoint(int fd) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (getsockname(fd, endpoint.data(), &size) != 0) return std::nullopt;
  endpoint.resize(size);
  return endpoint;
}

// Errors of accept(2) that say something of one connection alone (its "Error handling"), or
// nothing.
bool concerns_one_connection(int error) {
  constexpr std::array kErrors{ECONNABORTED, EINTR,       EPROTO,      EPERM,
                               ENETDOWN,     ENOPROTOOPT, EHOSTDOWN,   ENONET,
                               EHOSTUNREACH, EOPNOTSUPP,  ENETUNREACH, ETIMEDOUT};
  return std::ranges::find(kErrors, error) != kErrors.end();
}

base::Status make_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return {};
  const std::string folder = path.substr(0, slash);
  if (mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) return {};
  return base::system_error(base::cat("cannot make ", folder), errno);
}

// A socket that a server answers on is not ours to take; one that nobody answers on is left from a
// server that was killed.
base::Status remove_stale(const std::string& path, const UnixEndpoint& endpoint) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return base::failure(base::Fault::kInvalid, base::cat(path, " is there and is no socket"));
  }
  const int probe = socket(AF_UNIX, kSocketFlags, 0);
  if (probe < 0) return base::system_error("socket", errno);
  const bool refused =
      connect(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 &&
      errno == ECONNREFUSED;
  close(probe);
  if (!refused) {
    return base::failure(base::Fault::kBusy, base::cat("another server listens on ", path));
  }
  if (unlink(path.c_str()) == 0) return {};
  return base::system_error(base::cat("cannot remove ", path), errno);
}

}  // namespace

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      is_tls_(other.is_tls_),
      path_(std::exchange(other.path_, {})) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_tls_, other.is_tls_);
  std::swap(path_, other.path_);
  return *this;
}

Listener::~Listener() {
  if (fd_ < 0) return;
  close(fd_);
  if (!path_.empty()) unlink(path_.c_str());
}

base::Result<Listener> Listener::open(const std::string& text, bool is_tls) {
  Listener listener;
  const bool is_unix = text.starts_with(kUnix);
  listener.is_tls_ = is_tls && !is_unix;
  auto done =
      is_unix ? listener.listen_on_unix(text.substr(kUnix.size())) : listener.listen_on_tcp(text);
  if (!done) return std::unexpected(done.error());
  return listener;
}

base::Status Listener::listen_on_unix(const std::string& path) {
  UnixEndpoint endpoint;
  if (path.empty() || path.size() >= endpoint.capacity() - sizeof(sa_family_t)) {
    return unusable(base::cat(kUnix, path));
  }
  endpoint.path(path);
  if (auto done = make_folder_of(path); !done) return done;
  if (auto done = remove_stale(path, endpoint); !done) return done;
  fd_ = socket(AF_UNIX, kSocketFlags, 0);
  if (fd_ < 0) return base::system_error("socket", errno);
  // Linux gives the file the socket's own mode, less the umask: there is no moment at which others
  // could connect, and the umask of the process, which other threads share, stays as it is.
  if (fchmod(fd_, kSocketMode) != 0) return base::system_error("fchmod", errno);
  if (auto done = bind_and_listen(fd_, endpoint); !done) {
    return base::failure(done.error().fault, base::cat(path, ": ", done.error().message));
  }
  path_ = path;
  if (chmod(path.c_str(), kSocketMode) == 0) return {};
  return base::system_error(base::cat("chmod ", path), errno);
}

base::Status Listener::listen_on_tcp(const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return unusable(text);
  fd_ = socket(endpoint->protocol().family(), kSocketFlags, 0);
  if (fd_ < 0) return base::system_error("socket", errno);
  set_option(fd_, SOL_SOCKET, SO_REUSEADDR);
  if (endpoint->address().is_v6()) set_option(fd_, IPPROTO_IPV6, IPV6_V6ONLY);
  if (auto done = bind_and_listen(fd_, *endpoint); !done) {
    return base::failure(done.error().fault, base::cat(text, ": ", done.error().message));
  }
  return {};
}

std::variant<Accepted, Listener::None> Listener::accept() const {
  tcp::endpoint remote;
  auto size = static_cast<socklen_t>(remote.capacity());
  const int fd = accept4(fd_, path_.empty() ? remote.data() : nullptr,
                         path_.empty() ? &size : nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0 && errno == EAGAIN) return None::kEmpty;
  if (fd < 0) return concerns_one_connection(errno) ? None::kGone : None::kExhausted;
  if (!path_.empty()) {
    return Accepted{fd, AF_UNIX, {Peer::Kind::kUnix, ""}, {true, false, "", 0}, ""};
  }
  remote.resize(size);
  const auto local = local_endpoint(fd);
  if (!local) {
    close(fd);
    return None::kGone;
  }
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  const auto address = remote.address();
  const auto kind = address.is_loopback() ? Peer::Kind::kLoopback : Peer::Kind::kRemote;
  return Accepted{.fd = fd,
                  .family = remote.protocol().family(),
                  .peer = {kind, address.to_string()},
                  .local = {false, is_tls_, url_text(local->address()), local->port()},
                  .source = source_of(address)};
}

std::string Listener::address() const {
  if (!path_.empty()) return base::cat(kUnix, path_);
  const auto local = local_endpoint(fd_);
  if (!local) return {};
  return base::cat(is_tls_ ? "https://" : "http://", url_text(local->address()), ":",
                   local->port());
}

}  // namespace melange::http
