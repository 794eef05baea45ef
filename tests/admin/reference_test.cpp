// SPDX-License-Identifier: Apache-2.0
//
// docs/api.md is what the program's tables say.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "melange/admin/api.h"
#include "melange/base/text.h"
#include "particulars.h"
#include "router.h"

namespace melange::admin {
namespace {

const std::string kFile = MELANGE_SOURCE_ROOT "/docs/api.md";

TEST(Reference, IsTheFileInDocs) {
  if (std::getenv("MELANGE_UPDATE") != nullptr) std::ofstream(kFile) << reference();
  std::ifstream file(kFile, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  // The whole of both would hide what is said.
  EXPECT_TRUE(content == reference()) << "MELANGE_UPDATE=1 rewrites docs/api.md";
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

TEST(Reference, HasWhatItsLinksPointTo) {
  const std::string text = reference();
  std::size_t links = 0;
  for (std::size_t at = text.find("](#"); at != std::string::npos; at = text.find("](#", at + 1)) {
    const std::string name = text.substr(at + 3, text.find(')', at) - at - 3);
    EXPECT_NE(text.find("\n### " + name + "\n"), std::string::npos) << name;
    ++links;
  }
  EXPECT_GT(links, 20u);
}

// What a client asks another server for is octets to us: a field of the DHCP message (RFC 2131
// section 2), which is sent as it is and never opened here.
bool is_boot_file(const Shape& shape, const Field& field) {
  return &shape == &kBootBody && field.name == "file";
}

// The names of fields and parameters, those of inner objects too.
void add_names(const Shape& shape, std::vector<std::string_view>& names) {
  for (const Field& field : shape.fields) {
    if (!is_boot_file(shape, field)) names.push_back(field.name);
    if (field.inner != nullptr) add_names(*field.inner, names);
  }
}

TEST(Reference, H12NothingThatIsSentNamesAFileAScriptALibraryOrAUrl) {
  std::vector<std::string_view> names;
  for (const Route& route : routes()) {
    if (route.body != nullptr) add_names(*route.body, names);
    for (const Parameter& parameter : route.query) names.push_back(parameter.name);
  }
  EXPECT_GT(names.size(), 20u);
  for (const std::string_view name : names) {
    for (const std::string_view word : base::split(name, '_')) {
      for (const std::string_view banned : {"file", "filename", "path", "directory", "script",
                                            "library", "url", "uri", "command", "hook"}) {
        EXPECT_NE(word, banned) << name;
      }
    }
  }
}

}  // namespace
}  // namespace melange::admin
