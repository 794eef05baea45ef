// SPDX-License-Identifier: Apache-2.0
//
// The guard over raw octets, form by form; the target's rules; and that Beast agrees with what is
// let through.
#include "guard.h"

#include <gtest/gtest.h>

#include <string>

#include "http_limits.h"
#include "melange/base/text.h"
#include "parse.h"
#include "target.h"

namespace melange::http {
namespace {

using base::cat;

// What became of it: "incomplete", "head of N", or the refusal's status and sentence.
std::string verdict(std::string_view octets) {
  const Verdict verdict = judge_head(octets);
  if (std::holds_alternative<Incomplete>(verdict)) return "incomplete";
  if (const auto* head = std::get_if<Head>(&verdict)) {
    return cat("head of ", head->size, " and ", head->content_length);
  }
  const auto refusal = std::get<Refusal>(verdict);
  return cat(status_of(refusal), " ", detail_of(refusal));
}

std::string refused(Refusal refusal) { return cat(status_of(refusal), " ", detail_of(refusal)); }

std::string get(std::string_view fields) {
  return cat("GET / HTTP/1.1\r\nHost: localhost\r\n", fields, "\r\n");
}
std::string with_line(std::string_view line) { return cat(line, "\r\nHost: localhost\r\n\r\n"); }

TEST(Guard, LetsAPlainRequestThroughAndMeasuresIt) {
  const std::string head = get("");
  EXPECT_EQ(verdict(head), cat("head of ", head.size(), " and 0"));
  EXPECT_EQ(verdict(head + "GET / HTTP/1.1\r\n"), cat("head of ", head.size(), " and 0"));
  const std::string post = get("Content-Length: 0042\r\n");
  EXPECT_EQ(verdict(post + "{"), cat("head of ", post.size(), " and 42"));
}

TEST(Guard, AnswersTheSameHoweverAGoodHeadArrives) {
  const std::string head = get("Accept: */*\r\nContent-Length: 7\r\n");
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(verdict(head.substr(0, size)), "incomplete") << size;
  }
}

TEST(Guard, KnowsBothVersions) {
  const auto version = [](std::string_view text) {
    return judge_head(with_line(cat("GET / ", text)));
  };
  EXPECT_FALSE(std::get<Head>(version("HTTP/1.1")).is_http_1_0);
  EXPECT_TRUE(std::get<Head>(version("HTTP/1.0")).is_http_1_0);
  EXPECT_EQ(std::get<Refusal>(version("HTTP/1.2")), Refusal::kVersion);
  EXPECT_EQ(std::get<Refusal>(version("HTTP/2.0")), Refusal::kVersion);
  EXPECT_EQ(std::get<Refusal>(version("HTTP/11")), Refusal::kRequestLine);
  EXPECT_EQ(std::get<Refusal>(version("http/1.1")), Refusal::kRequestLine);
}

TEST(Guard, RefusesRequestLinesThatAreNone) {
  EXPECT_EQ(verdict("\r\n\r\n"), refused(Refusal::kRequestLine));
  EXPECT_EQ(verdict(with_line("")), refused(Refusal::kRequestLine));
  EXPECT_EQ(verdict(with_line("GET /")), refused(Refusal::kRequestLine));
  EXPECT_EQ(verdict(with_line("G(T / HTTP/1.1")), refused(Refusal::kRequestLine));
  EXPECT_EQ(verdict(with_line("GET  / HTTP/1.1")), refused(Refusal::kTarget));
  EXPECT_EQ(verdict(with_line("GET / x HTTP/1.1")), refused(Refusal::kTarget));
  EXPECT_EQ(verdict(with_line("BREW / HTTP/1.1")), refused(Refusal::kMethod));
  EXPECT_EQ(verdict(with_line("get / HTTP/1.1")), refused(Refusal::kMethod));
  EXPECT_EQ(verdict(with_line("CONNECT a:1 HTTP/1.1")), refused(Refusal::kMethod));
}

TEST(Guard, H2TellsALongLineFromLongFieldsBeforeTheHeadIsComplete) {
  const std::string line(limits::kRequestLine, 'x');
  EXPECT_EQ(verdict(line), "incomplete");
  EXPECT_EQ(verdict(line + "\r"), "incomplete");
  EXPECT_EQ(verdict(line + "x"), refused(Refusal::kLineTooLong));
  EXPECT_EQ(verdict("GET /" + std::string(65536, 'a')), refused(Refusal::kLineTooLong));
  EXPECT_EQ(verdict(get("X: " + std::string(limits::kFieldSection, 'a'))),
            refused(Refusal::kFieldsTooLong));
}

TEST(Guard, H2HoldsTheFieldSectionToTheOctet) {
  const std::size_t rest = get("X: \r\n").size() - std::string("GET / HTTP/1.1\r\n").size();
  const auto of = [&](std::size_t size) {
    return get(cat("X: ", std::string(size - rest, 'a'), "\r\n"));
  };
  EXPECT_TRUE(verdict(of(limits::kFieldSection)).starts_with("head of"));
  EXPECT_EQ(verdict(of(limits::kFieldSection + 1)), refused(Refusal::kFieldsTooLong));
}

TEST(Guard, H2CountsTheFields) {
  std::string fields;
  for (std::size_t i = 1; i < limits::kFields; ++i) fields += "a: b\r\n";  // Host is one too
  EXPECT_TRUE(verdict(get(fields)).starts_with("head of"));
  EXPECT_EQ(verdict(get(fields + "a: b\r\n")), refused(Refusal::kTooManyFields));
}

TEST(Guard, H2RefusesABodyOfMoreThanAMebibyte) {
  const auto length = [](std::string_view text) {
    return verdict(get(cat("Content-Length: ", text, "\r\n")));
  };
  EXPECT_TRUE(length("1048576").ends_with(" and 1048576"));
  for (const auto* text : {"1048577", "9223372036854775808", "18446744073709551616",
                           "99999999999999999999999999999999999999999"}) {
    EXPECT_EQ(length(text), refused(Refusal::kBodyTooLong)) << text;
  }
  for (const auto* text : {"", "+1", "-1", "1 1", "0x10", "1,1", "1;", "one", "1.0"}) {
    EXPECT_EQ(length(text), refused(Refusal::kContentLength)) << text;
  }
}

TEST(Guard, H3AsksForALengthInThePlaceOfChunks) {
  EXPECT_EQ(verdict(get("Transfer-Encoding: chunked\r\n")), refused(Refusal::kChunked));
  EXPECT_EQ(verdict(get("transfer-encoding:CHUNKED\r\n")), refused(Refusal::kChunked));
}

TEST(Guard, H5RefusesEveryTransferEncoding) {
  for (const auto* coding : {"identity", "xchunked", "chunked, gzip", "gzip, chunked",
                             "\"chunked\"", "chunked,", "", "\tchunked;q=1"}) {
    EXPECT_EQ(verdict(get(cat("Transfer-Encoding: ", coding, "\r\n"))),
              refused(Refusal::kTransferCoding))
        << coding;
  }
  EXPECT_EQ(verdict(get("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")),
            refused(Refusal::kTransferCoding));
  EXPECT_EQ(verdict(get("Content-Length: 3\r\nTransfer-Encoding: identity\r\n")),
            refused(Refusal::kTransferCoding));
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
            refused(Refusal::kTransferCoding));
  EXPECT_EQ(verdict(get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
            refused(Refusal::kRepeated));
}

TEST(Guard, H5RefusesTwoHostsAndNone) {
  EXPECT_EQ(verdict(get("Host: localhost\r\n")), refused(Refusal::kRepeated));
  EXPECT_EQ(verdict(get("HOST: other\r\n")), refused(Refusal::kRepeated));
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), refused(Refusal::kNoHost));
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\nAccept: a\r\n\r\n"), refused(Refusal::kNoHost));
}

