// SPDX-License-Identifier: Apache-2.0
#include "idempotency.h"

#include <algorithm>

#include "melange/base/digest.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"

namespace melange::admin {
namespace {

constexpr std::size_t kLongestKey = 255;

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

store::Digest digest(std::string_view text) { return base::sha256(base::bytes_of(text)); }

}  // namespace

std::expected<std::optional<Repeatable>, Problem> repeatable(const http::Request& request,
                                                             const Principal& principal) {
  const auto is_it = [](const http::Field& field) { return field.name == "idempotency-key"; };
  const auto found = std::ranges::find_if(request.fields, is_it);
  if (request.method != http::Method::kPost || found == request.fields.end()) return std::nullopt;
  if (!is_key(found->value) || std::ranges::count_if(request.fields, is_it) != 1) {
    return std::unexpected(
        invalid("Idempotency-Key", "expects one value of 1 to 255 visible ASCII characters"));
  }
  // No part can hold a newline.
  const std::string what = base::cat(principal.actor, '\n', text(request.method), '\n',
                                     request.path, '?', request.query, '\n', found->value);
  return Repeatable{digest(what), digest(request.body)};
}

std::expected<std::optional<http::Response>, Problem> recall(const Repeatable& repeatable,
                                                             const Context& context) {
  const auto answer = context.view.answer(repeatable.key);
  if (!answer || answer->at + base::limits::kAnswerTime <= context.now) {
    if (context.view.answers() < base::limits::kAnswers) return std::nullopt;
    return std::unexpected(Problem{429, "", "too many Idempotency-Keys are remembered", {}});
  }
  if (answer->request != repeatable.body) {
    return std::unexpected(
        Problem{422, "", "this Idempotency-Key was used with another body before", {}});
  }
  http::Response response{answer->status, {}, answer->body, nullptr};
  for (const store::Tag& field : answer->fields)
    response.fields.push_back({field.key, field.value});
  return response;
}

store::PutAnswer remember(const Repeatable& repeatable, const http::Response& response,
                          base::Instant now) {
  store::Answer answer;
  answer.key = repeatable.key;
  answer.request = repeatable.body;
  answer.status = static_cast<std::uint16_t>(response.status);
  for (const http::Field& field : response.fields)
    answer.fields.push_back({field.name, field.value});
  answer.body = response.body;
  answer.at = now;
  return {std::move(answer)};
}

}  // namespace melange::admin
