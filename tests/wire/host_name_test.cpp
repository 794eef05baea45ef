// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/host_name.h"

#include <gtest/gtest.h>

#include <array>

#include "melange/base/text.h"

namespace melange::wire {
namespace {

using base::cat;
using Octets = std::vector<std::uint8_t>;

const std::string kLabel63(63, 'a');
const std::string kName253 = cat(kLabel63, '.', kLabel63, '.', kLabel63, '.', std::string(61, 'b'));

std::string host_name(std::string_view octets) {
  const auto name = read_host_name(base::bytes_of(octets));
  return name ? std::string(base::text_of(name->view())) : "nothing";
}

// A name of DNS wire form, without the root label.
std::string labels(std::string_view name) {
  std::string out;
  for (const std::string_view label : base::split(name, '.')) {
    out += static_cast<char>(label.size());
    out += label;
  }
  return out;
}

const std::string kRoot(1, '\0');

// Option 81 with `flags` and the octets of its name field, as text.
std::string fqdn(int flags, std::string_view name) {
  const std::string octets = cat(static_cast<char>(flags), '\x01', '\x02', name);
  const auto read = read_fqdn(base::bytes_of(octets));
  return read ? text(*read) : "nothing";
}

Fqdn asked(std::uint8_t flags) { return {.flags = flags, .name = {}, .complete = false}; }

// The octets of the answer in hex.
std::string answer(std::uint8_t flags, std::string_view name) {
  std::array<std::uint8_t, kFqdnSize> out;
  return base::hex(base::Bytes(out).first(write_fqdn(asked(flags), name, out)));
}

TEST(HostName, IsReadAsItWasSent) {
  for (const auto* name : {"web1", "a", "7", "1234", "Web-1.Lab.Example", "3com", "a--b", "1.2.3",
                           "1.2.3.4.5", "1.2.3.a"}) {
    EXPECT_EQ(host_name(name), name);
  }
  EXPECT_EQ(host_name(kLabel63), kLabel63);
  EXPECT_EQ(host_name(kName253), kName253);
}

TEST(HostName, LosesTrailingNulsAndOneLastDot) {
  EXPECT_EQ(host_name(std::string("web1\0", 5)), "web1");
  EXPECT_EQ(host_name(std::string("web1\0\0\0", 7)), "web1");
  EXPECT_EQ(host_name("web1."), "web1");
  EXPECT_EQ(host_name(std::string("web1.\0", 6)), "web1");
  EXPECT_EQ(host_name(cat(kName253, '.')), kName253);
  EXPECT_EQ(host_name("web1.."), "nothing");
  EXPECT_EQ(host_name(std::string("web1\0.", 6)), "nothing");
  EXPECT_EQ(host_name(std::string("we\0b1", 5)), "nothing");
}

TEST(HostName, W15_IsNothingForAnythingElse) {
  EXPECT_EQ(host_name(""), "nothing");
  EXPECT_EQ(host_name(std::string(1, '\0')), "nothing");
  EXPECT_EQ(host_name(std::string(2, '\0')), "nothing");
  EXPECT_EQ(host_name(std::string(255, '\xff')), "nothing");
  EXPECT_EQ(host_name(cat(kLabel63, 'a')), "nothing");
  EXPECT_EQ(host_name(cat(kName253, 'b')), "nothing");
  EXPECT_EQ(host_name(std::string(4096, 'a')), "nothing");
  for (const auto* wrong :
       {"a..b",    ".",    "..",   ".a",        "a\nb",     "a b",      " a",
        "\x1b[2J", "%n%s", "../x", "'\";$(id)", "<script>", "\xc3\x28", "m\xc3\xbcller",
        "a_b",     "_dns", "-a",   "a-",        "a.-b",     "a-.b",     "-"}) {
    EXPECT_EQ(host_name(wrong), "nothing") << wrong;
  }
}

TEST(HostName, IsNoDottedQuad) {
  for (const auto* wrong : {"192.0.2.1", "127.0.0.1", "999.1.1.1", "01.2.3.4", "192.0.2.1."}) {
    EXPECT_EQ(host_name(wrong), "nothing") << wrong;
    EXPECT_EQ(fqdn(0, wrong), "nothing") << wrong;
  }
  EXPECT_EQ(fqdn(fqdn_flag::kE, labels("192.0.2.1")), "nothing");
}

TEST(IsHostName, DemandsTheNameWithoutItsLastDot) {
  EXPECT_TRUE(is_host_name("web1.lab.example"));
  EXPECT_FALSE(is_host_name("web1.lab.example."));
  EXPECT_FALSE(is_host_name(""));
}

TEST(Fqdn, IsReadFromDnsWireForm) {
  EXPECT_EQ(fqdn(5, labels("web1.lab.example") + kRoot), "web1.lab.example. flags=ES");
  EXPECT_EQ(fqdn(4, labels("Web1")), "Web1 flags=E");
  EXPECT_EQ(fqdn(4, labels("web1.lab")), "web1.lab flags=E") << "without the root label";
  EXPECT_EQ(fqdn(4, labels(kName253) + kRoot), cat(kName253, ". flags=E"));
  EXPECT_EQ(fqdn(12, labels("web1")), "web1 flags=NE");
}

TEST(Fqdn, IsReadFromDeprecatedAscii) {
  EXPECT_EQ(fqdn(1, "web1.lab.example"), "web1.lab.example. flags=S");
  EXPECT_EQ(fqdn(1, "web1.lab.example."), "web1.lab.example. flags=S");
  EXPECT_EQ(fqdn(0, "web1"), "web1 flags=");
  EXPECT_EQ(fqdn(0, "web1."), "web1. flags=");
  EXPECT_EQ(fqdn(0, std::string("web1\0", 5)), "web1 flags=");
  EXPECT_EQ(fqdn(0, cat(kName253, '.')), cat(kName253, ". flags="));
}

TEST(Fqdn, MayAskForAName) {
  EXPECT_EQ(fqdn(5, ""), " flags=ES");
  EXPECT_EQ(fqdn(0, ""), " flags=");
}

TEST(Fqdn, IgnoresReservedFlagsAndResultCodes) {
  EXPECT_EQ(fqdn(0xf5, labels("web1")), "web1 flags=ES");
  EXPECT_EQ(fqdn(0xf0, "web1"), "web1 flags=");
}

TEST(Fqdn, W16_IsNothingIfItIsShort) {
  for (std::size_t size = 0; size < 3; ++size) {
    EXPECT_EQ(read_fqdn(Octets(size, 4)), std::nullopt) << size;
  }
  EXPECT_NE(read_fqdn(Octets(3, 4)), std::nullopt);
}

TEST(Fqdn, W16_IsNothingIfItsFlagsContradictEachOther) {
  EXPECT_EQ(fqdn(13, labels("web1")), "nothing");
  EXPECT_EQ(fqdn(9, "web1"), "nothing");
}

TEST(Fqdn, W16_IsNothingIfItsNameIsMalformed) {
  const std::string pointer{'\xc0', '\x03'};
  const std::string label64 = cat('\x40', std::string(64, 'a'));
  EXPECT_EQ(fqdn(4, pointer), "nothing") << "a pointer to itself";
  EXPECT_EQ(fqdn(4, labels("web1") + pointer), "nothing") << "a pointer";
  EXPECT_EQ(fqdn(4, label64 + kRoot), "nothing") << "a label of 64 octets";
  EXPECT_EQ(fqdn(4, labels(cat(kName253, 'b')) + kRoot), "nothing") << "a name of 256 octets";
  EXPECT_EQ(fqdn(4, labels(cat(kName253, ".c")) + kRoot), "nothing");
  EXPECT_EQ(fqdn(4, cat('\x05', "web1")), "nothing") << "a label that passes the end";
  EXPECT_EQ(fqdn(4, labels("web1") + kRoot + "a"), "nothing") << "something behind the name";
  EXPECT_EQ(fqdn(4, labels("web1") + kRoot + kRoot), "nothing");
  EXPECT_EQ(fqdn(4, kRoot), "nothing") << "the root";
  EXPECT_EQ(fqdn(0, "."), "nothing") << "the root";
  EXPECT_EQ(fqdn(4, std::string(4000, '\x01')), "nothing");
  EXPECT_EQ(fqdn(0, std::string(4000, 'a')), "nothing");
  EXPECT_EQ(fqdn(0, kName253 + "b"), "nothing");
  EXPECT_EQ(fqdn(0, kName253 + "b."), "nothing");
  for (const auto* wrong : {"a..b", ".a", "a b", "a_b", "-a", "\x1b[2J", "\xc3\x28"}) {
    EXPECT_EQ(fqdn(0, wrong), "nothing") << wrong;
    EXPECT_EQ(fqdn(4, cat(static_cast<char>(std::string_view(wrong).size()), wrong)), "nothing")
        << wrong << " as one label";
  }
}

TEST(WriteFqdn, SaysThatTheServerMakesNoUpdates) {
  // RFC 4702 section 2.1: N 1, S 0, and O if that is not the S that the client sent.
  EXPECT_EQ(answer(fqdn_flag::kE, "web1"),
            "0cffff"
            "0477656231");
  EXPECT_EQ(answer(fqdn_flag::kE | fqdn_flag::kS, "web1"),
            "0effff"
            "0477656231");
  EXPECT_EQ(answer(fqdn_flag::kE | fqdn_flag::kN, "web1"),
            "0cffff"
            "0477656231");
  EXPECT_EQ(answer(fqdn_flag::kE | fqdn_flag::kO, "web1"),
            "0cffff"
            "0477656231")
      << "O of a client means nothing";
}

TEST(WriteFqdn, KeepsTheEncodingOfTheClient) {
  EXPECT_EQ(answer(fqdn_flag::kE, "a.bc."),
            "0cffff"
            "016102626300");
  EXPECT_EQ(answer(fqdn_flag::kE, "a.bc"),
            "0cffff"
            "0161026263")
      << "not complete";
  EXPECT_EQ(answer(0, "a.bc."),
            "08ffff"
            "612e6263");
  EXPECT_EQ(answer(fqdn_flag::kS, "a.bc"),
            "0affff"
            "612e6263");
}

TEST(WriteFqdn, MayHaveNoNameToGive) {
  EXPECT_EQ(answer(fqdn_flag::kE, ""), "0cffff");
  EXPECT_EQ(answer(0, ""), "08ffff");
}

TEST(WriteFqdn, WritesNothingForWhatIsNoHostName) {
  for (const auto* wrong : {".", "a..b", "a b", "a_b", "-a", "a.-", "192.0.2.1", "web1.."}) {
    EXPECT_EQ(answer(fqdn_flag::kE, wrong), "") << wrong;
    EXPECT_EQ(answer(0, wrong), "") << wrong;
  }
  EXPECT_EQ(answer(fqdn_flag::kE, cat(kName253, 'b')), "");
}

TEST(WriteFqdn, NeverPassesTheEndOfItsRoom) {
  std::array<std::uint8_t, kFqdnSize> out;
  EXPECT_EQ(write_fqdn(asked(fqdn_flag::kE), cat(kName253, '.'), out), kFqdnSize);
  for (std::size_t room = 0; room < 10; ++room) {
    const auto cut = base::MutableBytes(out).first(room);
    EXPECT_EQ(write_fqdn(asked(fqdn_flag::kE), "a.bc.", cut), room < 9 ? 0u : 9u) << room;
    EXPECT_EQ(write_fqdn(asked(0), "a.bc.", cut), room < 7 ? 0u : 7u) << room;
  }
}

TEST(WriteFqdn, IsReadAgainAsTheSameName) {
  std::array<std::uint8_t, kFqdnSize> out;
  const auto answered =
      read_fqdn(base::Bytes(out).first(write_fqdn(asked(fqdn_flag::kE), "web1.lab.example.", out)));
  ASSERT_TRUE(answered.has_value());
  EXPECT_EQ(text(*answered), "web1.lab.example. flags=NE");
}

}  // namespace
}  // namespace melange::wire
