// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/classes.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>

#include "melange/base/text.h"
#include "packets.h"

namespace melange::dhcp {
namespace {

using config::Match;
using config::OctetPattern;
using test::Octets;
using test::option;
using test::option_text;
using test::option_u16;
using test::TestMessage;
using test::TestOption;

OctetPattern whole(std::string_view text) {
  const base::Bytes octets = base::bytes_of(text);
  return {{octets.begin(), octets.end()}, false};
}
OctetPattern beginning(std::string_view text) {
  OctetPattern pattern = whole(text);
  pattern.prefix = true;
  return pattern;
}

// With this condition, and nothing else.
template <class T>
Match match(T Match::* member, std::type_identity_t<T> value) {
  Match made;
  made.*member = std::move(value);
  return made;
}
template <class T, class U>
Match match(T Match::* member, std::type_identity_t<T> value, U Match::* other,
            std::type_identity_t<U> more) {
  Match made = match(member, std::move(value));
  made.*other = std::move(more);
  return made;
}

// What a relay says that says this alone.
wire::RelayInfo said(base::Bytes wire::RelayInfo::* member, base::Bytes octets) {
  wire::RelayInfo info;
  info.*member = octets;
  return info;
}

config::Class named(std::string name, Match match = {}) {
  config::Class made;
  made.name.value = std::move(name);
  made.match = std::move(match);
  return made;
}

class ClassSetTest : public testing::Test {
 protected:
  // One class, "it", with these conditions.
  void expect_of(Match match) { classes_ = {named("it", std::move(match))}; }

  // The names of the classes of the client that sends these options, as "a,b".
  std::string classes_of(const TestMessage& fields, const wire::RelayInfo* relay = nullptr,
                         bool known = false, const std::vector<std::string>& by_name = {}) {
    payload_ = test::make_message(wire::MessageType4::kDiscover, fields);
    datagram_.payload = payload_;
    datagram_.destination = net::kBroadcast;
    if (message_->read(payload_)) return "unreadable";
    const auto query = read_query(*message_, datagram_);
    if (!query) return std::string(text(query.error()));
    const ClassSet set(classes_);
    std::vector<std::string> names;
    for (const ServedClass* each : set.match(*query, relay, known, by_name)) {
      names.push_back(each->name);
    }
    return base::join(names, ",");
  }
  std::string classes_of(std::vector<TestOption> options) {
    TestMessage fields;
    fields.options = std::move(options);
    return classes_of(fields);
  }
  std::string classes_of(const wire::RelayInfo& relay) { return classes_of(TestMessage{}, &relay); }

