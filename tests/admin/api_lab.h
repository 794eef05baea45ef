// SPDX-License-Identifier: Apache-2.0
//
// The API over a store of the test's own: each request is answered as the server answers it, over a
// snapshot or inside of a transaction that is committed before the response is seen. What cannot be
// is thrown.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melange/admin/api.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::admin {

namespace json = boost::json;

inline Principal tenant_token(const std::string& tenant, bool may_write = true) {
  return {"token:" + tenant, false, may_write, {tenant}};
}

struct Asked {
  unsigned status = 0;
  std::vector<http::Field> fields;
  std::string text;

  std::string field(std::string_view name) const;
  json::value body() const { return text.empty() ? json::value() : json::parse(text); }
  // What stands at a JSON pointer, as JSON: `"lab"`; "(nothing)" if nothing does.
  std::string at(std::string_view pointer) const;
  std::string text_at(std::string_view pointer) const;  // of a text
};

class ApiLab {
 public:
  Asked ask(http::Method method, std::string_view target, std::string body = {},
            std::vector<http::Field> fields = {});
  Asked get(std::string_view target, std::vector<http::Field> fields = {}) {
    return ask(http::Method::kGet, target, {}, std::move(fields));
  }
  Asked post(std::string_view target, std::string body, std::vector<http::Field> fields = {}) {
    return ask(http::Method::kPost, target, std::move(body), std::move(fields));
  }
  Asked put(std::string_view target, std::string body, std::vector<http::Field> fields = {}) {
    return ask(http::Method::kPut, target, std::move(body), std::move(fields));
  }
  Asked patch(std::string_view target, std::string body, std::vector<http::Field> fields = {}) {
    return ask(http::Method::kPatch, target, std::move(body), std::move(fields));
  }
  Asked remove(std::string_view target, std::vector<http::Field> fields = {}) {
    return ask(http::Method::kDelete, target, {}, std::move(fields));
  }
  // A policy of the tenant acme; gives its path.
  std::string make_policy(const std::string& name);

  // The store as a new process finds it.
  void restart();
  void look(base::FunctionRef<void(const store::View&)> read) const;
  // As the wire changes it.
  void apply(const store::Changes& changes);

 protected:
  Principal principal_ = Principal::local();
  base::Instant now_ = test::at(1000);
  Settings settings_;
  Explain explain_;                            // none: nobody can be asked
  std::unique_ptr<http::EventSource> events_;  // of the last response that had some

 private:
  Context context(const store::View& view) const;
  http::Response over_snapshot(const http::Request& request) const;
  http::Response in_turn(const http::Request& request);

  test::TempDirectory directory_;
  std::optional<store::Store> store_ = test::open(directory_.file("store"));
};

}  // namespace melange::admin
