// SPDX-License-Identifier: Apache-2.0
//
// What the API cannot answer by itself: what a client would be answered on the wire. Whoever calls
// `handle` in the turn brings somebody to ask, in these words.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/store/address.h"
#include "melange/store/view.h"

namespace melange::admin {

// A client's packet, as it would be sent; /v1/explain says what each field means.
struct Question {
  std::string type;  // "discover"
  net::Mac mac;
  std::string interface{};
  std::optional<net::Ipv4> relay{};
  std::optional<net::Ipv4> address{};
  std::optional<net::Ipv4> server_id{};
  std::vector<store::OptionValue> options{};
  std::vector<std::uint8_t> relay_information{};  // option 82; empty: none
};

struct Explanation {
  std::string query;     // both as in the log
  std::string decision;  // "OFFER yiaddr=192.0.2.100 ..."
  std::string answer;    // "OFFER"; "none"
  std::string reason;
  std::string why;
  std::optional<store::NetworkId> network;
  std::optional<store::AddressKey> subject;  // the address that it is about
  std::string block{};                       // that the reply's options are of; empty: none
  std::string pool{};
  std::vector<std::string> classes{};
  std::string identity{};
  bool reservation = false;
  std::string to{};                   // where the reply goes; empty: there is none
  std::vector<std::uint8_t> reply{};  // the DHCP message
};

// What is wrong with a question, by the field of the request's body.
struct Unaskable {
  std::string field;
  std::string message;
};

using Explain = std::function<std::expected<Explanation, Unaskable>(
    const Question& question, const store::View& view, base::Instant now)>;

}  // namespace melange::admin