TEST(Guard, H5RefusesDoublesOfWhatMayStandOnce) {
  for (const auto* name : {"Content-Type", "Origin", "If-Match", "Idempotency-Key", "Expect"}) {
    EXPECT_EQ(verdict(get(cat(name, ": a\r\n", name, ": a\r\n"))), refused(Refusal::kRepeated))
        << name;
  }
  EXPECT_EQ(verdict(get("Content-Length: 3\r\nContent-Length: 3\r\n")),
            refused(Refusal::kRepeated));
  EXPECT_TRUE(verdict(get("Accept: a\r\nAccept: b\r\n")).starts_with("head of"));
}

TEST(Guard, H11RefusesTwoAuthorizationsAsUnauthorized) {
  EXPECT_EQ(verdict(get("Authorization: Bearer a\r\nauthorization: Bearer b\r\n")),
            refused(Refusal::kRepeatedAuthorization));
  EXPECT_EQ(status_of(Refusal::kRepeatedAuthorization), 401u);
}

TEST(Guard, H5RefusesFoldedLines) {
  EXPECT_EQ(verdict(get("X: a\r\n b\r\n")), refused(Refusal::kFolded));
  EXPECT_EQ(verdict(get("X: a\r\n\tb: c\r\n")), refused(Refusal::kFolded));
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), refused(Refusal::kFolded));
}

