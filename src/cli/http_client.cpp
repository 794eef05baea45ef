// SPDX-License-Identifier: Apache-2.0
//
// Beast and Asio, and nothing else of the client, so that one file alone pays for them. Beast has
// deadlines for asynchronous operations only: each is started and waited for here.
#include "http_client.h"

#include <openssl/ssl.h>
#include <sys/un.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "melange/base/text.h"

namespace melange::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using base::cat;
using base::failure;
using base::Fault;
using boost::system::error_code;
using Stream = asio::generic::stream_protocol;
using Take = base::FunctionRef<bool(std::string_view)>;

constexpr std::chrono::seconds kTimeout{30};  // for the whole of a request and its response
constexpr std::size_t kBodySize = 64u << 20;

class Connection {
 public:
  using Parser = http::response_parser<http::buffer_body>;

  explicit Connection(const Endpoint& endpoint) : endpoint_(endpoint) {
    timer_.expires_after(kTimeout);
    timer_.async_wait([this](error_code ec) {
      if (ec) return;  // it was cancelled
      timed_out_ = true;
      error_code ignored;
      socket_.close(ignored);
    });
  }

  base::Status open() {
    auto peers = endpoint_.socket.empty() ? resolve() : unix_peer();
    if (!peers) return std::unexpected(peers.error());
    const error_code ec = wait([&](auto done) { asio::async_connect(socket_, *peers, done); });
    if (ec) return cannot_connect(ec);
    return endpoint_.tls ? shake_hands() : base::Status{};
  }

  base::Status write(const http::request<http::string_body>& request) {
    const error_code ec = wait([&](auto done) {
      on_stream([&](auto& stream) { http::async_write(stream, request, done); });
    });
    return status_of(ec);
  }

  base::Status read_header(Parser& parser) {
    const error_code ec = wait([&](auto done) {
      on_stream([&](auto& stream) { http::async_read_header(stream, buffer_, parser, done); });
    });
    return status_of(ec);
  }

  // The body, piece by piece, until its end or until `take` wants no more.
  base::Status read_body(Parser& parser, Take take) {
    std::array<char, 16384> chunk;
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = chunk.data();
      body.size = chunk.size();
      const error_code ec = wait([&](auto done) {
        on_stream([&](auto& stream) { http::async_read_some(stream, buffer_, parser, done); });
      });
      if (ec && ec != http::error::need_buffer) return unreachable(ec);
      const std::string_view piece(chunk.data(), chunk.size() - body.size);
      if (!piece.empty() && !take(piece)) return {};
    }
    return {};
  }

  void take_your_time() { timer_.cancel(); }

 private:
  using Peers = std::vector<Stream::endpoint>;

  base::Result<Peers> unix_peer() {
    if (endpoint_.socket.size() >= sizeof(sockaddr_un::sun_path)) {
      return failure(Fault::kInvalid, cat(text(endpoint_), ": the path is too long for a socket"));
    }
    return Peers{Stream::endpoint(asio::local::stream_protocol::endpoint(endpoint_.socket))};
  }

  base::Result<Peers> resolve() {
    asio::ip::tcp::resolver resolver(io_);
    Peers peers;
    const error_code ec = wait([&](auto done) {
      resolver.async_resolve(endpoint_.host, endpoint_.port, [&, done](error_code e, auto found) {
        for (const auto& entry : found) peers.emplace_back(entry.endpoint());
        done(e);
      });
    });
    if (ec) return unreachable(ec);
    return peers;
  }

  base::Status shake_hands() {
    error_code ec;
    context_.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, ec);
    if (endpoint_.ca_file.empty()) {
      context_.set_default_verify_paths(ec);
    } else if (context_.load_verify_file(endpoint_.ca_file, ec); ec) {
      return failure(Fault::kInvalid,
                     cat("--ca-file ", base::escape(endpoint_.ca_file), ": ", ec.message()));
    }
    tls_.emplace(socket_, context_);
    tls_->set_verify_mode(asio::ssl::verify_peer, ec);
    tls_->set_verify_callback(asio::ssl::host_name_verification(endpoint_.host), ec);
    // Server name indication; an address is no name (RFC 6066 section 3).
    asio::ip::make_address(endpoint_.host, ec);
    std::string name = ec ? endpoint_.host : "";
    // SSL_set_tlsext_host_name without its casts.
    if (ec)
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               name.data());
    ec = wait([&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
    if (!ec) return {};
    return failure(Fault::kUnavailable,
                   cat(text(endpoint_), ": TLS: ", reason(ec), " (--ca-file names whom to trust)"));
  }

  template <class Use>
  void on_stream(Use use) {
    if (tls_) {
      use(*tls_);
    } else {
      use(socket_);
    }
  }

  // Starts an operation and runs it to its end, which the timer may bring.
  template <class Start>
  error_code wait(Start start) {
    std::optional<error_code> ended;
    start([&ended](error_code ec, auto&&...) { ended = ec; });
    io_.restart();
    while (!ended && io_.run_one() > 0) {
    }
    return timed_out_ ? asio::error::timed_out : ended.value_or(asio::error::operation_aborted);
  }

  static std::string reason(error_code ec) {
    if (ec == asio::error::timed_out) return cat("no answer within ", kTimeout.count(), " s");
    return base::escape(ec.message());
  }

  base::Status status_of(error_code ec) const {
    if (ec) return unreachable(ec);
    return {};
  }

  std::unexpected<base::Error> unreachable(error_code ec) const {
    return failure(Fault::kUnavailable, cat(text(endpoint_), ": ", reason(ec)));
  }

  std::unexpected<base::Error> cannot_connect(error_code ec) const {
    const std::string_view remedy =
        ec == asio::error::access_denied
            ? " (the socket is for the server's own user, and for root)"
            : " (is the server running? [http] listen of its configuration says where)";
    return failure(Fault::kUnavailable,
                   cat("cannot connect to ", text(endpoint_), ": ", reason(ec), remedy));
  }

  const Endpoint& endpoint_;
  asio::io_context io_{1};
  asio::steady_timer timer_{io_};
  bool timed_out_ = false;
  Stream::socket socket_{io_};
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::optional<asio::ssl::stream<Stream::socket&>> tls_;
  boost::beast::flat_buffer buffer_;
};

