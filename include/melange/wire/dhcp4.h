// SPDX-License-Identifier: Apache-2.0
//
// The DHCPv4 message (RFC 2131 section 2): a view that judges nothing and loses nothing, and the
// building of one. Options that come in several parts are joined, across options, file and sname
// (RFC 3396, RFC 2131 section 4.1); what an option means is said in options4.h, what a message
// means in dhcp/query4.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/limits.h"
#include "melange/net/address.h"

namespace melange::wire {

enum class MessageType4 : std::uint8_t {
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
  kRelease = 7,
  kInform = 8,
};
std::string_view text(MessageType4 type);  // "DISCOVER"

inline constexpr std::uint8_t kBootRequest = 1;
inline constexpr std::uint8_t kBootReply = 2;
inline constexpr std::uint16_t kBroadcastFlag = 0x8000;
inline constexpr std::uint8_t kEthernet = 1;      // htype
inline constexpr std::size_t kHeaderSize4 = 240;  // fixed fields and the magic cookie
inline constexpr std::size_t kBootpSize = 300;    // the shortest message sent (RFC 1542 2.1)

// The fixed fields. sname and file are not here: they may hold options, see Message4.
struct Header4 {
  std::uint8_t op = 0;
  std::uint8_t htype = 0;
  std::uint8_t hlen = 0;
  std::uint8_t hops = 0;
  std::uint32_t xid = 0;
  std::uint16_t secs = 0;
  std::uint16_t flags = 0;
  net::Ipv4 ciaddr;
  net::Ipv4 yiaddr;
  net::Ipv4 siaddr;
  net::Ipv4 giaddr;
  std::array<std::uint8_t, 16> chaddr{};
};

// The fixed fields before sname, named once: decode, encode and print are visitors of this list.
template <class Header, class Visitor>
void visit_fields(Header& h, Visitor& v) {
  v("op", h.op), v("htype", h.htype), v("hlen", h.hlen), v("hops", h.hops), v("xid", h.xid);
  v("secs", h.secs), v("flags", h.flags), v("ciaddr", h.ciaddr), v("yiaddr", h.yiaddr);
  v("siaddr", h.siaddr), v("giaddr", h.giaddr), v("chaddr", h.chaddr);
}

enum class MessageError4 : std::uint8_t {
  kTooShort,        // less than the fixed fields and the cookie
  kNoCookie,        // BOOTP without options, or something else
  kOptionOverrun,   // an option's length passes the end of its area
  kBadOverload,     // option 52 not of length 1, or not 1, 2 or 3, or inside sname or file; or one
                    // of these that holds options lacks its End
  kOptionsTooLong,  // joined options of more than limits::kJoinedOptions octets
};
std::string_view text(MessageError4 error);

// One message as received. It refers to the payload that it was read from, which must outlive it.
// Large (it holds the joined options): keep one and read into it again.
class Message4 {
 public:
  // The message in `payload`; nothing of an earlier one is left. Without an End option the options
  // area ends with its last octet, but sname and file must have theirs (RFC 2131 section 4.1); what
  // stands behind End is not looked at. After an error there are no options. hostile.md W8-W20.
  std::optional<MessageError4> read(base::Bytes payload);

  const Header4& header() const { return header_; }
  bool has(std::uint8_t code) const { return spans_[code].present; }
  // The option's value, all its parts joined; empty if it is absent or has no octets.
  base::Bytes option(std::uint8_t code) const;
  // Codes in order of first appearance, each once.
  std::span<const std::uint8_t> codes() const { return std::span(codes_).first(code_count_); }
  // The fixed areas as sent; empty if they hold options.
  base::Bytes sname() const { return sname_; }
  base::Bytes file() const { return file_; }

 private:
  struct Span {
    bool present = false;
    bool joined = false;  // in joined_, else in payload_
    std::uint16_t offset = 0;
    std::uint16_t length = 0;
  };
  struct Area {
    std::size_t offset = 0;  // in payload_
    std::size_t size = 0;
  };

  void forget_options();
  std::optional<MessageError4> read_options();
  std::optional<MessageError4> scan(Area area, bool overloaded);
  std::optional<MessageError4> reserve_joined();
  void join(Area area);

  Header4 header_;
  base::Bytes payload_;
  base::Bytes sname_;
  base::Bytes file_;
  std::array<Span, 256> spans_{};
  std::array<std::uint8_t, 256> codes_{};
  std::size_t code_count_ = 0;
  std::array<std::uint8_t, base::limits::kJoinedOptions> joined_;
  std::size_t joined_size_ = 0;
};

// "DISCOVER xid=1 chaddr=02:00:00:00:00:01 50=192.0.2.1": every field that is not zero and every
// option, client text escaped. op, htype and hlen stand there only if they are unusual.
std::string text(const Message4& message);

inline constexpr std::size_t kOptionsToSend = 254;  // each code but Pad and End once

struct OptionToSend {
  std::uint8_t code = 0;
  base::Bytes value;      // any length: over 255 octets it is split (RFC 3396)
  bool required = false;  // never left out: without it no message is built
};

struct MessagePlan4 {
  Header4 header;
  std::span<const OptionToSend> options;  // in the order of sending; 82, if there, is the last
  std::size_t max_size = 576 - 28;        // of the message: header, cookie, options, End
  base::Bytes sname;                      // at most 64 and 128 octets; an area that is in use
  base::Bytes file;                       // is never overloaded with options
};

// Writes the message into `out` and returns its size: at least kBootpSize, padded with zeros, every
// octet initialised. Options that do not fit go to file and sname, small ones first, each whole
// where it can be; 53 and 82 stay in the options area (dhcp.md rules 12-15). If even that is not
// enough, options that are not required are left out, the last of the list first, but for small
// ones that still fit where a longer one before them did not. Returns 0 if a required one does not
// fit. `max_size` and `out` are at least kBootpSize; `options` at most kOptionsToSend.
std::size_t build_message(const MessagePlan4& plan, base::MutableBytes out);

}  // namespace melange::wire
