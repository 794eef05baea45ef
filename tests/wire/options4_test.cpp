// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/options4.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "form4.h"
#include "melange/base/text.h"

namespace melange::wire {
namespace {

Datum str(std::string text) { return {std::move(text)}; }
Datum number(std::int64_t value) { return {value}; }
Datum list(DatumList elements) { return {std::move(elements)}; }
Datum record(DatumRecord fields) { return {std::move(fields)}; }

Octets octets(std::string_view hex) {
  const auto parsed = base::parse_hex(hex);
  EXPECT_TRUE(parsed.has_value()) << hex;
  return parsed.value_or(Octets{});
}

// Hex of the octets, or the message that says why there are none.
std::string encoded(std::uint8_t code, const Datum& datum) {
  const auto result = encode_option4(code, datum);
  return result ? base::hex(*result) : result.error();
}

std::string decoded(std::uint8_t code, std::string_view hex) {
  return json(decode_option4(code, octets(hex)));
}

struct Sample {
  Form form;
  std::string_view hex;   // of a value
  std::string_view json;  // what it is read as
};

// Values of every form that are written back as the same octets.
constexpr std::array kSamples{
    Sample{Form::kFlag, "00", "false"},
    Sample{Form::kFlag, "01", "true"},
    Sample{Form::kU8, "ff", "255"},
    Sample{Form::kU16, "05aa", "1450"},
    Sample{Form::kU32, "fffffffe", "4294967294"},
    Sample{Form::kI32, "ffffff9c", "-100"},
    Sample{Form::kI32, "7fffffff", "2147483647"},
    Sample{Form::kDuration, "00000e10", "\"1h\""},
    Sample{Form::kDuration, "ffffffff", "\"infinite\""},
    Sample{Form::kDuration, "00000000", "\"0s\""},
    Sample{Form::kU8List, "0103ff", "[1,3,255]"},
    Sample{Form::kU16List, "00070009", "[7,9]"},
    Sample{Form::kAddress, "c0000201", "\"192.0.2.1\""},
    Sample{Form::kAddressList, "c0000201", "[\"192.0.2.1\"]"},
    Sample{Form::kAddressList, "c000020101010101", "[\"192.0.2.1\",\"1.1.1.1\"]"},
    Sample{Form::kAddressMasks, "c0000200ffffff00",
           "[{\"address\":\"192.0.2.0\",\"mask\":\"255.255.255.0\"}]"},
    Sample{Form::kAddressRouters, "c0000205c0000201",
           "[{\"destination\":\"192.0.2.5\",\"router\":\"192.0.2.1\"}]"},
    Sample{Form::kText, "6c61622e6578616d706c65", "\"lab.example\""},
    Sample{Form::kText, "0a20ff5c22", "\"\\u000a \\u00ff\\\\\\\"\""},
    Sample{Form::kDomainName, "036c6162076578616d706c6500", "\"lab.example\""},
    Sample{Form::kDomainList, "016100036c6162076578616d706c6500", "[\"a\",\"lab.example\"]"},
    Sample{Form::kRoutes, "00c000020120a9fea9fec0000201",
           "[{\"destination\":\"0.0.0.0/0\",\"gateway\":\"192.0.2.1\"},"
           "{\"destination\":\"169.254.169.254/32\",\"gateway\":\"192.0.2.1\"}]"},
    Sample{Form::kRoutes, "080a00000000",
           "[{\"destination\":\"10.0.0.0/8\",\"gateway\":\"0.0.0.0\"}]"},
    Sample{Form::kRoutes, "190ae5008001020304",
           "[{\"destination\":\"10.229.0.128/25\",\"gateway\":\"1.2.3.4\"}]"},
    Sample{Form::kSipServers, "01c000020101010101", "[\"192.0.2.1\",\"1.1.1.1\"]"},
    Sample{Form::kSipServers, "0003736970076578616d706c6500", "[\"sip.example\"]"},
    Sample{Form::kVendorClasses, "000000090301020300000de900",
           "[{\"enterprise\":9,\"data\":\"hex:010203\"},{\"enterprise\":3561,\"data\":\"hex:\"}]"},
    Sample{Form::kVendorData, "0000000903010203", "[{\"enterprise\":9,\"data\":\"hex:010203\"}]"},
    Sample{Form::kVendorData, "0000000905010102020000000de900",
           "[{\"enterprise\":9,\"data\":[{\"code\":1,\"data\":\"hex:02\"},"
           "{\"code\":2,\"data\":\"hex:\"}]},{\"enterprise\":3561,\"data\":\"hex:\"}]"},
    Sample{Form::kTextList, "04695058450161", "[\"iPXE\",\"a\"]"},
    Sample{Form::kSubOptions, "0102abcd0200",
           "[{\"code\":1,\"data\":\"hex:abcd\"},{\"code\":2,\"data\":\"hex:\"}]"},
    Sample{Form::kVendorOptions, "0102abcdfe00",
           "[{\"code\":1,\"data\":\"hex:abcd\"},{\"code\":254,\"data\":\"hex:\"}]"},
    Sample{Form::kHex, "", "\"hex:\""},
    Sample{Form::kHex, "00ff", "\"hex:00ff\""},
    Sample{Form::kEmpty, "", "true"},
};

TEST(Forms, ReadWhatTheyWriteForEveryOptionOfTheTable) {
  for (const OptionSpec4& spec : options4()) {
    int samples = 0;
    for (const Sample& sample : kSamples) {
      if (sample.form != spec.form) continue;
      ++samples;
      const Datum datum = decode_option4(spec.code, octets(sample.hex));
      EXPECT_EQ(json(datum), sample.json) << spec.name;
      EXPECT_EQ(encoded(spec.code, datum), sample.hex) << spec.name;
    }
    EXPECT_GT(samples, 0) << spec.name << " has a form without samples";
  }
}

TEST(Forms, GiveTheSameValueAgainWhateverTheOctets) {
  std::mt19937 random(20240609);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (int round = 0; round < 20000; ++round) {
    const OptionSpec4& spec = options4()[below(options4().size())];
    Octets value(below(12));
    for (std::uint8_t& octet : value)
      octet = static_cast<std::uint8_t>(below(3) == 0 ? below(256) : below(8));
    const Datum datum = decode_option4(spec.code, value);
    const auto again = encode_option4(spec.code, datum);
    ASSERT_TRUE(again.has_value()) << spec.name << ' ' << base::hex(value) << ' ' << again.error();
    EXPECT_EQ(decode_option4(spec.code, *again), datum) << spec.name << ' ' << base::hex(value);
  }
}

TEST(Forms, W28_RefuseEveryOtherLengthOfFixedOptions) {
  for (const std::uint8_t code : Octets{50, 51, 54, 58, 59, 118}) {
    for (const std::string_view wrong : {"", "00", "000000", "0000000000", "0000000000000000"}) {
      EXPECT_TRUE(decoded(code, wrong).starts_with("\"hex:")) << int{code} << ' ' << wrong;
    }
  }
  for (const std::uint8_t code : Octets{26, 57}) {
    for (const std::string_view wrong : {"", "00", "000000", "00000000"}) {
      EXPECT_TRUE(decoded(code, wrong).starts_with("\"hex:")) << int{code} << ' ' << wrong;
    }
  }
  for (const std::string_view wrong : {"", "02", "0000"}) {
    EXPECT_EQ(decode(Form::kFlag, octets(wrong)), std::nullopt) << wrong;
  }
  for (const std::string_view wrong : {"", "000000", "0000000000"}) {
    EXPECT_EQ(decode(Form::kAddressList, octets(wrong)), std::nullopt) << wrong;
  }
  EXPECT_EQ(decode(Form::kEmpty, octets("00")), std::nullopt);
}

TEST(Forms, W15_ReadTextWithoutItsTrailingNulsAndNoneWithNulInside) {
  EXPECT_EQ(decoded(12, "7765623100"), "\"web1\"");
  EXPECT_EQ(decoded(12, "77656231000000"), "\"web1\"");
  EXPECT_EQ(decoded(12, ""), "\"hex:\"");
  EXPECT_EQ(decoded(12, "00"), "\"hex:00\"");
  EXPECT_EQ(decoded(12, "0000"), "\"hex:0000\"");
  EXPECT_EQ(decoded(12, "61006200"), "\"hex:61006200\"");
}

TEST(Forms, KeepATextThatLooksLikeHex) {
  const std::string hostile = base::hex(base::bytes_of("hex:00"));
  EXPECT_EQ(decoded(12, hostile), base::cat("\"hex:", hostile, "\""));
  EXPECT_EQ(encoded(12, decode_option4(12, octets(hostile))), hostile);
}

TEST(Forms, ClearHostBitsOfRoutes) {
  EXPECT_EQ(decoded(121,
                    "19"
                    "81d2b184"
                    "01020304"),
            "[{\"destination\":\"129.210.177.128/25\",\"gateway\":\"1.2.3.4\"}]");
}

TEST(Forms, RefuseRoutesThatAreCutOrTooWide) {
  for (const std::string_view wrong :
       {"", "00", "00010203", "180a0000010203", "21010203040501020304", "ff", "080a0102030400"}) {
    EXPECT_EQ(decode(Form::kRoutes, octets(wrong)), std::nullopt) << wrong;
  }
}

TEST(Forms, W16_RefuseHostileNamesInBoundedTime) {
  for (const std::string_view wrong : {"c000", "c001", "01", "0161", "016101", "00", "40", "80",
                                       "0161c0", "0161c002", "016120", "03612e6200", "01ff00"}) {
    EXPECT_EQ(decode(Form::kDomainList, octets(wrong)), std::nullopt) << wrong;
  }
  EXPECT_EQ(decode(Form::kDomainList, octets(base::cat("40", std::string(128, '6'), "00"))),
            std::nullopt)
      << "a label of 64 octets";
}

TEST(Forms, ReadCompressedNames) {
  // RFC 3397 section 2: eng.apple.com and marketing.apple.com.
  EXPECT_EQ(decoded(119, "03656e67056170706c6503636f6d00096d61726b6574696e67c004"),
            "[\"eng.apple.com\",\"marketing.apple.com\"]");
  EXPECT_EQ(decoded(119, "016100c000c000"), "[\"a\",\"a\",\"a\"]");
  EXPECT_EQ(decode(Form::kDomainList, octets("016100c000c003")), std::nullopt)
      << "a pointer to a pointer";
}

TEST(Forms, BoundWhatCompressedNamesBecome) {
  Octets hostile;
  for (int i = 0; i < 4; ++i) {
    hostile.push_back(62);
    hostile.insert(hostile.end(), 62, 'a');
  }
  hostile.push_back(0);
  for (std::size_t i = 1; i < kMostNames; ++i) hostile.insert(hostile.end(), {0xc0, 0});
  EXPECT_TRUE(decode(Form::kDomainList, hostile).has_value());
  hostile.insert(hostile.end(), {0xc0, 0});
  EXPECT_EQ(decode(Form::kDomainList, hostile), std::nullopt);
}

TEST(Forms, RefuseSipServersThatCannotBeWrittenAgain) {
  for (const std::string_view wrong :
       {"", "00", "01", "02c0000201", "01c00002", "01c0000201ff", "0001310130013001310000"}) {
    EXPECT_EQ(decode(Form::kSipServers, octets(wrong)), std::nullopt) << wrong;
  }
  EXPECT_EQ(decode(Form::kSipServers, octets("00013101300130013100")), std::nullopt)
      << "the name 1.0.0.1";
}

TEST(Forms, RefuseCountsThatPassTheEnd) {
  for (const auto& [form, wrong] :
       {std::pair{Form::kVendorClasses, "00000009"},
        std::pair{Form::kVendorClasses, "0000000902ab"}, std::pair{Form::kVendorData, "00000009"},
        std::pair{Form::kVendorData, "0000000902ab"}, std::pair{Form::kSubOptions, "01"},
        std::pair{Form::kSubOptions, "0102ab"}, std::pair{Form::kVendorOptions, "0102ab"},
        std::pair{Form::kTextList, "05695058"}, std::pair{Form::kTextList, "00"},
        std::pair{Form::kTextList, "0100"}}) {
    EXPECT_EQ(decode(form, octets(wrong)), std::nullopt) << wrong;
  }
}

TEST(EncodeOption4, TakesWhatPeopleWrite) {
  EXPECT_EQ(encoded(6, str("192.0.2.1")), "c0000201") << "a single value stands for a list";
  EXPECT_EQ(encoded(51, number(3600)), "00000e10");
  EXPECT_EQ(encoded(51, str("1h30m")), "00001518");
  EXPECT_EQ(encoded(43, str("0a:1b")), "0a1b");
  EXPECT_EQ(encoded(43, str("hex:0a1b")), "0a1b");
  EXPECT_EQ(encoded(224, str("hex:0102")), "0102") << "a code without entry";
  EXPECT_EQ(encoded(119, list({str("lab.example."), str("b")})),
            "036c6162076578616d706c6500016200");
  EXPECT_EQ(
      encoded(121, record({{"gateway", str("1.2.3.4")}, {"destination", str("10.1.0.0/16")}})),
      "100a0101020304");
  EXPECT_EQ(encoded(6, str("hex:01")), "01") << "octets are taken as they are";
}

TEST(EncodeOption4, SaysWhatIsExpectedInsteadOfAWrongValue) {
  EXPECT_EQ(encoded(6, list({str("192.0.2.1"), str("x")})),
            "expects a list of IPv4 addresses, 'x' is none");
  EXPECT_EQ(encoded(6, list({})), "expects a list of IPv4 addresses, not 0 of them");
  EXPECT_EQ(encoded(6, number(7)), "expects a list of IPv4 addresses, '7' is none");
  EXPECT_EQ(encoded(26, number(65536)), "expects an integer from 0 to 65535, '65536' is none");
  EXPECT_EQ(encoded(26, number(-1)), "expects an integer from 0 to 65535, '-1' is none");
  EXPECT_EQ(encoded(26, str("1500")), "expects an integer from 0 to 65535, '1500' is none");
  EXPECT_EQ(encoded(46, number(256)), "expects an integer from 0 to 255, '256' is none");
  EXPECT_EQ(encoded(2, number(2147483648)),
            "expects an integer from -2147483648 to 2147483647, '2147483648' is none");
  EXPECT_EQ(encoded(19, number(1)), "expects true or false, '1' is none");
  EXPECT_EQ(encoded(58, str("10")), "expects a duration such as \"1h30m\", '10' is none");
  EXPECT_EQ(encoded(58, number(4294967296)),
            "expects a duration such as \"1h30m\", '4294967296' is none");
  EXPECT_EQ(encoded(12, str(std::string("a\0b", 3))),
            "expects a text without NUL, 'a\\x00b' is none");
  EXPECT_EQ(encoded(12, str("")), "expects a text without NUL, '' is none");
  EXPECT_EQ(encoded(224, str("xyz")), "expects octets in hex such as \"hex:0a1b\", 'xyz' is none");
  EXPECT_EQ(encoded(6, str("hex:0")),
            "expects octets in hex such as \"hex:0a1b\", 'hex:0' is none");
  EXPECT_EQ(encoded(80, Datum{false}), "expects true, 'false' is none");
  EXPECT_EQ(encoded(119, str("a..b")), "expects a list of at most 64 domain names, 'a..b' is none");
}

TEST(EncodeOption4, TakesRecordsOfTheRightKeysOnly) {
  const auto refused = [](const Datum& route) {
    return encoded(121, route).starts_with("expects");
  };
  EXPECT_TRUE(refused(record({{"destination", str("10.0.0.0/8")}})));
  EXPECT_TRUE(refused(record({{"destination", str("10.0.0.0/33")}, {"gateway", str("1.2.3.4")}})));
  EXPECT_TRUE(
      refused(record({{"destination", str("2001:db8::/32")}, {"gateway", str("1.2.3.4")}})));
  EXPECT_TRUE(refused(record({{"destination", number(1)}, {"gateway", str("1.2.3.4")}})));
  EXPECT_TRUE(refused(record(
      {{"destination", str("10.0.0.0/8")}, {"gateway", str("1.2.3.4")}, {"metric", number(1)}})));
  EXPECT_TRUE(refused(record({{"gateway", str("1.2.3.4")}, {"gateway", str("1.2.3.4")}})));
  EXPECT_EQ(encoded(121, record({{"destination", str("10.0.0.0/8")}, {"gateway", str("x")}})),
            "expects a list of {destination, gateway}, 'destination=10.0.0.0/8 gateway=x' is none");
  EXPECT_EQ(encoded(125, record({{"enterprise", number(1)}, {"data", str(std::string(512, 'a'))}}))
                .substr(0, 7),
            "expects");
  EXPECT_EQ(encoded(82, record({{"code", number(256)}, {"data", str("")}})).substr(0, 7),
            "expects");
}

TEST(EncodeOption4, RefusesWhatNoMessageHolds) {
  EXPECT_EQ(encoded(12, str(std::string(1232, 'a'))).size(), 2464u);
  EXPECT_EQ(encoded(12, str(std::string(1233, 'a'))),
            "is 1233 octets long, at most 1232 fit into a message");
  EXPECT_EQ(encoded(120, list({str("192.0.2.1"), str("sip.example")})).substr(0, 7), "expects");
  EXPECT_EQ(encoded(119, list(DatumList(65, str("a")))),
            "expects a list of at most 64 domain names, not 65 of them");
}

TEST(EncodeOption4, RefusesNamesThatDnsCannotCarry) {
  const std::string label(63, 'a');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  EXPECT_EQ(encoded(137, str(longest)).size(), 2 * 255u);
  EXPECT_EQ(encoded(137, str(longest + 'b')).substr(0, 7), "expects");
  EXPECT_EQ(encoded(137, str(label + 'a')).substr(0, 7), "expects");
  for (const auto* wrong : {"", ".", "a b", "-..", "\xc3\xbc", ".a"}) {
    EXPECT_EQ(encoded(137, str(wrong)).substr(0, 7), "expects") << wrong;
  }
}

TEST(VendorOptions, AreOctetsInHexOrSubOptions) {
  EXPECT_EQ(encoded(43, str("0a1b")), "0a1b");
  EXPECT_EQ(encoded(43, str("hex:0a1b")), "0a1b");
  EXPECT_EQ(encoded(43, list({record({{"code", number(6)}, {"data", str("hex:08")}}),
                              record({{"code", number(241)}, {"data", str("10.0.0.1")}})})),
            "060108f10831302e302e302e31");
  EXPECT_EQ(encoded(43, record({{"code", number(1)}, {"data", str("")}})), "0100");
  EXPECT_EQ(encoded(43, str("xyz")),
            "expects a list of {code, data} with codes from 1 to 254, or octets in hex, "
            "'xyz' is none");
  EXPECT_EQ(encoded(43, list({str("0a1b")})).substr(0, 7), "expects");
}

TEST(VendorOptions, AreShownAsSubOptionsIfTheyParseExactly) {
  EXPECT_EQ(decoded(43, "060108"), "[{\"code\":6,\"data\":\"hex:08\"}]");
  EXPECT_EQ(decoded(43, "060108ff"), "\"hex:060108ff\"") << "with an end";
  EXPECT_EQ(decoded(43, "0601080000"), "\"hex:0601080000\"") << "a pad";
  EXPECT_EQ(decoded(43, "060208"), "\"hex:060208\"");
  EXPECT_EQ(decoded(43, ""), "\"hex:\"");
}

TEST(VendorOptions, HaveNoPadAndNoEndAsCodes) {
  for (const std::int64_t wrong : {0, 255, 256, -1}) {
    EXPECT_EQ(encoded(43, record({{"code", number(wrong)}, {"data", str("hex:00")}})).substr(0, 7),
              "expects")
        << wrong;
  }
  // RFC 3046 section 2.0: relays have neither.
  EXPECT_EQ(encoded(82, record({{"code", number(255)}, {"data", str("hex:00")}})), "ff0100");
}

TEST(SubOptions, TakeATextAsItIs) {
  const auto data = [](std::string written) {
    return encoded(43, record({{"code", number(1)}, {"data", str(std::move(written))}}));
  };
  EXPECT_EQ(data("0a1b"), "010430613162") << "no prefix, no hex";
  EXPECT_EQ(data("hex:0a1b"), "01020a1b");
  EXPECT_EQ(data("hex:0a1").substr(0, 7), "expects");
  EXPECT_EQ(data(std::string(255, 'a')).size(), 2 * 257u);
  EXPECT_EQ(data(std::string(256, 'a')).substr(0, 7), "expects");
}

TEST(VendorData, IsHexOrSubOptions) {
  const auto vendor = [](Datum data) {
    return encoded(125, record({{"enterprise", number(3561)}, {"data", std::move(data)}}));
  };
  EXPECT_EQ(vendor(str("0a1b")), "00000de9020a1b");
  EXPECT_EQ(vendor(str("hex:0a1b")), "00000de9020a1b");
  EXPECT_EQ(vendor(list({record({{"code", number(1)}, {"data", str("acs")}})})),
            "00000de9050103616373");
  EXPECT_EQ(vendor(record({{"code", number(1)}, {"data", str("acs")}})), "00000de9050103616373");
  for (Datum& wrong :
       DatumList{str("acs"), list({}), list({str("01")}), number(1), record({{"code", number(1)}}),
                 record({{"code", number(1)}, {"data", str(std::string(254, 'a'))}})}) {
    EXPECT_TRUE(vendor(wrong).starts_with(
        "expects a list of {enterprise, data}, data in hex or a list of {code, data}, '"))
        << text(wrong);
  }
  EXPECT_EQ(encoded(124, record({{"enterprise", number(3561)},
                                 {"data", record({{"code", number(1)}, {"data", str("a")}})}}))
                .substr(0, 7),
            "expects")
      << "a vendor class is opaque";
}

std::string data_of(std::string_view hex, std::uint32_t enterprise) {
  const Octets value = octets(hex);
  std::string out;
  for (const base::Bytes part : enterprise_data(value, enterprise)) out += base::hex(part) + '.';
  return out;
}

TEST(EnterpriseData, IsThatOfTheVendorAlone) {
  const std::string_view option =
      "0000000902abcd"
      "00000de9030101aa"
      "0000013700";
  EXPECT_EQ(data_of(option, 9), "abcd.");
  EXPECT_EQ(data_of(option, 3561), "0101aa.");
  EXPECT_EQ(data_of(option, 0x137), ".") << "there, with nothing in it";
  EXPECT_EQ(data_of(option, 10), "");
  EXPECT_EQ(data_of("", 9), "");
}

TEST(EnterpriseData, IsNothingInAMalformedOption) {
  for (const auto* wrong :
       {"0000000902abcd00", "0000000902abcd0000000a01", "00000009", "0000000901"}) {
    EXPECT_EQ(data_of(wrong, 9), "") << wrong;
  }
}

TEST(EnterpriseData, IsBounded) {
  std::string option;
  std::string parts;
  for (std::size_t i = 0; i < 3 * kMostVendorParts; ++i) {
    option += "0000000901ab";
    if (i < kMostVendorParts) parts += "ab.";
  }
  EXPECT_EQ(data_of(option, 9), parts);
}

TEST(KeyInsteadOf, NamesTheKeyThatAnOptionFollowsFrom) {
  EXPECT_EQ(key_instead_of(option4::kSubnetMask), "cidr");
  EXPECT_EQ(key_instead_of(option4::kLeaseTime), "lease_time");
  EXPECT_EQ(key_instead_of(option4::kRenewalTime), "renew_time");
  EXPECT_EQ(key_instead_of(option4::kRebindingTime), "rebind_time");
  EXPECT_EQ(key_instead_of(option4::kRouters), std::nullopt);
  EXPECT_EQ(key_instead_of(option4::kServerId), std::nullopt);
}

TEST(Forms, HaveNamesThatLeadBackToThem) {
  ASSERT_EQ(form_names().size(), static_cast<std::size_t>(Form::kEmpty) + 1);
  for (std::size_t i = 0; i < form_names().size(); ++i) {
    const auto form = static_cast<Form>(i);
    EXPECT_EQ(text(form), form_names()[i]);
    EXPECT_EQ(parse_form(text(form)), form) << text(form);
  }
  EXPECT_EQ(text(Form::kU32), "u32");
  EXPECT_EQ(text(Form::kAddressList), "address-list");
  EXPECT_EQ(text(Form::kText), "text");
  for (const auto* wrong : {"", "U32", "u64", "address-lis", "kU32"}) {
    EXPECT_EQ(parse_form(wrong), std::nullopt) << wrong;
  }
}

TEST(FindOption4, FindsByCodeNameAndNumber) {
  ASSERT_NE(find_option4(std::uint8_t{3}), nullptr);
  EXPECT_EQ(find_option4(std::uint8_t{3})->name, "routers");
  EXPECT_EQ(find_option4("routers")->code, 3);
  EXPECT_EQ(find_option4("3")->code, 3);
  EXPECT_EQ(find_option4("252")->name, "wpad-url");
  for (const auto* wrong : {"", "0", "255", "256", "03", "3 ", "+3", "224", "router", "Routers"}) {
    EXPECT_EQ(find_option4(wrong), nullptr) << wrong;
  }
  EXPECT_EQ(find_option4(std::uint8_t{0}), nullptr);
  EXPECT_EQ(find_option4(std::uint8_t{224}), nullptr);
}

TEST(Option4Code, KnowsNumbersWithoutAnEntry) {
  EXPECT_EQ(option4_code("domain-search"), 119);
  EXPECT_EQ(option4_code("224"), 224);
  EXPECT_EQ(option4_code("0"), std::nullopt);
  EXPECT_EQ(option4_code("255"), std::nullopt);
  EXPECT_EQ(option4_code("no-such-option"), std::nullopt);
}

TEST(Options4, HoldEveryOptionOfRfc2132) {
  for (std::uint8_t code = 1; code <= 76; ++code)
    EXPECT_NE(find_option4(code), nullptr) << int{code};
}

TEST(Options4, LeaveTheProtocolsOwnToTheProtocol) {
  for (const std::uint8_t code : Octets{50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 80, 81, 82}) {
    EXPECT_FALSE(find_option4(code)->configurable) << int{code};
  }
  for (const auto* name : {"domain-name", "ntp-servers", "domain-search", "boot-file-name"}) {
    EXPECT_TRUE(find_option4(name)->configurable) << name;
  }
}

TEST(Options4, W21_ReadRelaySubOptionsOrNone) {
  EXPECT_EQ(decoded(82, "0100"), "[{\"code\":1,\"data\":\"hex:\"}]");
  EXPECT_EQ(decoded(82, base::cat("01ff", std::string(510, 'a'))),
            base::cat("[{\"code\":1,\"data\":\"hex:", std::string(510, 'a'), "\"}]"));
  EXPECT_EQ(decoded(82, "0105aa"), "\"hex:0105aa\"");
  EXPECT_EQ(decoded(82, ""), "\"hex:\"");
}

}  // namespace
}  // namespace melange::wire
