// SPDX-License-Identifier: Apache-2.0
#include "parse.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "characters.h"
#include "http_limits.h"

namespace melange::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::empty_body>;

Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Method::kGet;
    case beast::http::verb::head:
      return Method::kHead;
    case beast::http::verb::post:
      return Method::kPost;
    case beast::http::verb::put:
      return Method::kPut;
    case beast::http::verb::patch:
      return Method::kPatch;
    case beast::http::verb::delete_:
      return Method::kDelete;
    case beast::http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

bool agrees(const Parser& parser, const Head& head) {
  return parser.is_header_done() && !parser.chunked() &&
         parser.content_length().value_or(0) == head.content_length &&
         parser.get().version() == (head.is_http_1_0 ? 10 : 11);
}

Request request_of(const Parser::value_type& message) {
  Request request;
  request.method = method_of(message.method());
  const std::string_view target(message.target().data(), message.target().size());
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  request.fields.reserve(16);
  for (const auto& field : message) {
    request.fields.push_back({lower({field.name_string().data(), field.name_string().size()}),
                              std::string(field.value().data(), field.value().size())});
  }
  return request;
}

}  // namespace

std::optional<ParsedHead> parse_head(std::string_view octets, const Head& head) {
  Parser parser;
  parser.header_limit(limits::kReadBuffer);
  parser.body_limit(boost::none);
  beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(octets), error);
  if (error == beast::http::error::need_more) error = {};
  if (error || used != octets.size() || !agrees(parser, head)) return std::nullopt;
  return ParsedHead{request_of(parser.get()), parser.keep_alive() && !head.is_http_1_0};
}

}  // namespace melange::http
