// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <openssl/ssl.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace melange::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;

template <class Layer>
Awaitable<std::size_t> read_from(Layer& layer, std::span<char> room) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const std::size_t count =
      co_await layer.async_read_some(asio::buffer(room.data(), room.size()), token);
  co_return error ? 0 : count;
}

template <class Layer>
Awaitable<bool> write_to(Layer& layer, std::string_view octets) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await asio::async_write(layer, asio::buffer(octets), token);
  co_return !error;
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  Awaitable<bool> open() override { co_return true; }
  Awaitable<std::size_t> read_some(std::span<char> room) override {
    return read_from(socket_, room);
  }
  Awaitable<bool> write(std::string_view octets) override { return write_to(socket_, octets); }
  Awaitable<void> end() override {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }
  Awaitable<std::size_t> discard(std::span<char> room) override { return read_some(room); }
  void cancel() override {
    error_code ignored;
    socket_.cancel(ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  Awaitable<bool> open() override {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await stream_.async_handshake(asio::ssl::stream_base::server, token);
    co_return !error;
  }
  Awaitable<std::size_t> read_some(std::span<char> room) override {
    return read_from(stream_, room);
  }
  Awaitable<bool> write(std::string_view octets) override { return write_to(stream_, octets); }
  Awaitable<void> end() override {
    error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await stream_.async_shutdown(token);  // until the client's own "close notify"
    stream_.next_layer().shutdown(Socket::shutdown_send, ignored);
  }
  Awaitable<std::size_t> discard(std::span<char> room) override {
    return read_from(stream_.next_layer(), room);
  }
  void cancel() override {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::ssl::stream<Socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(const asio::any_io_executor& executor, int fd, int family,
                                    asio::ssl::context* tls) {
  Socket socket(executor);
  error_code error;
  socket.assign(asio::generic::stream_protocol(family, 0), fd, error);
  if (error) {
    close(fd);
    return nullptr;
  }
  if (tls == nullptr) return std::make_unique<PlainStream>(std::move(socket));
  return std::make_unique<TlsStream>(std::move(socket), *tls);
}

}  // namespace melange::http
