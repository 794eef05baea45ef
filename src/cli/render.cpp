// SPDX-License-Identifier: Apache-2.0
#include "render.h"

#include <array>
#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "melange/base/text.h"
#include "text_table.h"

namespace melange::cli {
namespace {

namespace json = boost::json;
using base::cat;

// A value within one cell: "a,b" for an array, "k=v,k=v" for an object; empty for null.
std::string cell(const json::value& value) {
  std::string out;
  if (const json::array* const array = value.if_array()) {
    for (const json::value& each : *array) out += cat(out.empty() ? "" : ",", cell(each));
    return out;
  }
  if (const json::object* const object = value.if_object()) {
    for (const auto& [key, each] : *object) {
      out += cat(out.empty() ? "" : ",", base::escape(std::string_view(key)), '=', cell(each));
    }
    return out;
  }
  if (value.is_null()) return out;
  if (const json::string* const text = value.if_string()) {
    return base::escape(std::string_view(*text));
  }
  return json::serialize(value);
}

std::string cell_of(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr ? cell(*found) : "";
}

Cells row(std::span<const std::string_view> columns, const json::value& value) {
  Cells out;
  const json::object* const object = value.if_object();
  for (const std::string_view column : columns) {
    out.push_back(object != nullptr ? cell_of(*object, column) : "");
  }
  return out;
}

std::vector<std::string_view> members_of(const json::array& objects) {
  std::vector<std::string_view> out;
  const json::object* const first = objects.empty() ? nullptr : objects.front().if_object();
  if (first == nullptr) return out;
  for (const auto& member : *first) out.emplace_back(member.key());
  return out;
}

std::string table(std::span<const std::string_view> columns, const json::array& objects) {
  Cells titles;
  for (const std::string_view column : columns) titles.push_back(base::escape(column));
  std::vector<Cells> rows{titles};
  for (const json::value& object : objects) rows.push_back(row(columns, object));
  return aligned(rows);
}

void add_members(const json::object& object, const std::string& prefix, std::vector<Cells>& rows) {
  for (const auto& [key, value] : object) {
    const std::string name = prefix + base::escape(std::string_view(key));
    const json::object* const inner = value.if_object();
    if (inner != nullptr && !inner->empty()) {
      add_members(*inner, name + '.', rows);
    } else {
      rows.push_back({name, cell(value)});
    }
  }
}

// "network lab, block 192.0.2.0/24": those that are there.
std::string named(const json::object& object, std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    const std::string value = cell_of(object, name);
    if (!value.empty()) out += cat(out.empty() ? "" : ", ", name, ' ', value);
  }
  return out.empty() ? out : out + '\n';
}

// What is decided as the log tells it, why, of what, and the options of the reply.
std::string as_explanation(const json::object& object) {
  constexpr std::array<std::string_view, 6> kOf{"network",  "block",       "pool",
                                                "identity", "reservation", "classes"};
  constexpr std::array<std::string_view, 3> kBoot{"server", "server_name", "file"};
  std::string out = cat(cell_of(object, "decision"), '\n', cell_of(object, "why"), '\n');
  out += named(object, kOf);
  const auto inner = [&](std::string_view name) {
    const json::value* const found = object.if_contains(name);
    return found != nullptr ? found->if_object() : nullptr;
  };
  if (const json::object* const record = inner("record")) {
    const std::string identity = cell_of(*record, "identity");
    const std::string until = cell_of(*record, "until");
    out += cat("now ", cell_of(*record, "state"), identity.empty() ? "" : " ", identity,
               until.empty() ? "" : " until ", until, '\n');
  }
  if (const json::object* const boot = inner("boot")) {
    const std::string text = named(*boot, kBoot);
    if (!text.empty()) out += "boot " + text;
  }
  std::vector<Cells> rows;
  if (const json::object* const options = inner("options")) add_members(*options, "  ", rows);
  return rows.empty() ? out : out + aligned(rows);
}

}  // namespace

std::string as_text(const Command& command, const Answer& answer) {
  if (answer.is_list) {
    const auto all = members_of(answer.objects);
    return table(command.columns.empty() ? std::span<const std::string_view>(all) : command.columns,
                 answer.objects);
  }
  if (answer.objects.empty()) return {};
  const json::object* const object = answer.objects.front().if_object();
  if (object == nullptr) return cell(answer.objects.front()) + '\n';
  if (command.layout == Layout::kExplanation) return as_explanation(*object);
  std::vector<Cells> rows;
  add_members(*object, "", rows);
  return aligned(rows);
}

std::string as_json(const Answer& answer) {
  std::string out;
  if (!answer.is_list) {
    return answer.objects.empty() ? out : as_json_line(answer.objects.front());
  }
  for (const json::value& object : answer.objects) {
    out += cat(out.empty() ? "[\n  " : ",\n  ", json::serialize(object));
  }
  return out.empty() ? "[]\n" : out + "\n]\n";
}

std::string as_text_line(const Command& command, const json::value& object) {
  const std::vector<Cells> one{row(command.columns, object)};
  return aligned(one);
}

std::string as_json_line(const json::value& object) { return json::serialize(object) + '\n'; }

}  // namespace melange::cli
