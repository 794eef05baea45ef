// SPDX-License-Identifier: Apache-2.0
//
// docs/configuration.md says what is so: its examples are accepted, and its lists are whole.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "answers.h"
#include "melange/wire/client_system.h"
#include "melange/wire/options4.h"

namespace melange::config {
namespace {

std::string manual() {
  std::ifstream file(MELANGE_SOURCE_ROOT "/docs/configuration.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Manual, HasExamplesThatAreAccepted) {
  const std::string text = manual();
  constexpr std::string_view kOpen = "```toml\n";
  std::size_t examples = 0;
  for (std::size_t at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen, at)) {
    at += kOpen.size();
    const std::string example = text.substr(at, text.find("```\n", at) - at);
    EXPECT_EQ(answer_to(example), "ok") << example;
    ++examples;
  }
  EXPECT_EQ(examples, 5u);
}

TEST(Manual, NamesEveryFormAndArchitecture) {
  const std::string text = manual();
  for (const std::string_view form : wire::form_names()) {
    EXPECT_NE(text.find(base::cat('`', form, '`')), std::string::npos) << form;
  }
  for (const wire::ClientSystem& system : wire::client_systems()) {
    EXPECT_NE(text.find(base::cat('`', system.name, '`')), std::string::npos) << system.name;
  }
}

}  // namespace
}  // namespace melange::config
