// SPDX-License-Identifier: Apache-2.0
//
// Every limit of the HTTP server that is not one of its Settings (hostile.md: each resource has a
// named limit). Sizes are octets unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>

#include "melange/base/time.h"

namespace melange::http::limits {

// One request (H2).
inline constexpr std::size_t kRequestLine = 4096;
inline constexpr std::size_t kFieldSection = 8192;  // all fields with their line ends
inline constexpr std::size_t kFields = 100;         // how many of them
inline constexpr std::size_t kBody = 1u << 20;
inline constexpr std::size_t kReadBuffer = 16384;   // of a connection: a head, and what follows it
inline constexpr std::size_t kBodyRead = 1u << 16;  // a body's buffer grows by this as it arrives

// Responses.
inline constexpr std::size_t kJoinedWrite = 16384;      // a body up to this leaves with its head
inline constexpr std::size_t kWritePiece = 256u << 10;  // what must leave within one timeout

// Connections.
inline constexpr int kBacklog = 128;
inline constexpr std::size_t kKeptForUnix = 8;     // of the connections, at most one in eight
inline constexpr std::size_t kAcceptsAtOnce = 32;  // before others have their turn
inline constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors ran out (X6)
inline constexpr std::chrono::milliseconds kTick{250};         // how exactly timeouts are kept
inline constexpr base::Seconds kLinger{1};  // for the client to read a last response, and close
inline constexpr std::size_t kLingerOctets = 2u << 20;  // thrown away meanwhile
inline constexpr int kRetryAfter = 1;                   // seconds, told to those turned away
inline constexpr int kNiceValue = 10;                   // of the thread: packets go first

// Event streams.
inline constexpr std::size_t kEventStreams = 16;
inline constexpr base::Seconds kHeartbeat{15};

// After a 401 (H10).
inline constexpr base::Millis kFirstDelay{100};
inline constexpr base::Millis kLongestDelay{2000};
inline constexpr base::Seconds kDelayMemory{60};
inline constexpr std::size_t kDelayedSources = 1024;

}  // namespace melange::http::limits
