// SPDX-License-Identifier: Apache-2.0
#include "policies.h"

#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/policy.h"
#include "page.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::ObjectKind;
using store::Policy;
using store::PolicyId;

std::string path_of(const Call& call, const Policy& policy) {
  return cat("/v1/tenants/", percent_encode(policy.tenant), "/policies/",
             uuid(call.view().store_id(), ObjectKind::kPolicy, policy.id.value));
}

Reply reply_of(const Call& call, const Policy& policy) {
  Reply reply;
  reply.body.emplace("policy", show(call.sight(), policy));
  reply.revision = policy.revision;
  return reply;
}

std::expected<Policy, Problem> found(const Call& call) {
  return find_policy(call, call.path.get("policy_id"));
}

}  // namespace

std::expected<Policy, Problem> find_policy(const Call& call, std::string_view id) {
  const auto number = number_of(call, ObjectKind::kPolicy, id);
  auto policy = number ? call.view().policy(PolicyId{*number}) : std::nullopt;
  if (!policy || policy->tenant != call.tenant()) return std::unexpected(not_found("policy"));
  return std::move(*policy);
}

Answer list_policies(const Call& call) {
  const auto after = marker_number(call, ObjectKind::kPolicy);
  if (!after) return std::unexpected(after.error());
  const auto shown = [&](std::uint64_t number) -> std::optional<json::object> {
    const auto policy = call.view().policy(PolicyId{number});
    return policy ? std::optional(show(call.sight(), *policy)) : std::nullopt;
  };
  return list(call, "policies", store::Listing::policies_of(call.tenant()), *after, shown);
}

Answer create_policy(const Call& call) {
  if (auto problem = foreign_tenant(call)) return std::unexpected(std::move(*problem));
  Policy policy;
  policy.id = PolicyId{call.view().next_number(ObjectKind::kPolicy)};
  policy.tenant = call.tenant();
  policy.name = call.body.get_or<std::string>("name", "");
  policy.description = call.body.get_or<std::string>("description", "");
  policy.created = call.now();
  policy.revision = call.next_revision();
  Reply reply = reply_of(call, policy);
  reply.location = path_of(call, policy);
  reply.changes.emplace_back(store::Put<Policy>{std::move(policy)});
  return reply;
}

Answer show_policy(const Call& call) {
  const auto policy = found(call);
  if (!policy) return std::unexpected(policy.error());
  return reply_of(call, *policy);
}

Answer update_policy(const Call& call) {
  auto policy = found(call);
  if (!policy) return std::unexpected(policy.error());
  if (auto problem = check_match(call, policy->revision)) return std::unexpected(*problem);
  if (auto problem = foreign_tenant(call)) return std::unexpected(std::move(*problem));
  call.body.update<std::string>("name", policy->name, std::string());
  call.body.update<std::string>("description", policy->description, std::string());
  policy->revision = call.next_revision();
  Reply reply = reply_of(call, *policy);
  reply.changes.emplace_back(store::Put<Policy>{std::move(*policy)});
  return reply;
}

Answer delete_policy(const Call& call) {
  const auto policy = found(call);
  if (!policy) return std::unexpected(policy.error());
  if (auto problem = check_match(call, policy->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  ipam::detach_policy(draft, policy->id);
  draft.add(store::Erase<Policy>{policy->id});
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
