// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/client_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace melange::wire {
namespace {

using Codes = std::vector<std::uint16_t>;

Codes codes(std::string_view name_or_number) {
  const ArchCodes found = arch_codes(name_or_number);
  return {found.begin(), found.end()};
}

TEST(ArchCodes, AreThoseOfTheName) {
  EXPECT_EQ(codes("bios"), Codes{0});
  EXPECT_EQ(codes("efi-ia32"), Codes{6});
  EXPECT_EQ(codes("efi-arm64"), Codes{11});
  EXPECT_EQ(codes("efi-x64-http"), Codes{16});
  EXPECT_EQ(codes("efi-arm64-http"), Codes{19});
  EXPECT_EQ(codes("rpiboot-arm"), Codes{41});
}

TEST(ArchCodes, OfX64AreBothThatFirmwareSends) { EXPECT_EQ(codes("efi-x64"), (Codes{7, 9})); }

TEST(ArchCodes, OfANumberAreThatNumberAlone) {
  EXPECT_EQ(codes("0"), Codes{0});
  EXPECT_EQ(codes("7"), Codes{7});
  EXPECT_EQ(codes("9"), Codes{9});
  EXPECT_EQ(codes("42"), Codes{42}) << "a code without a name";
  EXPECT_EQ(codes("65535"), Codes{65535});
}

TEST(ArchCodes, AreNoneForAnythingElse) {
  for (const auto* wrong :
       {"", "65536", "07", "00", "-1", "+7", "7 ", "0x7", "EFI-X64", "efi", "efi-x64 ", "pxe"}) {
    EXPECT_EQ(codes(wrong), Codes{}) << wrong;
  }
}

TEST(ArchName, IsGivenForEveryCodeOfTheRegistry) {
  for (std::uint16_t code = 0; code <= 41; ++code) EXPECT_TRUE(arch_name(code)) << code;
  EXPECT_EQ(arch_name(7), "efi-x64");
  EXPECT_EQ(arch_name(9), "efi-x64");
  EXPECT_EQ(arch_name(16), "efi-x64-http");
  EXPECT_EQ(arch_name(42), std::nullopt);
  EXPECT_EQ(arch_name(65535), std::nullopt);
}

TEST(ArchName, LeadsBackToItsCode) {
  ASSERT_FALSE(client_systems().empty());
  for (const ClientSystem& system : client_systems()) {
    const Codes found = codes(system.name);
    EXPECT_NE(std::ranges::find(found, system.code), found.end()) << system.name;
    EXPECT_EQ(arch_name(system.code), system.name);
  }
}

}  // namespace
}  // namespace melange::wire
