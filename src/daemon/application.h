// SPDX-License-Identifier: Apache-2.0
//
// What the HTTP server asks: who may come in, and what he gets. Reads are answered on its thread
// over a snapshot; what writes goes to the turn. Everything here but `handle` and `admit` is called
// from the turn's thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "melange/admin/api.h"
#include "melange/admin/authenticate.h"
#include "melange/admin/tokens.h"
#include "melange/http/server.h"
#include "melange/io/clock.h"
#include "melange/store/store.h"
#include "operations.h"

namespace melange::daemon {

class Application final : public http::Application {
 public:
  // What a reload replaces.
  struct Settings {
    std::optional<admin::Tokens> tokens;  // none: none are configured
    std::shared_ptr<const admin::Settings> api;
  };
  Application(const store::Store& store, const io::Clock& clock, Operations& operations);

  void set(Settings settings);
  // Why the server is not ready; empty if it is.
  void set_degraded(std::string why);
  // What an operator should know although the server is ready; empty: nothing (hostile.md C8).
  void set_warning(std::string warning);
  // How many addresses of each block are on offer.
  void set_offered(std::map<store::BlockId, std::uint64_t> offered);

  std::optional<http::Response> admit(const http::Request& head) override;
  void handle(http::Request request, http::Reply reply) override;

 private:
  std::shared_ptr<const Settings> settings() const;
  std::string warning() const;
  http::Response read(const http::Request& request, const admin::Principal& principal,
                      const Settings& settings) const;
  std::optional<http::Response> readiness(const http::Request& request) const;
  base::Status read_store(base::FunctionRef<void(const store::View&)> read) const;
  std::uint64_t offered(store::BlockId block) const;

  const store::Store* store_;
  const io::Clock* clock_;
  Operations* operations_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Settings> settings_;
  std::string degraded_;
  std::string warning_;
  std::map<store::BlockId, std::uint64_t> offered_;
};

}  // namespace melange::daemon
