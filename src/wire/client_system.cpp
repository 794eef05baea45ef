// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/client_system.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace melange::wire {
namespace {

constexpr std::array kSystems{
    ClientSystem{0, "bios"},
    ClientSystem{1, "nec-pc98"},
    ClientSystem{2, "efi-itanium"},
    ClientSystem{3, "dec-alpha"},
    ClientSystem{4, "arc-x86"},
    ClientSystem{5, "intel-lean-client"},
    ClientSystem{6, "efi-ia32"},
    ClientSystem{7, "efi-x64"},
    ClientSystem{8, "efi-xscale"},
    // RFC 4578 has 9 for x86-64 and 7 for EFI byte code, IANA the reverse: x64 firmware sends both.
    ClientSystem{9, "efi-x64"},
    ClientSystem{10, "efi-arm32"},
    ClientSystem{11, "efi-arm64"},
    ClientSystem{12, "powerpc-open-firmware"},
    ClientSystem{13, "powerpc-epapr"},
    ClientSystem{14, "power-opal"},
    ClientSystem{15, "efi-ia32-http"},
    ClientSystem{16, "efi-x64-http"},
    ClientSystem{17, "efi-bc-http"},
    ClientSystem{18, "efi-arm32-http"},
    ClientSystem{19, "efi-arm64-http"},
    ClientSystem{20, "bios-http"},
    ClientSystem{21, "uboot-arm32"},
    ClientSystem{22, "uboot-arm64"},
    ClientSystem{23, "uboot-arm32-http"},
    ClientSystem{24, "uboot-arm64-http"},
    ClientSystem{25, "efi-riscv32"},
    ClientSystem{26, "efi-riscv32-http"},
    ClientSystem{27, "efi-riscv64"},
    ClientSystem{28, "efi-riscv64-http"},
    ClientSystem{29, "efi-riscv128"},
    ClientSystem{30, "efi-riscv128-http"},
    ClientSystem{31, "s390-basic"},
    ClientSystem{32, "s390-extended"},
    ClientSystem{33, "efi-mips32"},
    ClientSystem{34, "efi-mips64"},
    ClientSystem{35, "efi-sunway32"},
    ClientSystem{36, "efi-sunway64"},
    ClientSystem{37, "efi-loongarch32"},
    ClientSystem{38, "efi-loongarch32-http"},
    ClientSystem{39, "efi-loongarch64"},
    ClientSystem{40, "efi-loongarch64-http"},
    ClientSystem{41, "rpiboot-arm"},
};

consteval bool ascending() {
  return std::ranges::adjacent_find(kSystems, std::ranges::greater_equal{}, &ClientSystem::code) ==
         kSystems.end();
}

// A name is never a number, and has no more codes than ArchCodes holds.
consteval bool names_are_names() {
  return std::ranges::all_of(kSystems, [](const ClientSystem& system) {
    const auto codes = std::ranges::count(kSystems, system.name, &ClientSystem::name);
    return system.name.front() >= 'a' && system.name.front() <= 'z' &&
           codes <= static_cast<std::ptrdiff_t>(kCodesOfArch);
  });
}
static_assert(ascending() && names_are_names());

// A code in decimal, without leading zeros.
std::optional<std::uint16_t> parse_code(std::string_view text) {
  std::uint16_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.starts_with('0') && text.size() > 1) return std::nullopt;
  return code;
}

}  // namespace

std::span<const ClientSystem> client_systems() { return kSystems; }

std::optional<std::string_view> arch_name(std::uint16_t code) {
  const auto found = std::ranges::lower_bound(kSystems, code, {}, &ClientSystem::code);
  if (found == kSystems.end() || found->code != code) return std::nullopt;
  return found->name;
}

ArchCodes arch_codes(std::string_view name_or_number) {
  ArchCodes codes;
  for (const ClientSystem& system : kSystems) {
    if (system.name == name_or_number) codes.push_back(system.code);
  }
  if (const auto code = parse_code(name_or_number)) codes.push_back(*code);
  return codes;
}

}  // namespace melange::wire
