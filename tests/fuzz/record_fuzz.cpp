// SPDX-License-Identifier: Apache-2.0
//
// Input: what kind of record, and a stored value without its checksum, which is put behind it:
// damage that no checksum would notice. What decodes is the same after it has been encoded and
// decoded once more.
#include "codec.h"

#include "demand.h"

namespace {

using namespace melange;
using namespace melange::store;
using fuzz::demand;

const std::vector<std::uint8_t> kKey{0, 0, 0, 1, 10, 0, 0, 1};

template <class T>
void round_trip(base::Bytes value) {
  const std::optional<T> record = decode<T>(kKey, value);
  if (!record) return;
  const std::vector<std::uint8_t> stored = encode(*record, kKey);
  const std::optional<T> again = decode<T>(kKey, stored);
  demand(again == record, "a record comes back");
  demand(encode(*again, kKey) == stored, "it is written the same way");
}

void round_trip_address(base::Bytes value) {
  const auto record = decode<AddressRecord>(kKey, value);
  if (!record) return;
  std::array<std::uint8_t, kLongestAddressRecord> buffer;
  const base::Bytes stored = encode(*record, kKey, buffer);
  const auto again = decode<AddressRecord>(kKey, stored);
  demand(again == record, "an address record comes back");
  demand(!text(record->state).empty(), "its state is one of the known");
  demand(fuzz::printable(text(*record)), "it can be shown");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::Bytes body = base::Bytes(data, size).subspan(1);
  std::vector<std::uint8_t> value(body.size() + kChecksumSize);
  seal(kKey, body, value);
  switch (*data % 12) {
    case 0:
      round_trip_address(value);
      break;
    case 1:
      round_trip<Network>(value);
      break;
    case 2:
      round_trip<Block>(value);
      break;
    case 3:
      round_trip<Reservation>(value);
      break;
    case 4:
      round_trip<Usage>(value);
      break;
    case 5:
      round_trip<Seen>(value);
      break;
    case 6:
      round_trip<Policy>(value);
      break;
    case 7:
      round_trip<Interface>(value);
      break;
    case 8:
      round_trip<MacRange>(value);
      break;
    case 9:
      round_trip<Allocation>(value);
      break;
    case 10:
      round_trip<Answer>(value);
      break;
    default:
      round_trip<Event>(value);
  }
  return 0;
}
