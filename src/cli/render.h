// SPDX-License-Identifier: Apache-2.0
//
// The server's objects as text: for people in columns, with all that is not printable escaped; for
// programs as JSON.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "command.h"
#include "fetch.h"

namespace melange::cli {

// A list: a table with the command's columns, or with all members if it has none. One object: a
// line for each member, those of objects in it as "outer.inner". Nothing: nothing.
std::string as_text(const Command& command, const Answer& answer);
// One document: an array of a list's objects, one a line; or the object. Nothing: nothing.
std::string as_json(const Answer& answer);

// The same for one object of a list that has no end: the columns without their titles, one line.
std::string as_text_line(const Command& command, const boost::json::value& object);
std::string as_json_line(const boost::json::value& object);

}  // namespace melange::cli
