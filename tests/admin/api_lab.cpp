// SPDX-License-Identifier: Apache-2.0
#include "api_lab.h"

#include <algorithm>
#include <stdexcept>

namespace melange::admin {
namespace {

void must(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

constexpr auto kNoneOffered = [](store::BlockId) -> std::uint64_t { return 0; };

}  // namespace

std::string Asked::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &http::Field::name);
  return found != fields.end() ? found->value : std::string();
}

std::string Asked::at(std::string_view pointer) const {
  json::error_code error;
  const json::value whole = body();
  const json::value* found = whole.find_pointer({pointer.data(), pointer.size()}, error);
  return found != nullptr ? json::serialize(*found) : "(nothing)";
}

std::string Asked::text_at(std::string_view pointer) const {
  json::error_code error;
  const json::value whole = body();
  const json::value* found = whole.find_pointer({pointer.data(), pointer.size()}, error);
  must(found != nullptr && found->is_string(), "no text stands there");
  return std::string(found->as_string());
}

Asked ApiLab::ask(http::Method method, std::string_view target, std::string body,
                  std::vector<http::Field> fields) {
  http::Request request;
  request.method = method;
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.fields = std::move(fields);
  request.body = std::move(body);
  http::Response response =
      where(request) == Where::kTurn ? in_turn(request) : over_snapshot(request);
  if (response.events) events_ = std::move(response.events);
  return {response.status, std::move(response.fields), std::move(response.body)};
}

std::string ApiLab::make_policy(const std::string& name) {
  const Asked made = post("/v1/tenants/acme/policies", R"({"policy":{"name":")" + name + R"("}})");
  must(made.status == 201, "a policy could not be made");
  return made.field("Location");
}

void ApiLab::restart() {
  store_.reset();
  store_.emplace(test::open(directory_.file("store")));
}

void ApiLab::look(base::FunctionRef<void(const store::View&)> read) const {
  auto snapshot = store_->snapshot();
  must(snapshot.has_value(), "there is no snapshot");
  read(snapshot->view());
}

void ApiLab::apply(const store::Changes& changes) {
  auto txn = store_->begin();
  must(txn.has_value(), "there is no transaction");
  txn->act_as("dhcp", now_);
  for (const store::Change& change : changes) {
    must(txn->apply(change).has_value(), "a change was not applied");
  }
  must(txn->commit(now_).has_value(), "the commit failed");
}

Context ApiLab::context(const store::View& view) const {
  const auto read_store = [this](base::FunctionRef<void(const store::View&)> read) {
    look(read);
    return base::Status();
  };
  return {view, now_, principal_, settings_, kNoneOffered, read_store, "", explain_};
}

http::Response ApiLab::over_snapshot(const http::Request& request) const {
  auto snapshot = store_->snapshot();
  must(snapshot.has_value(), "there is no snapshot");
  const store::View view = snapshot->view();
  Outcome outcome = handle(request, context(view));
  must(view.ok(), "the view failed");
  must(outcome.changes.empty(), "a snapshot cannot be changed");
  return std::move(outcome.response);
}

http::Response ApiLab::in_turn(const http::Request& request) {
  auto txn = store_->begin();
  must(txn.has_value(), "there is no transaction");
  txn->act_as(principal_.actor, now_);
  const store::View view = txn->view();
  Outcome outcome = handle(request, context(view));
  must(outcome.response.status < 300 || outcome.changes.empty(), "a refusal changes the store");
  for (const store::Change& change : outcome.changes) {
    must(txn->apply(change).has_value(), "a change was not applied");
  }
  must(view.ok(), "the view failed");
  must(txn->commit(now_).has_value(), "the commit failed");
  return std::move(outcome.response);
}

}  // namespace melange::admin
