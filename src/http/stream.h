// SPDX-License-Identifier: Apache-2.0
//
// A connection's octets, whether they come by TCP, by TLS or by a unix socket: so a session is
// compiled once. All calls are made on the server's thread. An operation that has failed, or was
// cancelled, says no more than that it gave nothing: the session knows whether its time was up.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <span>
#include <string_view>

namespace melange::http {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

class Stream {
 public:
  virtual ~Stream() = default;
  // The handshake, if there is one. False: it failed.
  virtual Awaitable<bool> open() = 0;
  // How many octets arrived, at least one; 0 at the end, on failure or if cancelled.
  virtual Awaitable<std::size_t> read_some(std::span<char> room) = 0;
  // Writes all of it; false if that failed.
  virtual Awaitable<bool> write(std::string_view octets) = 0;
  // Tells the peer that nothing more comes. What it still sends can be thrown away with `discard`.
  virtual Awaitable<void> end() = 0;
  // As read_some, but of raw octets that nobody decrypts.
  virtual Awaitable<std::size_t> discard(std::span<char> room) = 0;
  // Makes the operations that wait give up; later ones may be tried.
  virtual void cancel() = 0;
  virtual void close() = 0;
};

// Takes the connected socket over. With a context, TLS is spoken. Nothing if the host refuses.
std::unique_ptr<Stream> make_stream(const boost::asio::any_io_executor& executor, int fd,
                                    int family, boost::asio::ssl::context* tls);

}  // namespace melange::http
