// SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include <algorithm>

#include "characters.h"
#include "refusal.h"

namespace melange::http {
namespace {

// Nothing that came from a client may begin a line of its own.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    const bool control = (c >= '\0' && c < ' ') || c == '\x7f';
    out += control ? ' ' : c;
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  append_value(out, value);
  out += "\r\n";
}

bool has_cache_rule(const Response& response) {
  return std::ranges::any_of(response.fields, [](const Field& field) {
    return same_letters(field.name, "cache-control");
  });
}

}  // namespace

bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

std::string encode_head(const Response& response, bool keep_alive) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  for (const Field& field : response.fields) append_field(out, field.name, field.value);
  if (has_body(response.status) && !response.events) {
    append_field(out, "Content-Length", std::to_string(response.body.size()));
  }
  append_field(out, "X-Content-Type-Options", "nosniff");
  if (!has_cache_rule(response)) append_field(out, "Cache-Control", "no-store");
  if (!keep_alive || response.events) append_field(out, "Connection", "close");
  out += "\r\n";
  return out;
}

}  // namespace melange::http