TEST(Guard, H5RefusesLinesThatDoNotEndInCrLf) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\nHost: a\n\n"), refused(Refusal::kLineEnd));
  EXPECT_EQ(verdict(get("X: a\rY: b\r\n")), refused(Refusal::kLineEnd));
  EXPECT_EQ(verdict(get("X: a\nTransfer-Encoding: chunked\r\n")), refused(Refusal::kLineEnd));
  EXPECT_EQ(verdict("\n"), refused(Refusal::kLineEnd));
  EXPECT_EQ(verdict("\r\r"), refused(Refusal::kLineEnd));
}

TEST(Guard, H5RefusesControlOctetsAsSoonAsTheyArrive) {
  using std::string_literals::operator""s;
  EXPECT_EQ(verdict("GET /\0"s), refused(Refusal::kControlOctet));
  EXPECT_EQ(verdict("\x16\x03\x01"), refused(Refusal::kControlOctet));  // TLS to a plain port
  EXPECT_EQ(verdict(get("X: \x7f\r\n")), refused(Refusal::kControlOctet));
  EXPECT_EQ(verdict(get("X: a\x0b\r\n")), refused(Refusal::kControlOctet));
  EXPECT_TRUE(verdict(get("X: \xc3\xa9\ta\r\n")).starts_with("head of"));
}

TEST(Guard, H5RefusesNamesThatAreNone) {
  for (const auto* line : {"X : a", "X", ": a", "X\t: a", "X(: a", "H\xc3\xb6st: a", "X Y: a"}) {
    EXPECT_EQ(verdict(get(cat(line, "\r\n"))), refused(Refusal::kFieldName)) << line;
  }
}

TEST(Target, TakesPathsAndQueriesInTheCharactersOfUris) {
  for (const auto* target :
       {"/", "/v1", "/v1/blocks/10.0.0.0%2F24", "/a.b/..c/...", "/a?", "/?a=b&c=%20/?%ff",
        "/caf%C3%A9", "/2001:db8::1", "/a@b;c=1,2!$&'()*+~_-"}) {
    EXPECT_EQ(judge_target(target), std::nullopt) << target;
  }
}

