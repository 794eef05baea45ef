// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include <algorithm>
#include <array>

#include "http_limits.h"
#include "melange/base/text.h"

namespace melange::http {
namespace {

struct Row {
  Refusal refusal;
  unsigned status;
  std::string_view detail;
};

constexpr std::array kRows = std::to_array<Row>({
    {Refusal::kControlOctet, 400, "There is a control octet in the request's head."},
    {Refusal::kLineEnd, 400, "A line of the request's head does not end in CR LF."},
    {Refusal::kLineTooLong, 414, "The request line is longer than 4 KiB."},
    {Refusal::kRequestLine, 400, "The request line is not a method, a target and a version."},
    {Refusal::kMethod, 501, "This method is not known here."},
    {Refusal::kVersion, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."},
    {Refusal::kTarget, 400, "The target must be a path and a query, in the characters of a URI."},
    {Refusal::kPath, 404, "Nothing has a path with empty or dot segments or such characters."},
    {Refusal::kFieldsTooLong, 431, "The fields are longer than 8 KiB."},
    {Refusal::kTooManyFields, 431, "There are more than 100 fields."},
    {Refusal::kFolded, 400, "A field is folded over several lines."},
    {Refusal::kFieldName, 400, "A line is not a field's name, a colon and a value."},
    {Refusal::kRepeated, 400, "A field stands twice that may stand once."},
    {Refusal::kRepeatedAuthorization, 401, "There are two Authorization fields."},
    {Refusal::kNoHost, 400, "There is no Host."},
    {Refusal::kChunked, 411, "A body must have a Content-Length; chunks are not taken."},
    {Refusal::kTransferCoding, 400, "A Transfer-Encoding is not taken."},
    {Refusal::kContentLength, 400, "The Content-Length is not a decimal number."},
    {Refusal::kBodyTooLong, 413, "The body is longer than 1 MiB."},
    {Refusal::kUnparsed, 400, "The request's head is malformed."},
    {Refusal::kWrongHost, 421, "This server has no such Host; http.host_names can name it."},
    {Refusal::kForeignOrigin, 403, "Pages of other origins may not ask."},
    {Refusal::kOptions, 405, "OPTIONS is not answered."},
    {Refusal::kExpectation, 417, "No expectation but 100-continue can be met."},
    {Refusal::kUnexpectedBody, 400, "A request of this method has no body."},
    {Refusal::kNotJson, 415, "A body must be application/json in UTF-8."},
    {Refusal::kTooSlow, 408, "The request took too long to arrive."},
    {Refusal::kNoAnswer, 503, "The server is too busy to answer in time."},
    {Refusal::kTooManyConnections, 503, "There are too many connections."},
    {Refusal::kTooManyEventStreams, 503, "There are too many event streams."},
});
static_assert(kRows.size() == kRefusals);
static_assert(std::ranges::all_of(kRows, [](const Row& row) {
  return &row == &kRows.at(static_cast<std::size_t>(row.refusal));
}));

struct Phrase {
  unsigned status;
  std::string_view text;
};

constexpr std::array kPhrases = std::to_array<Phrase>({
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});
static_assert(std::ranges::is_sorted(kPhrases, std::ranges::less_equal{}, &Phrase::status));

const Row& row_of(Refusal refusal) { return kRows.at(static_cast<std::size_t>(refusal)); }

}  // namespace

unsigned status_of(Refusal refusal) { return row_of(refusal).status; }
std::string_view detail_of(Refusal refusal) { return row_of(refusal).detail; }

Response refuse(Refusal refusal) {
  const Row& row = row_of(refusal);
  Response response;
  response.status = row.status;
  response.fields.push_back({"Content-Type", "application/problem+json"});
  // RFC 9110: what these statuses must tell.
  if (row.status == 401) response.fields.push_back({"WWW-Authenticate", "Bearer"});
  if (row.status == 405) {
    response.fields.push_back({"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE"});
  }
  if (row.status == 503) {
    response.fields.push_back({"Retry-After", std::to_string(limits::kRetryAfter)});
  }
  response.body =
      base::cat(R"({"type":"about:blank","title":)", base::json_quote(reason_phrase(row.status)),
                R"(,"status":)", row.status, R"(,"detail":)", base::json_quote(row.detail), "}");
  return response;
}

std::string_view reason_phrase(unsigned status) {
  const auto found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  return found != kPhrases.end() && found->status == status ? found->text : std::string_view();
}

}  // namespace melange::http
