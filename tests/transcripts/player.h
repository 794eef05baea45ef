// SPDX-License-Identifier: Apache-2.0
//
// Plays a transcript through the real stack and writes down what came of it.
#pragma once

#include <map>
#include <string>

#include "lab.h"
#include "script.h"

namespace melange::test {

class Player {
 public:
  // `path` is the directory for the store; `setup` must outlive this.
  Player(const std::string& path, const Setup& setup);
  // What the event led to, a line each.
  std::string play(Event& event);

 private:
  using Records = std::map<store::AddressKey, std::string>;

  // What the setup says beside the configuration, as an operator's requests would make it.
  void write_beside(const Beside& beside);
  void seed(const SeededLease& lease);
  void write(const WriteAddress& written, base::Instant now);
  // The record of the address, or, without one, what names it.
  store::AddressRecord record_at(net::Ipv4 address);
  void act(Receive& receive, base::Instant now, std::string& out);
  void act(const Restart& restart, base::Instant now, std::string& out);
  void act(const Sweep& sweep, base::Instant now, std::string& out);
  void act(const Configure& configure, base::Instant now, std::string& out);
  void act(const WriteAddress& written, base::Instant now, std::string& out);
  Records records();
  // The records that are not as when they were last written down.
  std::string changed_records();

  const Setup* setup_;
  Lab lab_;
  Records told_;
};

// The moment that "at 0s" means.
inline constexpr base::Instant kStart{base::Seconds{1'700'000'000}};

// "send ACK xid=2 yiaddr=192.0.2.100 lease=1h to=192.0.2.100", and what `receive` asks to show.
// Throws if the reply breaks a rule that holds for every reply.
std::string describe(const Sent& sent, const Receive& receive, const Setup& setup);
// "lease 192.0.2.100 leased mac=02::1 until=1h"
std::string describe(const store::AddressRecord& record);

}  // namespace melange::test
