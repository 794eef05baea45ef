// SPDX-License-Identifier: Apache-2.0
#include "policy_rules.h"

#include <algorithm>

#include "etag.h"
#include "melange/base/text.h"
#include "melange/ipam/policy.h"
#include "page.h"
#include "policies.h"
#include "show.h"

namespace melange::admin {
namespace {

using base::cat;
using store::ObjectKind;
using store::Policy;
using store::PolicyOctet;
using store::PolicyRange;

constexpr std::size_t kToldAddresses = 100;
constexpr std::uint64_t kMostNumber = 1u << kInnerBits;

// What ranges and octets differ in.
template <class Rule>
struct Kind;

template <>
struct Kind<PolicyRange> {
  static constexpr ObjectKind kKind = ObjectKind::kPolicyRange;
  static constexpr std::string_view kName = "ip_range";
  static constexpr std::string_view kCollection = "ip_ranges";
  static constexpr std::string_view kFolder = "unusable_ip_ranges";

  static std::vector<PolicyRange>& of(Policy& policy) { return policy.ranges; }
  static void read(const Body& body, PolicyRange& range) {
    range.offset = body.get_or<std::int64_t>("offset", range.offset);
    const auto length = static_cast<std::int64_t>(range.length);
    range.length = static_cast<std::uint64_t>(body.get_or<std::int64_t>("length", length));
  }
};

template <>
struct Kind<PolicyOctet> {
  static constexpr ObjectKind kKind = ObjectKind::kPolicyOctet;
  static constexpr std::string_view kName = "ip_octet";
  static constexpr std::string_view kCollection = "ip_octets";
  static constexpr std::string_view kFolder = "unusable_ip_octets";

  static std::vector<PolicyOctet>& of(Policy& policy) { return policy.octets; }
  static void read(const Body& body, PolicyOctet& octet) {
    octet.octet = static_cast<std::uint8_t>(body.get_or<std::int64_t>("octet", octet.octet));
  }
};

std::expected<Policy, Problem> policy_of(const Call& call) {
  return find_policy(call, call.path.get("policy_id"));
}

template <class Rule>
struct Found {
  Policy policy;
  Rule rule;
};

template <class Rule>
std::expected<Found<Rule>, Problem> find_rule(const Call& call) {
  auto policy = policy_of(call);
  if (!policy) return std::unexpected(std::move(policy.error()));
  const auto number = number_of(call, Kind<Rule>::kKind, call.path.get("rule_id"));
  const bool is_its_own = number && *number >> kInnerBits == policy->id.value;
  auto& rules = Kind<Rule>::of(*policy);
  const auto rule =
      is_its_own ? std::ranges::find(rules, *number % kMostNumber, &Rule::number) : rules.end();
  if (rule == rules.end()) return std::unexpected(not_found(Kind<Rule>::kName));
  const Rule copy = *rule;
  return Found<Rule>{std::move(*policy), copy};
}

template <class Rule>
Reply reply_of(const Call& call, const Policy& policy, const Rule& rule) {
  Reply reply;
  reply.body.emplace(Kind<Rule>::kName, show(call.sight(), policy.id, rule));
  reply.revision = policy.revision;
  return reply;
}

// The policy with other rules, its blocks compiled anew, and what is denied now but in use.
void store_policy(const Call& call, Policy& policy, Reply& reply) {
  policy.revision = call.next_revision();
  ipam::Draft draft = call.draft();
  const auto denied = ipam::recompile_policy_blocks(draft, policy, kToldAddresses);
  draft.add(store::Put<Policy>{policy});
  reply.changes = draft.changes();
  if (denied.empty()) return;
  json::array addresses;
  for (const store::AddressKey& key : denied) addresses.emplace_back(address_id(call.view(), key));
  reply.body.emplace("denied_but_in_use", std::move(addresses));
}

template <class Rule>
Answer list_rules(const Call& call) {
  auto policy = policy_of(call);
  if (!policy) return std::unexpected(std::move(policy.error()));
  std::vector<json::object> all;
  for (const Rule& rule : Kind<Rule>::of(*policy))
    all.push_back(show(call.sight(), policy->id, rule));
  return list_of(call, Kind<Rule>::kCollection, all);
}

std::optional<Problem> full(const Policy& policy) {
  const bool has_room = policy.ranges.size() + policy.octets.size() < kRulesOfPolicy;
  if (has_room && policy.next_rule < kMostNumber) return std::nullopt;
  return Problem{422, "", cat("a policy has at most ", kRulesOfPolicy, " rules"), {}};
}

template <class Rule>
Answer create_rule(const Call& call) {
  auto policy = policy_of(call);
  if (!policy) return std::unexpected(std::move(policy.error()));
  if (auto problem = full(*policy)) return std::unexpected(std::move(*problem));
  Rule rule;
  rule.number = policy->next_rule++;
  Kind<Rule>::read(call.body, rule);
  Kind<Rule>::of(*policy).push_back(rule);
  policy->revision = call.next_revision();
  Reply reply = reply_of(call, *policy, rule);
  const std::uint64_t number = policy->id.value << kInnerBits | rule.number;
  reply.location =
      cat("/v1/tenants/", percent_encode(policy->tenant), "/policies/", call.path.get("policy_id"),
          '/', Kind<Rule>::kFolder, '/', uuid(call.view().store_id(), Kind<Rule>::kKind, number));
  store_policy(call, *policy, reply);
  return reply;
}

template <class Rule>
Answer show_rule(const Call& call) {
  const auto found = find_rule<Rule>(call);
  if (!found) return std::unexpected(found.error());
  return reply_of(call, found->policy, found->rule);
}

template <class Rule>
Answer update_rule(const Call& call) {
  auto found = find_rule<Rule>(call);
  if (!found) return std::unexpected(std::move(found.error()));
  auto& [policy, rule] = *found;
  if (auto problem = check_match(call, policy.revision)) return std::unexpected(*problem);
  Kind<Rule>::read(call.body, rule);
  *std::ranges::find(Kind<Rule>::of(policy), rule.number, &Rule::number) = rule;
  policy.revision = call.next_revision();
  Reply reply = reply_of(call, policy, rule);
  store_policy(call, policy, reply);
  return reply;
}

template <class Rule>
Answer delete_rule(const Call& call) {
  auto found = find_rule<Rule>(call);
  if (!found) return std::unexpected(std::move(found.error()));
  auto& [policy, rule] = *found;
  if (auto problem = check_match(call, policy.revision)) return std::unexpected(*problem);
  std::erase(Kind<Rule>::of(policy), rule);
  Reply reply;
  store_policy(call, policy, reply);
  return reply;
}

}  // namespace

Answer list_ranges(const Call& call) { return list_rules<PolicyRange>(call); }
Answer create_range(const Call& call) { return create_rule<PolicyRange>(call); }
Answer show_range(const Call& call) { return show_rule<PolicyRange>(call); }
Answer update_range(const Call& call) { return update_rule<PolicyRange>(call); }
Answer delete_range(const Call& call) { return delete_rule<PolicyRange>(call); }

Answer list_octets(const Call& call) { return list_rules<PolicyOctet>(call); }
Answer create_octet(const Call& call) { return create_rule<PolicyOctet>(call); }
Answer show_octet(const Call& call) { return show_rule<PolicyOctet>(call); }
Answer update_octet(const Call& call) { return update_rule<PolicyOctet>(call); }
Answer delete_octet(const Call& call) { return delete_rule<PolicyOctet>(call); }

}  // namespace melange::admin