  std::vector<config::Class> classes_;
  Octets payload_;
  wire::Datagram datagram_;
  std::unique_ptr<wire::Message4> message_ = std::make_unique<wire::Message4>();
};

TEST_F(ClassSetTest, TakesAVendorClassByItsBeginning) {
  expect_of(match(&Match::vendor_class, {beginning("PXEClient"), beginning("HTTPClient")}));
  EXPECT_EQ(classes_of({option_text(60, "PXEClient:Arch:00000")}), "it");
  EXPECT_EQ(classes_of({option_text(60, "HTTPClient")}), "it");
  EXPECT_EQ(classes_of({option_text(60, "PXEClien")}), "");
  EXPECT_EQ(classes_of({option_text(60, "xPXEClient")}), "");
  EXPECT_EQ(classes_of({option_text(77, "PXEClient")}), "") << "another option";
  EXPECT_EQ(classes_of(std::vector<TestOption>{}), "");
}

TEST_F(ClassSetTest, TakesAWholePatternOnlyWhole) {
  expect_of(match(&Match::user_class, {whole("iPXE")}));
  EXPECT_EQ(classes_of({option_text(77, "iPXE")}), "it") << "as iPXE sends it";
  EXPECT_EQ(classes_of({option_text(77, "iPXE2")}), "");
  EXPECT_EQ(classes_of({option_text(77, "iPX")}), "");
}

TEST_F(ClassSetTest, ReadsTheUserClassesOfRfc3004) {
  expect_of(match(&Match::user_class, {whole("iPXE")}));
  EXPECT_EQ(classes_of({option(77, {4, 'i', 'P', 'X', 'E'})}), "it");
  EXPECT_EQ(classes_of({option(77, {1, 'x', 4, 'i', 'P', 'X', 'E'})}), "it") << "the second";
  EXPECT_EQ(classes_of({option(77, {4, 'i', 'P', 'X', 'E', 1, 'x'})}), "it") << "the first";
  EXPECT_EQ(classes_of({option(77, {5, 'i', 'P', 'X', 'E'})}), "") << "passes the end";
  EXPECT_EQ(classes_of({option(77, {3, 'i', 'P', 'X', 'E'})}), "");
  EXPECT_EQ(classes_of({option(77, {0, 0, 0})}), "");
}

TEST_F(ClassSetTest, TakesAnyArchOfTheClients) {
  expect_of(match(&Match::arch, {7, 9}));
  EXPECT_EQ(classes_of({option_u16(93, 7)}), "it");
  EXPECT_EQ(classes_of({option(93, {0, 0, 0, 9})}), "it") << "its second";
  EXPECT_EQ(classes_of({option_u16(93, 0)}), "");
  EXPECT_EQ(classes_of({option_u16(93, 0x0700)}), "");
  EXPECT_EQ(classes_of({option(93, {7})}), "") << "half a number";
}

TEST_F(ClassSetTest, ReadsAUuidBehindItsType) {
  expect_of(match(&Match::uuid, {{{0xaa, 0xbb}, true}}));
  Octets uuid(17, 0);
  uuid[1] = 0xaa, uuid[2] = 0xbb;
  EXPECT_EQ(classes_of({TestOption{97, uuid}}), "it");
  EXPECT_EQ(classes_of({TestOption{97, {0xaa, 0xbb, 0}}}), "");
  EXPECT_EQ(classes_of({TestOption{97, {0}}}), "");
}

TEST_F(ClassSetTest, TakesMacsWholeAndByTheirBeginning) {
  expect_of(match(&Match::mac, {{{0x52, 0x54, 0x00}, true}, {{2, 0, 0, 0, 0, 9}, false}}));
  TestMessage fields;
  fields.chaddr = *net::Mac::parse("52:54:00:12:34:56");
  EXPECT_EQ(classes_of(fields), "it");
  fields.chaddr = test::mac_of(9);
  EXPECT_EQ(classes_of(fields), "it");
  fields.chaddr = test::mac_of(10);
  EXPECT_EQ(classes_of(fields), "");
}

TEST_F(ClassSetTest, LooksAtWhatTheRelaySays) {
  const Octets port7{'p', 'o', 'r', 't', '7'};
  const Match by_circuit = match(&Match::circuit_id, {whole("port7")});
  expect_of(by_circuit);
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::circuit_id, port7)), "it");
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::remote_id, port7)), "") << "another sub-option";
  EXPECT_EQ(classes_of(std::vector<TestOption>{}), "") << "no relay";
  expect_of(match(&Match::remote_id, {beginning("port")}));
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::remote_id, port7)), "it");
  expect_of(match(&Match::subscriber_id, {whole("port7")}));
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::subscriber_id, port7)), "it");
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::circuit_id, port7)), "");
  expect_of(match(&Match::relay_id, {whole("port7")}));
  EXPECT_EQ(classes_of(said(&wire::RelayInfo::relay_id, port7)), "it");
}

TEST_F(ClassSetTest, LooksAtTheRelaysAddress) {
  expect_of(match(&Match::relay,
                  {*net::Prefix::parse("192.0.2.0/24"), *net::Prefix::parse("10.0.0.1/32")}));
  TestMessage fields;
  EXPECT_EQ(classes_of(fields), "");
  fields.giaddr = *net::Ipv4::parse("192.0.2.7");
  EXPECT_EQ(classes_of(fields), "it");
  fields.giaddr = *net::Ipv4::parse("10.0.0.1");
  EXPECT_EQ(classes_of(fields), "it");
  fields.giaddr = *net::Ipv4::parse("10.0.0.2");
  EXPECT_EQ(classes_of(fields), "");
}

