// SPDX-License-Identifier: Apache-2.0
#include "application.h"

namespace melange::daemon {
namespace {

http::Response unauthorized(const http::Request& request, admin::Unauthorized reason) {
  http::Response response = admin::problem(401, "Unauthorized", admin::text(reason), request);
  response.fields.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

}  // namespace

Application::Application(const store::Store& store, const io::Clock& clock, Operations& operations)
    : store_(&store),
      clock_(&clock),
      operations_(&operations),
      settings_(std::make_shared<Settings>()) {}

void Application::set(Settings settings) {
  auto fresh = std::make_shared<const Settings>(std::move(settings));
  const std::scoped_lock lock(mutex_);
  settings_ = std::move(fresh);
}

void Application::set_degraded(std::string why) {
  const std::scoped_lock lock(mutex_);
  degraded_ = std::move(why);
}

void Application::set_warning(std::string warning) {
  const std::scoped_lock lock(mutex_);
  warning_ = std::move(warning);
}

std::string Application::warning() const {
  const std::scoped_lock lock(mutex_);
  return warning_;
}

std::shared_ptr<const Application::Settings> Application::settings() const {
  const std::scoped_lock lock(mutex_);
  return settings_;
}

std::optional<http::Response> Application::admit(const http::Request& head) {
  if (admin::is_public(head)) return std::nullopt;
  const auto current = settings();
  const auto principal = admin::authenticate(head, current->tokens ? &*current->tokens : nullptr);
  if (!principal) return unauthorized(head, principal.error());
  return std::nullopt;
}

std::optional<http::Response> Application::readiness(const http::Request& request) const {
  if (request.path != "/readyz") return std::nullopt;
  const std::scoped_lock lock(mutex_);
  if (degraded_.empty()) return std::nullopt;
  return admin::problem(503, "Service Unavailable", degraded_, request);
}

void Application::handle(http::Request request, http::Reply reply) {
  if (auto response = readiness(request)) return reply(std::move(*response));
  const auto current = settings();
  auto principal = admin::authenticate(request, current->tokens ? &*current->tokens : nullptr);
  // A public route has no need to know; what it may not do otherwise, nobody may.
  if (!principal) principal = admin::Principal{};
  if (admin::where(request) == admin::Where::kSnapshot) {
    return reply(read(request, *principal, *current));
  }
  Operation operation{std::move(request), std::move(*principal), reply};
  if (operations_->push(std::move(operation))) return;
  reply(admin::problem(503, "Service Unavailable", "Too many requests wait for the store.",
                       operation.request));
}

base::Status Application::read_store(base::FunctionRef<void(const store::View&)> read) const {
  auto snapshot = store_->snapshot();
  if (!snapshot) return std::unexpected(snapshot.error());
  const store::View view = snapshot->view();
  read(view);
  if (!view.ok()) return std::unexpected(view.error());
  return {};
}

void Application::set_offered(std::map<store::BlockId, std::uint64_t> offered) {
  const std::scoped_lock lock(mutex_);
  offered_ = std::move(offered);
}

std::uint64_t Application::offered(store::BlockId block) const {
  const std::scoped_lock lock(mutex_);
  const auto at = offered_.find(block);
  return at == offered_.end() ? 0 : at->second;
}

http::Response Application::read(const http::Request& request, const admin::Principal& principal,
                                 const Settings& settings) const {
  const auto failed = [&](const base::Error& error) {
    return admin::problem(503, "Service Unavailable", error.message, request);
  };
  auto snapshot = store_->snapshot();
  if (!snapshot) return failed(snapshot.error());
  const store::View view = snapshot->view();
  const auto on_offer = [this](store::BlockId block) { return offered(block); };
  const admin::ReadStore reader = [this](base::FunctionRef<void(const store::View&)> see) {
    return read_store(see);
  };
  const admin::Context context{view,     clock_->now(), principal, *settings.api,
                               on_offer, reader,        warning()};
  admin::Outcome outcome = admin::handle(request, context);
  if (!view.ok()) return failed(view.error());
  return std::move(outcome.response);
}

}  // namespace melange::daemon
