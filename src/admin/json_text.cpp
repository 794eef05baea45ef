// SPDX-License-Identifier: Apache-2.0
#include "json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "melange/base/text.h"

namespace melange::admin {
namespace {

constexpr std::size_t kShownKey = 64;

// Hears a text's elements in their order and notes what Boost.JSON would let through.
class Listener {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  const std::string& fault() const { return fault_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    names_.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_ += view_of(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    name_ += view_of(part);
    const auto [at, added] = names_.back().insert(std::move(name_));
    name_.clear();
    if (added) return true;
    const std::string_view shown = std::string_view(*at).substr(0, kShownKey);
    return stop(base::cat("the member '", base::escape(shown), "' stands twice in one object"),
                error);
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double number, json::string_view, json::error_code& error) {
    return std::isfinite(number) || stop("a number is too large", error);
  }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool stop(std::string fault, json::error_code& error) {
    fault_ = std::move(fault);
    error = json::error::syntax;
    return false;
  }

  std::vector<std::set<std::string>> names_;  // of the members so far, of each object around
  std::string name_;
  std::string fault_;
};

std::string not_json(const json::error_code& error) {
  if (error == json::error::too_deep) {
    return base::cat("the JSON is nested deeper than ", kJsonDepth, " levels");
  }
  if (error == json::error::extra_data) return "something stands behind the end of the JSON";
  if (error == json::error::incomplete) return "the JSON ends too early";
  return "the body is not JSON (RFC 8259) in UTF-8";
}

}  // namespace

std::expected<json::value, std::string> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepth;
  json::basic_parser<Listener> listener(options);
  json::error_code error;
  const std::size_t read = listener.write_some(false, text.data(), text.size(), error);
  if (!listener.handler().fault().empty()) return std::unexpected(listener.handler().fault());
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) return std::unexpected(not_json(error));
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::unexpected(not_json(error));
  return value;
}

}  // namespace melange::admin
