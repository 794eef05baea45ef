// SPDX-License-Identifier: Apache-2.0
//
// Writing a message. Relies on option_placement.h for what goes where; a ByteWriter over the
// caller's buffer writes each octet once, front to back, so that none is left as it was.
#include <algorithm>
#include <array>

#include "melange/base/check.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "message4_layout.h"
#include "option_placement.h"

namespace melange::wire {
namespace {

using base::Bytes;
using base::ByteWriter;

struct FieldWriter {
  ByteWriter& out;

  void operator()(std::string_view, std::uint8_t field) { out.u8(field); }
  void operator()(std::string_view, std::uint16_t field) { out.u16(field); }
  void operator()(std::string_view, std::uint32_t field) { out.u32(field); }
  void operator()(std::string_view, net::Ipv4 field) { out.u32(field.value()); }
  void operator()(std::string_view, const std::array<std::uint8_t, 16>& field) { out.put(field); }
};

// RFC 3396 section 5: what is longer than one option holds follows in further ones of its code.
void put_option(ByteWriter& out, std::uint8_t code, Bytes value) {
  do {
    const Bytes part = value.first(std::min<std::size_t>(value.size(), 255));
    out.put(std::array{code, static_cast<std::uint8_t>(part.size())});
    out.put(part);
    value = value.subspan(part.size());
  } while (!value.empty());
}

class MessageWriter {
 public:
  MessageWriter(const MessagePlan4& plan, const Placement& placement, base::MutableBytes out)
      : plan_(plan), placement_(placement), overload_(placement.overload), out_(out) {}

  std::size_t write() {
    FieldWriter fields{out_};
    visit_fields(plan_.header, fields);
    put_fixed_area(plan_.sname, OptionArea::kSname, (overload_ & kOverloadSname) != 0, kSnameSize);
    put_fixed_area(plan_.file, OptionArea::kFile, (overload_ & kOverloadFile) != 0, kFileSize);
    out_.u32(kMagicCookie);
    put_options(OptionArea::kOptions);
    base::check(out_.u8(option4::kEnd));
    // RFC 1542 section 2.1: relays and old clients drop a BOOTP message of less than 300 octets.
    if (out_.size() < kBootpSize) out_.fill(kBootpSize - out_.size(), 0);
    return out_.size();
  }

 private:
  void put_fixed_area(Bytes text, OptionArea area, bool holds_options, std::size_t size) {
    const std::size_t end = out_.size() + size;
    if (holds_options) {
      put_options(area);
      out_.u8(option4::kEnd);
    } else {
      out_.put(text);
    }
    base::check(out_.size() <= end);
    out_.fill(end - out_.size(), 0);
  }

  void put_options(OptionArea area) {
    bool announced = area != OptionArea::kOptions || overload_ == 0;
    for (std::size_t i = 0; i < plan_.options.size(); ++i) {
      const auto part = placement_.part(plan_, i, area);
      if (!part) continue;
      const std::uint8_t code = plan_.options[i].code;
      if (!announced && code == option4::kRelayAgentInformation) announced = announce_overload();
      put_option(out_, code, *part);
    }
    if (!announced) announce_overload();
  }

  bool announce_overload() {
    put_option(out_, option4::kOverload, Bytes(&overload_, 1));
    return true;
  }

  const MessagePlan4& plan_;
  const Placement& placement_;
  const std::uint8_t overload_;
  ByteWriter out_;
};

}  // namespace

std::size_t build_message(const MessagePlan4& plan, base::MutableBytes out) {
  const std::size_t limit = std::min(plan.max_size, out.size());
  base::check(limit >= kBootpSize);
  base::check(plan.sname.size() <= kSnameSize && plan.file.size() <= kFileSize);
  const auto placement = place_options(plan, limit);
  if (!placement) return 0;
  return MessageWriter(plan, *placement, out.first(limit)).write();
}

}  // namespace melange::wire
