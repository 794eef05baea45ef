// SPDX-License-Identifier: Apache-2.0
//
// Reading a message: one pass over the areas notes where each option stands; a second one, only if
// an option came in several parts, joins them (RFC 3396 section 7). Nothing is allocated, and what
// is cleared is what the last message set. Whether options have the right lengths is not looked at.
#include <algorithm>

#include "melange/base/inline.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "message4_layout.h"

namespace melange::wire {
namespace {

using base::ByteReader;
using base::Bytes;

struct FieldReader {
  ByteReader& in;

  void operator()(std::string_view, std::uint8_t& field) { field = in.u8(); }
  void operator()(std::string_view, std::uint16_t& field) { field = in.u16(); }
  void operator()(std::string_view, std::uint32_t& field) { field = in.u32(); }
  void operator()(std::string_view, net::Ipv4& field) { field = net::Ipv4(in.u32()); }
  void operator()(std::string_view, std::array<std::uint8_t, 16>& field) {
    std::ranges::copy(in.take(field.size()), field.begin());
  }
};

enum class AreaEnd : std::uint8_t { kEnd, kNoEnd, kOverrun };

// Calls `visit(code, value, offset of the value in the area)` for each option, up to End.
template <class Visit>
AreaEnd for_each_option(Bytes area, Visit visit) {
  ByteReader reader(area);
  while (!reader.empty()) {
    const std::uint8_t code = reader.u8();
    if (code == option4::kPad) continue;
    if (code == option4::kEnd) return AreaEnd::kEnd;
    const Bytes value = reader.take(reader.u8());
    if (!reader.ok()) return AreaEnd::kOverrun;
    visit(code, value, area.size() - reader.remaining() - value.size());
  }
  return AreaEnd::kNoEnd;
}

}  // namespace

Bytes Message4::option(std::uint8_t code) const {
  const Span& span = spans_[code];
  const Bytes source = span.joined ? Bytes(joined_) : payload_;
  return source.subspan(span.offset, span.length);
}

std::optional<MessageError4> Message4::read(Bytes payload) {
  forget_options();
  header_ = {};
  payload_ = payload;
  ByteReader reader(payload);
  FieldReader fields{reader};
  visit_fields(header_, fields);
  sname_ = reader.take(kSnameSize);
  file_ = reader.take(kFileSize);
  const std::uint32_t cookie = reader.u32();
  if (!reader.ok()) return MessageError4::kTooShort;
  if (cookie != kMagicCookie) return MessageError4::kNoCookie;
  if (payload.size() > 0xffff) return MessageError4::kOptionsTooLong;
  const auto error = read_options();
  if (error) forget_options();
  return error;
}

void Message4::forget_options() {
  for (const std::uint8_t code : codes()) spans_[code] = {};
  code_count_ = 0;
  joined_size_ = 0;
}

std::optional<MessageError4> Message4::read_options() {
  base::InlineVector<Area, 3> areas;
  areas.push_back({kHeaderSize4, payload_.size() - kHeaderSize4});
  if (const auto error = scan(areas[0], false)) return error;
  if (has(option4::kOverload)) {
    const Span& overload = spans_[option4::kOverload];
    if (overload.joined || overload.length != 1) return MessageError4::kBadOverload;
    const std::uint8_t which = ByteReader(option(option4::kOverload)).u8();
    if (which < kOverloadFile || which > kOverloadBoth) return MessageError4::kBadOverload;
    // RFC 2131 section 4.1: the options field is read first, then file, then sname.
    if (which != kOverloadSname) areas.push_back({kFileOffset, kFileSize}), file_ = {};
    if (which != kOverloadFile) areas.push_back({kSnameOffset, kSnameSize}), sname_ = {};
  }
  for (std::size_t i = 1; i < areas.size(); ++i) {
    if (const auto error = scan(areas[i], true)) return error;
  }
  if (const auto error = reserve_joined()) return error;
  if (joined_size_ > 0) {
    for (const Area area : areas) join(area);
  }
  return std::nullopt;
}

// Notes where each option of the area stands; of one in several parts, how long they are together.
std::optional<MessageError4> Message4::scan(Area area, bool overloaded) {
  bool nested = false;
  const auto note = [&](std::uint8_t code, Bytes value, std::size_t offset) {
    Span& span = spans_[code];
    if (!span.present) {
      span.present = true;
      span.offset = static_cast<std::uint16_t>(area.offset + offset);
      codes_[code_count_++] = code;
    } else {
      span.joined = true;
    }
    span.length = static_cast<std::uint16_t>(span.length + value.size());
    nested |= overloaded && code == option4::kOverload;
  };
  const AreaEnd end = for_each_option(payload_.subspan(area.offset, area.size), note);
  if (end == AreaEnd::kOverrun) return MessageError4::kOptionOverrun;
  // RFC 2131 section 4.1: options in sname or file "MUST be terminated by an 'end' option".
  if (nested || (overloaded && end == AreaEnd::kNoEnd)) return MessageError4::kBadOverload;
  return std::nullopt;
}

// Gives each option in several parts its place in joined_, and length 0 until `join` fills it.
std::optional<MessageError4> Message4::reserve_joined() {
  for (const std::uint8_t code : codes()) {
    Span& span = spans_[code];
    if (!span.joined) continue;
    if (span.length > joined_.size() - joined_size_) return MessageError4::kOptionsTooLong;
    span.offset = static_cast<std::uint16_t>(joined_size_);
    joined_size_ += span.length;
    span.length = 0;
  }
  return std::nullopt;
}

void Message4::join(Area area) {
  const auto append = [&](std::uint8_t code, Bytes value, std::size_t) {
    Span& span = spans_[code];
    if (!span.joined) return;
    std::ranges::copy(value,
                      base::MutableBytes(joined_).subspan(span.offset + span.length).begin());
    span.length = static_cast<std::uint16_t>(span.length + value.size());
  };
  for_each_option(payload_.subspan(area.offset, area.size), append);
}

}  // namespace melange::wire
