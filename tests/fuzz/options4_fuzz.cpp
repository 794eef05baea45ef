// SPDX-License-Identifier: Apache-2.0
//
// Input: an option's code, then its octets. Decoding never fails, what it gives can be shown, and
// encoding that gives octets of the same meaning.
#include "melange/wire/options4.h"

#include "demand.h"
#include "melange/wire/datum.h"

namespace {

using namespace melange;
using fuzz::demand;

void check_forms(base::Bytes octets) {
  for (int form = 0; form <= static_cast<int>(wire::Form::kEmpty); ++form) {
    const auto datum = wire::decode(static_cast<wire::Form>(form), octets);
    if (datum) demand(wire::json(*datum).size() < 1 << 20, "bounded");
  }
}

void check_law(std::uint8_t code, base::Bytes octets) {
  const wire::Datum datum = wire::decode_option4(code, octets);
  demand(fuzz::printable(wire::text(datum)), "the text is printable");
  const auto encoded = wire::encode_option4(code, datum);
  if (!encoded) {
    // Names that were compressed, or parts that were joined, may have become too long to send.
    demand(encoded.error().starts_with("is "), "only the length can be wrong");
    return;
  }
  demand(wire::decode_option4(code, *encoded) == datum, "decode(encode(x)) == x");
  const auto again = wire::encode_option4(code, wire::decode_option4(code, *encoded));
  demand(again == encoded, "encoding is stable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::exact_copy(data, size);
  base::ByteReader reader(input);
  const std::uint8_t code = reader.u8();
  if (!reader.ok()) return 0;
  const base::Bytes rest = reader.take_rest();
  const auto octets = fuzz::exact_copy(rest.data(), rest.size());
  check_law(code, octets);
  check_forms(octets);
  return 0;
}