http::request<http::string_body> request_of(const Endpoint& endpoint, const Request& request) {
  http::request<http::string_body> out;
  out.method_string(request.method);
  out.target(request.target);
  out.version(11);
  out.set(http::field::host, authority(endpoint));
  out.set(http::field::user_agent, "melange");
  out.set(http::field::accept, request.stream ? "text/event-stream" : "application/json");
  out.set(http::field::connection, "close");
  if (!endpoint.token.empty()) out.set(http::field::authorization, "Bearer " + endpoint.token);
  if (request.body.empty()) return out;
  out.set(http::field::content_type, "application/json");
  out.body() = request.body;
  out.prepare_payload();
  return out;
}

class HttpClient final : public Transport {
 public:
  explicit HttpClient(const Endpoint& endpoint) : endpoint_(endpoint) {}

  base::Result<Response> send(const Request& request) override {
    return exchange(request, std::nullopt);
  }

  base::Result<Response> stream(const Request& request,
                                base::FunctionRef<void(std::string_view)> take) override {
    return exchange(request, take);
  }

 private:
  base::Result<Response> exchange(
      const Request& request, std::optional<base::FunctionRef<void(std::string_view)>> take) const {
    Connection connection(endpoint_);
    Connection::Parser parser;
    parser.body_limit(boost::none);  // kept by read_whole, and a stream has none
    auto done = connection.open();
    if (done) done = connection.write(request_of(endpoint_, request));
    if (done) done = connection.read_header(parser);
    if (!done) return std::unexpected(done.error());
    Response response = head_of(parser);
    if (take && response.is_success()) {
      connection.take_your_time();
      done = connection.read_body(parser, [&](std::string_view piece) {
        (*take)(piece);
        return true;
      });
    } else {
      done = read_whole(connection, parser, response.body);
    }
    if (!done) return std::unexpected(done.error());
    return response;
  }

  base::Status read_whole(Connection& connection, Connection::Parser& parser,
                          std::string& body) const {
    bool fits = true;
    auto done = connection.read_body(parser, [&](std::string_view piece) {
      fits = body.size() + piece.size() <= kBodySize;
      if (fits) body += piece;
      return fits;
    });
    if (!done || fits) return done;
    return failure(Fault::kSystem,
                   cat(text(endpoint_), ": the answer is over ", kBodySize >> 20, " MiB"));
  }

  static Response head_of(const Connection::Parser& parser) {
    const auto& head = parser.get();
    return {head.result_int(),
            std::string(head.reason()),
            std::string(head[http::field::content_type]),
            {}};
  }

  Endpoint endpoint_;
};

}  // namespace

std::unique_ptr<Transport> make_http_client(const Endpoint& endpoint) {
  return std::make_unique<HttpClient>(endpoint);
}

}  // namespace melange::cli
