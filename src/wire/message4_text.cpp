// SPDX-License-Identifier: Apache-2.0
//
// Messages as one line of text for logs, tests and tools.
#include <algorithm>

#include "melange/base/text.h"
#include "melange/net/mac.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "text_octets.h"

namespace melange::wire {
namespace {

using base::Bytes;
using base::cat;

constexpr std::uint8_t kMacSize = 6;  // hlen of Ethernet

// In quotes if it could be taken for more than one word; what is in quotes has none.
std::string word(std::string escaped) {
  if (!escaped.empty() && escaped.find_first_of(" \"") == std::string::npos) return escaped;
  std::string out = "\"";
  for (const char c : escaped) out += c == '"' ? "\\x22" : std::string(1, c);
  return out + '"';
}

struct FieldPrinter {
  std::string& out;
  std::size_t hlen;

  void print(std::string_view name, std::string_view value) { out += cat(' ', name, '=', value); }

  void operator()(std::string_view name, std::uint16_t field) {
    if (field == 0) return;
    const std::uint8_t octets[] = {static_cast<std::uint8_t>(field >> 8),
                                   static_cast<std::uint8_t>(field)};
    print(name, name == "flags" ? cat("0x", base::hex(octets)) : std::to_string(field));
  }
  void operator()(std::string_view name, std::uint32_t field) {
    if (field != 0) print(name, std::to_string(field));
  }
  void operator()(std::string_view name, std::uint8_t field) {
    operator()(name, std::uint32_t{field});
  }
  void operator()(std::string_view name, net::Ipv4 field) {
    if (!field.is_unspecified()) print(name, net::text(field));
  }
  void operator()(std::string_view name, const std::array<std::uint8_t, 16>& field) {
    const Bytes used = Bytes(field).first(hlen > 0 && hlen <= field.size() ? hlen : field.size());
    if (std::ranges::count(used, 0) == std::ssize(used)) return;
    const auto mac = net::Mac::from_bytes(used);
    print(name, mac ? net::text(*mac) : base::hex(used));
  }
};

std::uint8_t usual_op(MessageType4 type) {
  const bool reply =
      type == MessageType4::kOffer || type == MessageType4::kAck || type == MessageType4::kNak;
  return reply ? kBootReply : kBootRequest;
}

std::string title(const Message4& message) {
  const Bytes value = message.option(option4::kMessageType);
  if (!message.has(option4::kMessageType)) return "BOOTP";
  base::ByteReader reader(value);
  const std::string_view name = text(static_cast<MessageType4>(reader.u8()));
  return std::string(reader.finished() ? name : "UNKNOWN");
}

void print_header(const Message4& message, std::string& out) {
  Header4 shown = message.header();
  FieldPrinter printer{out, shown.hlen};
  const Bytes type = message.option(option4::kMessageType);
  if (shown.op == usual_op(static_cast<MessageType4>(base::ByteReader(type).u8()))) shown.op = 0;
  if (shown.htype == kEthernet) shown.htype = 0;
  if (shown.hlen == kMacSize) shown.hlen = 0;
  visit_fields(shown, printer);
}

void print_area(std::string_view name, Bytes area, std::string& out) {
  const std::string_view text = text_without_nuls(area);
  if (!text.empty()) out += cat(' ', name, '=', word(base::escape(text)));
}

}  // namespace

std::string_view text(MessageType4 type) {
  switch (type) {
    case MessageType4::kDiscover:
      return "DISCOVER";
    case MessageType4::kOffer:
      return "OFFER";
    case MessageType4::kRequest:
      return "REQUEST";
    case MessageType4::kDecline:
      return "DECLINE";
    case MessageType4::kAck:
      return "ACK";
    case MessageType4::kNak:
      return "NAK";
    case MessageType4::kRelease:
      return "RELEASE";
    case MessageType4::kInform:
      return "INFORM";
  }
  return "UNKNOWN";
}

std::string_view text(MessageError4 error) {
  switch (error) {
    case MessageError4::kTooShort:
      return "too_short";
    case MessageError4::kNoCookie:
      return "no_cookie";
    case MessageError4::kOptionOverrun:
      return "option_overrun";
    case MessageError4::kBadOverload:
      return "bad_overload";
    case MessageError4::kOptionsTooLong:
      return "options_too_long";
  }
  return "unknown";
}

std::string text(const Message4& message) {
  std::string out = title(message);
  print_header(message, out);
  print_area("sname", message.sname(), out);
  print_area("file", message.file(), out);
  for (const std::uint8_t code : message.codes()) {
    // A type that has a name is the first word already.
    if (code == option4::kMessageType && !out.starts_with("UNKNOWN")) continue;
    out += cat(' ', code, '=', word(text(decode_option4(code, message.option(code)))));
  }
  return out;
}

}  // namespace melange::wire
