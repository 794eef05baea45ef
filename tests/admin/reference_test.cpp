// SPDX-License-Identifier: Apache-2.0
//
// docs/api.md is what the program's tables say.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "melange/admin/api.h"
#include "melange/base/text.h"
#include "router.h"

namespace melange::admin {
namespace {

const std::string kFile = MELANGE_SOURCE_ROOT "/docs/api.md";

TEST(Reference, IsTheFileInDocs) {
  if (std::getenv("MELANGE_UPDATE") != nullptr) std::ofstream(kFile) << reference();
  std::ifstream file(kFile, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(content, reference()) << "MELANGE_UPDATE=1 rewrites docs/api.md";
}

TEST(Reference, HasEveryRouteAndEveryFieldExplained) {
  const std::string text = reference();
  for (const Route& route : routes()) {
    EXPECT_NE(text.find(base::cat("### ", http::text(route.method), ' ', route.pattern, '\n')),
              std::string::npos)
        << route.id;
    EXPECT_TRUE(route.summary.ends_with('.')) << route.id;
    if (route.body == nullptr) continue;
    for (const Field& field : route.body->fields) EXPECT_GT(field.help.size(), 4u) << field.name;
  }
}

}  // namespace
}  // namespace melange::admin
