// SPDX-License-Identifier: Apache-2.0
//
// Sequences that hold their elements in themselves: values that a packet is turned into need no
// heap (design.md section 8: no allocation per packet in wire and dhcp).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "melange/base/bytes.h"
#include "melange/base/check.h"

namespace melange::base {

// At most Capacity elements. Adding to a full one is a bug of the caller: ask `full()` first.
template <class T, std::size_t Capacity>
class InlineVector {
 public:
  void push_back(T value) {
    check(!full());
    items_[size_++] = std::move(value);
  }
  void pop_back() {
    check(size_ > 0);
    --size_;
  }
  void clear() { size_ = 0; }
  T& operator[](std::size_t i) {
    check(i < size_);
    return items_[i];
  }
  const T& operator[](std::size_t i) const {
    check(i < size_);
    return items_[i];
  }
  auto begin() { return items_.begin(); }
  auto end() { return items_.begin() + static_cast<std::ptrdiff_t>(size_); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.begin() + static_cast<std::ptrdiff_t>(size_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == Capacity; }

  friend bool operator==(const InlineVector& a, const InlineVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::array<T, Capacity> items_;
  std::size_t size_ = 0;
};

// At most 255 octets, such as an option's value or a client identifier.
template <std::uint8_t Capacity>
class InlineBytes {
 public:
  InlineBytes() = default;
  // `bytes` must fit: lengths are checked where they come in.
  explicit InlineBytes(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) {
    check(bytes.size() <= Capacity);
    std::ranges::copy(bytes, octets_.begin());
  }
  Bytes view() const { return Bytes(octets_).first(size_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  InlineBytes(const InlineBytes& other) : InlineBytes(other.view()) {}
  InlineBytes& operator=(const InlineBytes& other) {
    if (this == &other) return *this;
    size_ = other.size_;
    std::ranges::copy(other.view(), octets_.begin());
    return *this;
  }
  ~InlineBytes() = default;

  friend bool operator==(const InlineBytes& a, const InlineBytes& b) {
    return std::ranges::equal(a.view(), b.view());
  }
  friend auto operator<=>(const InlineBytes& a, const InlineBytes& b) {
    const Bytes x = a.view();
    const Bytes y = b.view();
    return std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end());
  }

 private:
  std::uint8_t size_ = 0;
  std::array<std::uint8_t, Capacity> octets_;  // the first size_ of them are initialised
};

}  // namespace melange::base
