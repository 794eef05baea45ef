// SPDX-License-Identifier: Apache-2.0
#include "fetch.h"

#include <algorithm>
#include <iterator>

#include "event_stream.h"
#include "melange/base/text.h"
#include "problem.h"

namespace melange::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kPages = 100'000;
constexpr std::string_view kLinks = "_links";

struct Page {
  Answer answer;
  std::string next;  // the target of the next page; empty: this is the last
};

std::unexpected<base::Error> not_understood(std::string_view why) {
  return base::failure(base::Fault::kSystem,
                       base::cat("the server's answer is not understood: ", why));
}

// The path and query of a link. Whatever host it names, it is this server that we ask, so that a
// link cannot carry the token elsewhere; what is not printable cannot be in a request line.
std::string target_in(std::string_view href) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (href.starts_with(scheme))
      href = href.substr(std::min(href.find('/', scheme.size()), href.size()));
  }
  const bool printable = std::ranges::all_of(href, [](char c) { return c > ' ' && c <= '~'; });
  return href.starts_with('/') && printable ? std::string(href) : "";
}

std::string next_in(const json::value& links) {
  const json::array* const all = links.if_array();
  if (all == nullptr) return {};
  for (const json::value& value : *all) {
    const json::object* const link = value.if_object();
    const json::value* const rel = link != nullptr ? link->if_contains("rel") : nullptr;
    const json::value* const href = link != nullptr ? link->if_contains("href") : nullptr;
    if (rel == nullptr || href == nullptr || *rel != "next" || !href->is_string()) continue;
    return target_in(std::string_view(href->get_string()));
  }
  return {};
}

Answer unwrapped(json::object body) {
  if (body.empty()) return {};
  json::value& inner = body.begin()->value();
  if (body.size() == 1 && inner.is_array()) return {true, std::move(inner.get_array())};
  if (body.size() == 1 && inner.is_object()) return {false, {std::move(inner)}};
  return {false, {json::value(std::move(body))}};
}

base::Result<Page> page_of(const Response& response) {
  if (response.body.empty()) return Page{};
  json::error_code error;
  json::value body = json::parse(response.body, error);
  if (error) return not_understood(base::cat("no JSON: ", error.message()));
  if (!body.is_object()) return not_understood("no JSON object");
  Page page;
  json::object& members = body.get_object();
  const auto links = std::ranges::find_if(members, [](const json::key_value_pair& member) {
    return std::string_view(member.key()).ends_with(kLinks) && member.value().is_array();
  });
  if (links != members.end() && members.size() > 1) {
    page.next = next_in(links->value());
    members.erase(links);
  }
  page.answer = unwrapped(std::move(members));
  return page;
}

}  // namespace

base::Result<std::variant<Answer, Refusal>> fetch(Transport& transport, Request request) {
  Answer whole;
  for (std::size_t count = 0; count < kPages; ++count) {
    const auto response = transport.send(request);
    if (!response) return std::unexpected(response.error());
    if (!response->is_success()) return Refusal{problem_text(*response)};
    auto page = page_of(*response);
    if (!page) return std::unexpected(page.error());
    whole.is_list = page->answer.is_list;
    std::ranges::move(page->answer.objects, std::back_inserter(whole.objects));
    if (page->next.empty() || !whole.is_list) return whole;
    if (page->next == request.target) return not_understood("a page that is its own next page");
    request.target = page->next;
  }
  return not_understood("a list without an end");
}

base::Result<Refusal> follow(Transport& transport, const Request& request,
                             base::FunctionRef<void(const json::value&)> take) {
  EventStream events;
  base::Status understood;
  const auto take_event = [&](std::string_view data) {
    json::error_code error;
    const json::value event = json::parse(data, error);
    if (error) understood = not_understood(base::cat("an event: ", error.message()));
    if (!error) take(event);
  };
  const auto response =
      transport.stream(request, [&](std::string_view bytes) { events.feed(bytes, take_event); });
  if (!response) return std::unexpected(response.error());
  if (!response->is_success()) return Refusal{problem_text(*response)};
  if (!understood) return std::unexpected(understood.error());
  return base::failure(base::Fault::kUnavailable, "the server ended the stream");
}

}  // namespace melange::cli
