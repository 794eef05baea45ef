// SPDX-License-Identifier: Apache-2.0
//
// Reading a capture file (pcap, pcapng) frame by frame, as if its frames came in by a link. What a
// capture holds is Ethernet, or what Linux and others write instead when they capture on "any" or
// on a link without MAC addresses: those packets get an Ethernet header, in which a MAC that the
// capture does not know is zero.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "melange/base/bytes.h"
#include "melange/base/error.h"
#include "melange/base/time.h"

namespace melange::io {

struct CapturedFrame {
  base::Bytes octets;  // from the destination MAC on; valid until the next frame is read
  base::Instant at;    // whole milliseconds; not before 1970
  bool cut = false;    // its end was not captured (snap length)
};

class Capture {
 public:
  // kInvalid if there is no such file, or it is not a capture, or not of a kind of link that is
  // known here; the message names the file.
  static base::Result<Capture> open(const std::string& path);
  Capture(Capture&&) noexcept;
  Capture& operator=(Capture&&) noexcept;
  ~Capture();

  // The next frame; nothing behind the last. A file that is damaged, or ends inside a packet, fails
  // (kInvalid) behind the frames that could be read, and goes on failing.
  base::Result<std::optional<CapturedFrame>> next();

 private:
  struct State;
  explicit Capture(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace melange::io
