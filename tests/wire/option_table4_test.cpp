// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/option_table4.h"

#include <gtest/gtest.h>

#include "melange/base/text.h"

namespace melange::wire {
namespace {

OptionTable4 table_of(std::initializer_list<OptionDefinition4> definitions) {
  OptionTable4 table;
  for (const OptionDefinition4& definition : definitions) {
    auto next = table.with(definition);
    EXPECT_TRUE(next.has_value()) << next.error();
    if (next) table = std::move(*next);
  }
  return table;
}

OptionTable4 site_table() {
  return table_of({{.code = 230, .name = "site-paths", .form = Form::kTextList},
                   {.code = 224, .name = "site-id", .form = Form::kU32}});
}

// What `site_table` says to another definition.
std::string refusal(std::uint8_t code, std::string name) {
  const auto next = site_table().with({.code = code, .name = std::move(name), .form = Form::kU32});
  return next ? "accepted" : next.error();
}

std::string encoded(const OptionTable4& table, std::uint8_t code, const Datum& datum) {
  const auto octets = table.encode(code, datum);
  return octets ? base::hex(*octets) : octets.error();
}

std::string decoded(const OptionTable4& table, std::uint8_t code, std::string_view hex) {
  return json(table.decode(code, base::parse_hex(hex).value_or(std::vector<std::uint8_t>{})));
}

TEST(OptionTable4, HoldsTheBuiltInOptionsFromTheStart) {
  const OptionTable4 table;
  for (const OptionSpec4& spec : options4()) {
    EXPECT_EQ(table.find(spec.code), &spec);
    EXPECT_EQ(table.find(spec.name), &spec);
    EXPECT_EQ(table.code(spec.name), spec.code);
  }
  EXPECT_EQ(table.find(std::uint8_t{224}), nullptr);
  EXPECT_EQ(table.code("224"), 224);
  EXPECT_EQ(table.code("site-id"), std::nullopt);
  EXPECT_TRUE(table.defined().empty());
  EXPECT_EQ(text(table), "");
  EXPECT_EQ(encoded(table, 224, {std::string("0102")}), "0102");
  EXPECT_EQ(decoded(table, 26, "05dc"), "1500");
}

TEST(OptionTable4, FindsDefinedOptionsByCodeNameAndNumber) {
  const OptionTable4 table = site_table();
  ASSERT_NE(table.find(std::uint8_t{224}), nullptr);
  EXPECT_EQ(table.find(std::uint8_t{224})->name, "site-id");
  EXPECT_TRUE(table.find(std::uint8_t{224})->configurable);
  EXPECT_EQ(table.find("site-id"), table.find(std::uint8_t{224}));
  EXPECT_EQ(table.find("224"), table.find(std::uint8_t{224}));
  EXPECT_EQ(table.code("site-paths"), 230);
  EXPECT_EQ(table.code("225"), 225);
  EXPECT_EQ(table.find("225"), nullptr);
  EXPECT_EQ(table.code("255"), std::nullopt);
  EXPECT_EQ(table.find("routers"), find_option4("routers"));
  EXPECT_EQ(table.find("3"), find_option4("routers"));
  EXPECT_EQ(find_option4("site-id"), nullptr) << "the built-in table stays as it is";
}

TEST(OptionTable4, GivesDefinedOptionsInTheOrderOfTheirCodes) {
  EXPECT_EQ(text(site_table()), "224 site-id u32, 230 site-paths text-list");
}

TEST(OptionTable4, CodesDefinedOptionsInTheirForm) {
  const OptionTable4 table = site_table();
  EXPECT_EQ(encoded(table, 224, {std::int64_t{258}}), "00000102");
  EXPECT_EQ(decoded(table, 224, "00000102"), "258");
  EXPECT_EQ(decoded(table, 224, "0102"), "\"hex:0102\"") << "not of its form";
  EXPECT_EQ(encoded(table, 224, {std::string("x")}),
            "expects an integer from 0 to 4294967295, 'x' is none");
  EXPECT_EQ(encoded(table, 230, {DatumList{{std::string("a")}, {std::string("bc")}}}),
            "0161026263");
  EXPECT_EQ(encoded(table, 3, {std::string("192.0.2.1")}), "c0000201");
  EXPECT_EQ(encode_option4(224, {std::int64_t{258}}).has_value(), false);
}

TEST(OptionTable4, RefusesCodesThatNoOptionHas) {
  EXPECT_EQ(refusal(0, "x"),
            "no option has the code 0, which is padding; take one from 224 to 254, which are for "
            "your site");
  EXPECT_EQ(refusal(255, "x"),
            "no option has the code 255, which is the end of all options; take one from 224 to "
            "254, which are for your site");
}

TEST(OptionTable4, RefusesCodesThatAreTaken) {
  EXPECT_EQ(refusal(6, "dns"),
            "option 6 is built in as 'domain-name-servers'; use that name, or take a code from 224 "
            "to 254");
  EXPECT_EQ(refusal(82, "relay").substr(0, 40), "option 82 is built in as 'dhcp-agent-opt");
  EXPECT_EQ(refusal(224, "other"),
            "option 224 is already defined as 'site-id'; remove one of the two definitions");
  EXPECT_EQ(refusal(224, "site-id"),
            "option 224 is already defined as 'site-id'; remove one of the two definitions");
}

TEST(OptionTable4, RefusesNamesThatAreTaken) {
  EXPECT_EQ(refusal(226, "routers"), "'routers' is the built-in option 3; choose another name");
  EXPECT_EQ(refusal(226, "site-id"),
            "'site-id' is already the name of option 224; choose another name");
}

TEST(OptionTable4, RefusesNamesThatCanBeNone) {
  EXPECT_EQ(refusal(226, ""),
            "'' is no name for an option; write at most 64 small letters, digits and hyphens, "
            "starting with a letter");
  for (const auto* wrong :
       {"226", "2site", "-site", "site-", "Site", "site id", "site_id", "a\n", "\xc3\xbc"}) {
    EXPECT_NE(refusal(226, wrong).find("is no name for an option"), std::string::npos) << wrong;
  }
  EXPECT_EQ(refusal(226, std::string(64, 'a')), "accepted");
  EXPECT_NE(refusal(226, std::string(65, 'a')), "accepted");
  EXPECT_LT(refusal(226, std::string(100000, '\n')).size(), 400u);
  EXPECT_EQ(refusal(226, "\x1b[2J").substr(0, 9), "'\\x1b[2J'");
}

TEST(OptionTable4, IsAValue) {
  const OptionTable4 before = site_table();
  OptionTable4 after = before;
  EXPECT_EQ(after, before);
  EXPECT_EQ(after.find("site-id"), before.find("site-id")) << "copies share what they hold";
  after = *after.with({.code = 225, .name = "third", .form = Form::kFlag});
  EXPECT_NE(after, before);
  EXPECT_EQ(before.find("third"), nullptr);
  EXPECT_EQ(after.find("site-id")->code, 224);
  EXPECT_EQ(site_table(), before) << "equal by what is in them";
  EXPECT_NE(OptionTable4(), before);
  EXPECT_EQ(OptionTable4(), OptionTable4());
  EXPECT_NE(table_of({{.code = 224, .name = "a", .form = Form::kU8}}),
            table_of({{.code = 224, .name = "a", .form = Form::kU16}}));
}

TEST(OptionTable4, KeepsNamesWhileACopyLives) {
  OptionTable4 kept;
  {
    const OptionTable4 table = site_table();
    kept = table;
  }
  EXPECT_EQ(kept.find(std::uint8_t{230})->name, "site-paths");
}

TEST(OptionTable4, HoldsAsManyAsThereAreCodes) {
  OptionTable4 table;
  std::size_t added = 0;
  for (unsigned code = 1; code < 255; ++code) {
    auto next = table.with({.code = static_cast<std::uint8_t>(code),
                            .name = base::cat("mine-", code),
                            .form = Form::kHex});
    if (!next) continue;
    table = std::move(*next);
    ++added;
  }
  EXPECT_EQ(added, 254 - options4().size());
  for (unsigned code = 1; code < 255; ++code) {
    EXPECT_NE(table.find(static_cast<std::uint8_t>(code)), nullptr) << code;
  }
}

}  // namespace
}  // namespace melange::wire
