// SPDX-License-Identifier: Apache-2.0
//
// JSON inside of this module: Boost.JSON's values, which keep the order of their members. Texts
// that come from the store are valid UTF-8 (they were checked when they came in) or escaped.
#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace melange::admin {

namespace json = boost::json;

inline std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }
inline std::string_view view_of(json::string_view text) { return {text.data(), text.size()}; }

}  // namespace melange::admin
