// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

#include <gtest/gtest.h>

namespace melange::cli {
namespace {

TEST(ProblemText, ShowsTitleDetailAndEachFault) {
  EXPECT_EQ(problem_text({400, "Bad Request", "application/problem+json",
                          R"({"type": "about:blank", "title": "Invalid", "status": 400,
                              "detail": "2 fields are wrong",
                              "errors": [{"field": "cidr", "message": "cidr is invalid"},
                                         {"field": "dns[1]", "message": "no address"}]})"}),
            "400 Invalid: 2 fields are wrong\n  cidr: cidr is invalid\n  dns[1]: no address");
}

TEST(ProblemText, MakesDoWithTheReasonIfTheBodyIsNoProblem) {
  for (const char* body : {"", "<html>", "[]", "{\"title\": 3, \"errors\": 4}"}) {
    EXPECT_EQ(problem_text({502, "Bad Gateway", "text/html", body}), "502 Bad Gateway") << body;
  }
}

TEST(ProblemText, H15_EscapesWhatTheServerSends) {
  EXPECT_EQ(problem_text({400, "x", "", R"({"title": "\u001b[2J", "detail": "a\nb",
                                            "errors": [{"field": "\u0007", "message": 1}, 2]})"}),
            "400 \\x1b[2J: a\\x0ab\n  \\x07: ");
  EXPECT_EQ(problem_text({400, "\x1b[2J", "", ""}), "400 \\x1b[2J");
}

TEST(ProblemText, SaysWhereATokenComesFrom) {
  EXPECT_EQ(problem_text({401, "Unauthorized", "", ""}),
            "401 Unauthorized (give a token by --token-file or $MELANGE_TOKEN)");
}

}  // namespace
}  // namespace melange::cli
