// SPDX-License-Identifier: Apache-2.0
//
// Input: the octets of option 12 and of option 81. A name that is read is a host name; it is read
// again from what is written for it; no answer claims a DNS update.
#include "melange/wire/host_name.h"

#include <array>

#include "demand.h"

namespace {

using namespace melange;
using fuzz::demand;
namespace flag = wire::fqdn_flag;

void check_host_name(base::Bytes octets) {
  const auto name = wire::read_host_name(octets);
  if (!name) return;
  demand(wire::is_host_name(base::text_of(name->view())), "option 12 gives host names only");
  demand(wire::read_host_name(name->view()) == name, "a name is read as itself");
}

void check_fqdn(base::Bytes octets) {
  const auto asked = wire::read_fqdn(octets);
  if (!asked) return;
  demand(fuzz::printable(wire::text(*asked)), "the text is printable");
  std::string name(base::text_of(asked->name.view()));
  demand(name.empty() ? !asked->complete : wire::is_host_name(name), "option 81 gives host names");
  demand((asked->flags & flag::kN) == 0 || (asked->flags & flag::kS) == 0, "flags agree");
  if (asked->complete) name += '.';
  std::array<std::uint8_t, wire::kFqdnSize> out;
  const std::size_t size = wire::write_fqdn(*asked, name, out);
  demand(size >= 3, "what was read can be written");
  const auto answer = wire::read_fqdn(base::Bytes(out).first(size));
  demand(answer && answer->name == asked->name, "the name is the same again");
  demand((answer->flags & flag::kN) != 0 && (answer->flags & flag::kS) == 0, "no updates");
  // ASCII has no root label: one label alone is taken for a name without its domain.
  const bool ascii = (asked->flags & flag::kE) == 0;
  demand(answer->complete == asked->complete || ascii, "complete as before");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = fuzz::exact_copy(data, size);
  check_host_name(octets);
  check_fqdn(octets);
  return 0;
}
