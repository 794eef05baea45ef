// SPDX-License-Identifier: Apache-2.0
//
// The default file, from the fields of fields.h: help lines begin with ##, a key that is left out
// by default with a single #. Taking each single # away gives a file that `parse` takes as well.
#include <algorithm>

#include "codec.h"
#include "fields.h"
#include "melange/base/check.h"
#include "melange/config/load.h"

namespace melange::config {
namespace {

using base::cat;

constexpr std::string_view kPreamble =
    "## Every key of Melange's configuration, with its default. A line that begins with one # "
    "shows\n"
    "## a key or section that is left out by default; take the # away to use it.\n";

// A default as TOML; empty if it is "nothing".
template <class T>
std::string default_text(const T& value) {
  if constexpr (requires { value.value; }) {
    return default_text(value.value);
  } else if constexpr (requires { Codec<T>::write(value); }) {
    return Codec<T>::write(value);
  } else if constexpr (requires(T list) { list.push_back(list.front()); }) {
    std::vector<std::string> elements;
    for (const auto& element : value) elements.push_back(default_text(element));
    base::check(std::ranges::none_of(elements, &std::string::empty));
    return cat('[', base::join(elements, ", "), ']');
  } else {
    return "";
  }
}

template <class T>
constexpr bool kIsList = false;
template <class T>
constexpr bool kIsList<std::vector<T>> = true;

class Printer {
 public:
  // The fields of `defaults`, whose header has been printed; `path` is its dotted name.
  template <Described T>
  void print_table(const T& defaults, const std::string& path, bool commented) {
    for_each_field<T>([&](const auto& field) {
      using Value = std::remove_cvref_t<decltype(defaults.*field.member)>;
      if constexpr (Described<Leaf<Value>>) {
        if (field.example.empty())
          return print_section<Value>(field.key, field.help, path, commented);
      }
      const bool shown_only = !field.example.empty();
      const std::string value =
          shown_only ? std::string(field.example) : default_text(defaults.*field.member);
      base::check(!value.empty());
      print(commented || shown_only, field.help, cat(field.key, " = ", value));
    });
  }

  std::string take() { return std::move(out_); }

 private:
  // Lists of sections have none by default: they are shown as comments.
  template <class Value>
  void print_section(std::string_view key, std::string_view help, const std::string& path,
                     bool commented) {
    commented = commented || kIsList<Value>;
    const std::string name = path.empty() ? std::string(key) : cat(path, '.', key);
    out_ += '\n';
    print(commented, help, kIsList<Value> ? cat("[[", name, "]]") : cat('[', name, ']'));
    print_table(Leaf<Value>{}, name, commented);
  }

  void print(bool commented, std::string_view help, std::string_view line) {
    out_ += cat("## ", help, '\n', commented ? "# " : "", line, '\n');
  }

  std::string out_{kPreamble};
};

}  // namespace

std::string default_file() {
  Printer printer;
  printer.print_table(Config{}, "", false);
  return printer.take();
}

}  // namespace melange::config
