// SPDX-License-Identifier: Apache-2.0
#include "melange/base/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace melange::base {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets copy(Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }

TEST(ByteReader, ReadsIntegersInNetworkOrder) {
  const Octets octets{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  ByteReader reader(octets);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607u);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fu);
  EXPECT_TRUE(reader.finished());
}

TEST(ByteReader, GivesNothingMoreOnceAReadDidNotFit) {
  const Octets octets{1, 2, 3};
  ByteReader reader(octets);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "the failure must stick although an octet was there";
  EXPECT_TRUE(reader.take(1).empty());
  EXPECT_TRUE(reader.take_rest().empty());
  EXPECT_FALSE(reader.finished());
}

TEST(ByteReader, TakesUpToTheLastOctetAndNotOneMore) {
  const Octets octets{1, 2, 3};
  ByteReader all(octets);
  EXPECT_EQ(copy(all.take(3)), octets);
  EXPECT_TRUE(all.finished());
  ByteReader more(octets);
  EXPECT_TRUE(more.take(4).empty());
  EXPECT_FALSE(more.ok());
}

TEST(ByteReader, ConfinesASubReaderToItsOctets) {
  const Octets octets{1, 2, 3, 4};
  ByteReader reader(octets);
  ByteReader part = reader.sub(2);
  EXPECT_EQ(part.u16(), 0x0102);
  EXPECT_EQ(part.u8(), 0);
  EXPECT_FALSE(part.ok());
  EXPECT_TRUE(reader.ok()) << "a part's failure is its own";
  EXPECT_EQ(copy(reader.take_rest()), (Octets{3, 4}));
}

TEST(ByteReader, FailsASubReaderThatDoesNotFit) {
  const Octets octets{1};
  ByteReader reader(octets);
  EXPECT_FALSE(reader.sub(2).ok());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, IsNotFinishedWhileOctetsAreLeft) {
  const Octets octets{1, 2};
  ByteReader reader(octets);
  reader.skip(1);
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.finished());
  EXPECT_EQ(reader.remaining(), 1u);
}

TEST(ByteWriter, WritesWhatAByteReaderReads) {
  std::array<std::uint8_t, 32> buffer{};
  ByteWriter writer(buffer);
  const Octets tail{7, 8, 9};
  EXPECT_TRUE(writer.u8(0xfe) && writer.u16(0xfedc) && writer.u32(0xfedcba98) &&
              writer.u64(0xfedcba9876543210) && writer.put(tail) && writer.fill(2, 0xaa));
  ByteReader reader(writer.written());
  EXPECT_EQ(reader.u8(), 0xfe);
  EXPECT_EQ(reader.u16(), 0xfedc);
  EXPECT_EQ(reader.u32(), 0xfedcba98u);
  EXPECT_EQ(reader.u64(), 0xfedcba9876543210u);
  EXPECT_EQ(copy(reader.take(3)), tail);
  EXPECT_EQ(reader.u16(), 0xaaaa);
  EXPECT_TRUE(reader.finished());
}

TEST(ByteWriter, ChangesNothingWhereAValueDoesNotFit) {
  std::array<std::uint8_t, 3> buffer{9, 9, 9};
  ByteWriter writer(buffer);
  ASSERT_TRUE(writer.u8(1));
  EXPECT_FALSE(writer.u32(0x11111111));
  EXPECT_FALSE(writer.put(Octets{1, 2, 3}));
  EXPECT_FALSE(writer.fill(3, 0));
  EXPECT_EQ(writer.size(), 1u);
  EXPECT_EQ(buffer, (std::array<std::uint8_t, 3>{1, 9, 9}));
  EXPECT_TRUE(writer.u16(0x0203)) << "a smaller value still fits";
}

TEST(ByteWriter, RollsBackAndPatches) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter writer(buffer);
  writer.u16(0x0102);
  writer.u16(0x0304);
  writer.roll_back(2);
  EXPECT_EQ(copy(writer.written()), (Octets{1, 2}));
  writer.patch(0, Octets{7, 8});
  EXPECT_EQ(copy(writer.written()), (Octets{7, 8}));
  EXPECT_EQ(writer.room(), 2u);
}

TEST(ByteWriterDeathTest, StopsAPatchBehindWhatWasWritten) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter writer(buffer);
  writer.u16(1);
  EXPECT_DEATH(writer.patch(1, Octets{1, 2}), "check failed");
  EXPECT_DEATH(writer.roll_back(3), "check failed");
}

TEST(Bytes, ViewTextAsOctetsAndBack) {
  EXPECT_EQ(copy(bytes_of("a\xff")), (Octets{'a', 0xff}));
  EXPECT_EQ(text_of(bytes_of("lab.example")), "lab.example");
}

TEST(Bytes, AreEqualByContent) {
  EXPECT_TRUE(equal(Octets{1, 2}, Octets{1, 2}));
  EXPECT_FALSE(equal(Octets{1, 2}, Octets{1, 3}));
  EXPECT_FALSE(equal(Octets{1, 2}, Octets{1}));
  EXPECT_TRUE(equal({}, {}));
}

}  // namespace
}  // namespace melange::base