TEST(Target, H8RefusesPathsThatMeanTwoThings) {
  for (const auto* target : {"/../etc/passwd", "/v1/../x",      "/v1/..",     "/.",
                             "/v1/./x",        "/%2e%2e/x",     "/.%2E/x",    "/%2e",
                             "/a%2F..%2Fb",    "/a%2f%2fb",     "/%00",       "/a%00.json",
                             "/%0d%0a",        "/%7f",          "//",         "//v1",
                             "/v1//x",         "/v1/",          "/v1%2f",     "/\\",
                             "/..\\x",         "/%5c",          "/%c0%af",    "/%c0%ae%c0%ae/x",
                             "/%e0%80%af",     "/%f0%80%80%af", "/%ed%a0%80", "/%f4%90%80%80",
                             "/%ff",           "/%c3",          "/%80"}) {
    EXPECT_EQ(judge_target(target), Refusal::kPath) << target;
  }
}

TEST(Target, H8RefusesWhatIsNoPath) {
  for (const auto* target : {"",
                             "*",
                             "v1",
                             "http://localhost/v1",
                             "localhost:80",
                             "?a",
                             "/a#b",
                             "/#",
                             "/a?b#c",
                             "/\xc0\xaf",
                             "/%",
                             "/%1",
                             "/%g0",
                             "/%-1",
                             "/?%",
                             "/?%4",
                             "/a\"b",
                             "/<a>",
                             "/{a}",
                             "/a|b",
                             "/a^b",
                             "/`",
                             "/a?b\\"}) {
    EXPECT_EQ(judge_target(target), Refusal::kTarget) << target;
  }
  EXPECT_TRUE(verdict(with_line("OPTIONS * HTTP/1.1")).starts_with("head of"));
  EXPECT_EQ(verdict(with_line("GET * HTTP/1.1")), refused(Refusal::kTarget));
}

TEST(Parse, GivesTheRequestThatTheGuardHasSeen) {
  const std::string octets =
      "PATCH /v1/a%20b?c=d?e HTTP/1.1\r\nHOST: localhost\r\nX-Two:  a b \r\nx-two: c\r\n"
      "Empty:\r\nContent-Length: 5\r\n\r\n";
  const auto head = std::get<Head>(judge_head(octets));
  const auto parsed = parse_head(octets, head);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->request.method, Method::kPatch);
  EXPECT_EQ(parsed->request.path, "/v1/a%20b");
  EXPECT_EQ(parsed->request.query, "c=d?e");
  const std::vector<Field> fields{{"host", "localhost"},
                                  {"x-two", "a b"},
                                  {"x-two", "c"},
                                  {"empty", ""},
                                  {"content-length", "5"}};
  EXPECT_EQ(parsed->request.fields, fields);
  EXPECT_TRUE(parsed->keep_alive);
}

TEST(Parse, KeepsTheConnectionUnlessItIsTold) {
  const auto kept = [](std::string_view octets) {
    return parse_head(octets, std::get<Head>(judge_head(octets)))->keep_alive;
  };
  EXPECT_TRUE(kept(get("")));
  EXPECT_FALSE(kept(get("Connection: close\r\n")));
  EXPECT_FALSE(kept(get("Connection: te, Close\r\n")));
  EXPECT_FALSE(kept("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(Parse, RefusesWhatBeastTakesForSomethingElse) {
  const std::string octets = get("Content-Length: 5\r\n");
  Head head = std::get<Head>(judge_head(octets));
  head.content_length = 6;
  EXPECT_FALSE(parse_head(octets, head));
  const std::string tokens = get("Connection: @@\r\n");
  EXPECT_FALSE(parse_head(tokens, std::get<Head>(judge_head(tokens))));
}

TEST(Refusals, HaveAStatusWithANameAndAProblemObject) {
  for (std::size_t i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    EXPECT_FALSE(reason_phrase(status_of(refusal)).empty()) << i;
  }
  const Response response = refuse(Refusal::kBodyTooLong);
  EXPECT_EQ(response.status, 413u);
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Content Too Large","status":413,)"
                           R"("detail":"The body is longer than 1 MiB."})");
}

}  // namespace
}  // namespace melange::http