TEST_F(ClassSetTest, IsNotMetByALinkWhereAnyRelayWillDo) {
  expect_of(match(&Match::relay, {*net::Prefix::parse("0.0.0.0/0")}));
  EXPECT_EQ(classes_of(TestMessage{}), "") << "0.0.0.0 is no relay";
}

TEST_F(ClassSetTest, FindsAVendorByItsNumber) {
  expect_of(match(&Match::vendor_enterprise, {4491, 311}));
  EXPECT_EQ(classes_of({option(124, {0, 0, 0x11, 0x8b, 2, 1, 'x'})}), "it");
  EXPECT_EQ(classes_of({option(125, {0, 0, 0x01, 0x37, 3, 1, 1, 'x'})}), "it");
  EXPECT_EQ(classes_of({option(124, {0, 0, 0x11, 0x8c, 2, 1, 'x'})}), "");
  EXPECT_EQ(classes_of({option(124, {0, 0, 0x11, 0x8b, 9, 1, 'x'})}), "") << "passes the end";
}

TEST_F(ClassSetTest, WantsAllOptionsThatAreToBeThere) {
  expect_of(match(&Match::has_option, {{60, 93}}));
  EXPECT_EQ(classes_of({option_text(60, "x"), option_u16(93, 0)}), "it");
  EXPECT_EQ(classes_of({option_text(60, "x")}), "");
  EXPECT_EQ(classes_of({option_u16(93, 0)}), "");
}

TEST_F(ClassSetTest, TellsKnownClientsFromStrangers) {
  classes_ = {named("known", match(&Match::known, true)),
              named("stranger", match(&Match::known, false))};
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, true), "known");
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, false), "stranger");
}

TEST_F(ClassSetTest, WantsEveryConditionAndOneOfEachList) {
  expect_of(match(&Match::vendor_class, {beginning("a"), beginning("b")}, &Match::arch, {7}));
  EXPECT_EQ(classes_of({option_text(60, "b"), option_u16(93, 7)}), "it");
  EXPECT_EQ(classes_of({option_text(60, "c"), option_u16(93, 7)}), "");
  EXPECT_EQ(classes_of({option_text(60, "b"), option_u16(93, 6)}), "");
}

TEST_F(ClassSetTest, HasNobodyInAClassWithoutConditionsButWhoIsNamed) {
  classes_ = {named("gold")};
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, true), "");
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, true, {"gold"}), "gold");
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, true, {"silver"}), "") << "is no class of ours";
}

TEST_F(ClassSetTest, TakesWhoIsNamedWhateverTheConditions) {
  expect_of(match(&Match::vendor_class, {beginning("phone")}));
  EXPECT_EQ(classes_of(TestMessage{}, nullptr, true, {"it"}), "it");
}

TEST_F(ClassSetTest, KeepsTheOrderOfTheConfiguration) {
  classes_ = {named("c", match(&Match::arch, {7})), named("a"),
              named("b", match(&Match::arch, {7}))};
  TestMessage fields;
  fields.options = {option_u16(93, 7)};
  EXPECT_EQ(classes_of(fields, nullptr, true, {"b", "a"}), "c,a,b");
}

TEST_F(ClassSetTest, LeavesOutTheLastOfMoreThanFit) {
  for (std::size_t i = 0; i < base::limits::kClassesOfOne + 2; ++i) {
    classes_.push_back(named(base::cat("c", i), match(&Match::known, false)));
  }
  const std::string names = classes_of(TestMessage{});
  EXPECT_TRUE(names.starts_with("c0,c1,")) << names;
  EXPECT_TRUE(names.ends_with(base::cat(",c", base::limits::kClassesOfOne - 1))) << names;
}

TEST_F(ClassSetTest, IsEmptyWithoutClasses) {
  EXPECT_TRUE(ClassSet().empty());
  EXPECT_EQ(classes_of(TestMessage{}), "");
  expect_of(Match{});
  EXPECT_FALSE(ClassSet(classes_).empty());
}

}  // namespace
}  // namespace melange::dhcp
