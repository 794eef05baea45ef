// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include <algorithm>
#include <array>
#include <optional>

#include "characters.h"
#include "http_limits.h"
#include "target.h"

namespace melange::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// Fields whose value an Application or the server asks for, or that RFC 9110 lets stand once.
constexpr std::array kSingletons = std::to_array<std::string_view>({
    "host",
    "content-length",
    "transfer-encoding",
    "authorization",
    "content-type",
    "content-encoding",
    "expect",
    "origin",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "idempotency-key",
    "last-event-id",
    "cookie",
    "date",
    "from",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "user-agent",
});
constexpr std::size_t kHost = 0;
constexpr std::size_t kContentLength = 1;
constexpr std::size_t kTransferEncoding = 2;
constexpr std::size_t kAuthorization = 3;

constexpr std::array kMethods =
    std::to_array<std::string_view>({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"});

bool is_control(char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; }

// CR and LF stand together or not at all; the last octet so far may be a CR whose LF is to come.
std::optional<Refusal> judge_octets(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (!is_control(c)) continue;
    if (c == '\n' && (i == 0 || head[i - 1] != '\r')) return Refusal::kLineEnd;
    if (c == '\r' && i + 1 < head.size() && head[i + 1] != '\n') return Refusal::kLineEnd;
    if (c != '\r' && c != '\n') return Refusal::kControlOctet;
  }
  return std::nullopt;
}

std::optional<Refusal> judge_size(std::string_view head) {
  const std::size_t line = std::min(head.find('\r'), head.size());
  if (line > limits::kRequestLine) return Refusal::kLineTooLong;
  if (head.size() - line > kLineEnd.size() + limits::kFieldSection) {
    return Refusal::kFieldsTooLong;
  }
  return std::nullopt;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + kLineEnd.size());
  return line;
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

std::optional<Refusal> judge_request_line(std::string_view line, Head& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal::kRequestLine;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || !is_version(version)) return Refusal::kRequestLine;
  head.is_http_1_0 = version == "HTTP/1.0";
  if (!head.is_http_1_0 && version != "HTTP/1.1") return Refusal::kVersion;
  if (std::ranges::find(kMethods, method) == kMethods.end()) return Refusal::kMethod;
  // RFC 9112 3.2.4: of OPTIONS alone, which is refused later for what it is.
  if (method == "OPTIONS" && target == "*") return std::nullopt;
  return judge_target(target);
}

// The fields of one head, one after another.
class FieldSection {
 public:
  std::optional<Refusal> add(std::string_view line) {
    if (++count_ > limits::kFields) return Refusal::kTooManyFields;
    if (line.starts_with(' ') || line.starts_with('\t')) return Refusal::kFolded;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return Refusal::kFieldName;
    }
    return note(line.substr(0, colon), trim(line.substr(colon + 1)));
  }

  // What can be said when all are known.
  std::optional<Refusal> finish(Head& head) const {
    if (!seen_[kHost]) return Refusal::kNoHost;
    if (seen_[kTransferEncoding]) {
      const bool plain = same_letters(coding_, "chunked") && !seen_[kContentLength];
      return plain && !head.is_http_1_0 ? Refusal::kChunked : Refusal::kTransferCoding;
    }
    if (!seen_[kContentLength]) return std::nullopt;
    return measure(head.content_length);
  }

 private:
  std::optional<Refusal> note(std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < kSingletons.size(); ++i) {
      if (!same_letters(name, kSingletons[i])) continue;
      if (seen_[i]) {
        return i == kAuthorization ? Refusal::kRepeatedAuthorization : Refusal::kRepeated;
      }
      seen_[i] = true;
      if (i == kContentLength) length_ = value;
      if (i == kTransferEncoding) coding_ = value;
      break;
    }
    return std::nullopt;
  }

  std::optional<Refusal> measure(std::size_t& length) const {
    if (!is_number(length_)) return Refusal::kContentLength;
    length = 0;
    for (const char digit : length_) {
      length = length * 10 + static_cast<std::size_t>(digit - '0');
      if (length > limits::kBody) return Refusal::kBodyTooLong;
    }
    return std::nullopt;
  }

  std::size_t count_ = 0;
  std::array<bool, kSingletons.size()> seen_{};
  std::string_view length_;
  std::string_view coding_;
};

Verdict judge_complete(std::string_view octets) {
  Head head;
  head.size = octets.size();
  if (auto bad = judge_request_line(take_line(octets), head)) return *bad;
  FieldSection fields;
  while (octets != kLineEnd) {
    if (auto bad = fields.add(take_line(octets))) return *bad;
  }
  if (auto bad = fields.finish(head)) return *bad;
  return head;
}

}  // namespace

Verdict judge_head(std::string_view octets) {
  const std::size_t end = octets.find(kHeadEnd);
  const bool complete = end != std::string_view::npos;
  const std::string_view head = complete ? octets.substr(0, end + kHeadEnd.size()) : octets;
  if (auto bad = judge_octets(head)) return *bad;
  if (auto bad = judge_size(head)) return *bad;
  if (complete) return judge_complete(head);
  return Incomplete{};
}

}  // namespace melange::http
