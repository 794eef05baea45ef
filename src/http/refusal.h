// SPDX-License-Identifier: Apache-2.0
//
// What the server itself answers to a request that no Application sees: one row per reason, with
// its status and a sentence for the client. The body is RFC 9457's problem object.
#pragma once

#include <cstdint>
#include <string_view>

#include "melange/http/message.h"

namespace melange::http {

enum class Refusal : std::uint8_t {
  // The guard's (guard.h).
  kControlOctet,
  kLineEnd,
  kLineTooLong,
  kRequestLine,
  kMethod,
  kVersion,
  kTarget,
  kPath,
  kFieldsTooLong,
  kTooManyFields,
  kFolded,
  kFieldName,
  kRepeated,
  kRepeatedAuthorization,
  kNoHost,
  kChunked,
  kTransferCoding,
  kContentLength,
  kBodyTooLong,
  // The parser's (parse.h).
  kUnparsed,
  // The policy's (policy.h).
  kWrongHost,
  kForeignOrigin,
  kOptions,
  kExpectation,
  kUnexpectedBody,
  kNotJson,
  // The session's (session.h).
  kTooSlow,
  kNoAnswer,
  kTooManyConnections,
  kTooManyEventStreams,
};
inline constexpr std::size_t kRefusals = 30;

unsigned status_of(Refusal refusal);
std::string_view detail_of(Refusal refusal);
Response refuse(Refusal refusal);

// RFC 9110's name of a status: "Not Found"; empty for one that it does not have.
std::string_view reason_phrase(unsigned status);

}  // namespace melange::http
