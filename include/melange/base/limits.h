// SPDX-License-Identifier: Apache-2.0
//
// Every limit that is not a configuration key, in one place (hostile.md: each resource has a named
// limit). Sizes are octets unless the name says otherwise.
#pragma once

#include <cstddef>

#include "melange/base/time.h"

namespace melange::base::limits {

// The wire.
inline constexpr std::size_t kFrameSize = 2048;  // longest frame taken in; MTU 1500 and some
inline constexpr std::size_t kReplySize = 1500;  // longest IP packet sent, whatever option 57 says
inline constexpr std::size_t kJoinedOptions = 4096;    // octets of one message's joined options
inline constexpr std::size_t kBatchFrames = 256;       // datagrams taken into one turn
inline constexpr std::size_t kRequestedOptions = 255;  // entries of a parameter request list
inline constexpr std::size_t kArpBatch = 64;           // ARP packets taken in at one time

// Offers and abuse.
inline constexpr std::size_t kOffers = 16384;  // offers held at one time, oldest dropped first
// So many of one block at one time are no accident: with nothing else left, the oldest are given to
// others.
inline constexpr std::size_t kOffersOfBlock = 32;
inline constexpr std::size_t kDeclinesOfBlock = 16;
inline constexpr std::size_t kDeclinesPerClient = 3;  // addresses one client may quarantine an hour
inline constexpr Seconds kDeclineWindow{3600};
inline constexpr std::size_t kAddressesPerIdentity = 16;  // looked at for one client of one network
inline constexpr std::size_t kReclaimScan = 256;  // records looked at when a pool has nothing free
inline constexpr std::size_t kProbes = 1024;      // addresses looked for on the links at one time
// Of the answers to probes, how many may quarantine an address in a window: anybody can forge one.
inline constexpr std::size_t kConflictsPerClient = 3;
inline constexpr std::size_t kConflictsPerLink = 16;
inline constexpr std::size_t kConflicts = 1024;
inline constexpr Seconds kConflictWindow{3600};

// The store.
// Of tenants, and of the names of networks, interfaces, devices and allocations: two fit one key.
inline constexpr std::size_t kNameSize = 200;
inline constexpr std::size_t kSweepRecords = 512;     // records per slice of the sweeper
inline constexpr std::size_t kSeenAddresses = 65536;  // addresses noted by INFORM
inline constexpr std::size_t kPrunedAtOnce = 2048;    // events and answers dropped in one slice
inline constexpr std::size_t kAddressOptions = 2048;  // octets of the options of one address
inline constexpr std::size_t kOptionOverhead = 4;     // of each of them in the record, at most
inline constexpr std::size_t kServerNameSize = 63;    // RFC 2131 section 2: sname, a NUL behind it
inline constexpr std::size_t kBootFileSize = 255;     // of option 67, RFC 2132 section 9.5
inline constexpr std::size_t kIdentities = 9;         // of one reservation, the first among them
inline constexpr std::size_t kClassesOfOne = 16;      // client classes that an address names
inline constexpr Seconds kAnswerTime{86400};          // how long an Idempotency-Key is remembered
inline constexpr std::size_t kAnswers = 1u << 20;     // such keys at one time
inline constexpr std::size_t kInitialMapSize = 1u << 30;  // of address space, not of the file
inline constexpr unsigned kMapGrowPercent = 70;           // used pages at which the map is doubled

// Configuration.
inline constexpr std::size_t kConfigFileSize = 1u << 20;
inline constexpr std::size_t kConfigDepth = 32;

}  // namespace melange::base::limits
