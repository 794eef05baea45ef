// SPDX-License-Identifier: Apache-2.0
//
// A store of a test's own, to commit to and to ask.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "records.h"
#include "temp_directory.h"

namespace melange::store {

class OneStore {
 public:
  void commit(const Changes& changes, base::Instant now = test::at(100),
              std::string_view actor = {}) {
    test::commit(*store_, changes, now, actor);
  }
  void close() { store_.reset(); }
  void reopen() {
    close();
    store_.emplace(test::open(path()));
  }
  Store& store() { return *store_; }
  std::string path() const { return directory_.file("store"); }

  // What a snapshot gives, which must be well.
  template <class Ask>
  auto ask(const Ask& question) {
    auto snapshot = store_->snapshot();
    EXPECT_TRUE(snapshot);
    auto answer = question(snapshot->view());
    EXPECT_TRUE(snapshot->view().ok());
    return answer;
  }

 private:
  test::TempDirectory directory_;
  std::optional<Store> store_{test::open(path())};
};

}  // namespace melange::store
