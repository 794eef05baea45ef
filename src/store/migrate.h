// SPDX-License-Identifier: Apache-2.0
//
// The store's schema: its number, and the way from an older one to the present one (hostile.md
// S10). That is one write transaction, so that whatever ends the process leaves a store of the one
// schema or of the other; what was there before is copied beside it first.
#pragma once

#include <lmdb.h>

#include "directory.h"
#include "melange/base/error.h"
#include "tables.h"

namespace melange::store {

// 0 if none stands there that can be read.
std::uint32_t schema_of(Tables& tables);
// What a new store begins with: the present schema, and the number that all ids of its objects
// begin with.
void begin_schema(Tables& tables);
// Does nothing unless the store has an older schema; needs an environment without transactions.
base::Status migrate(MDB_env* env, Directory& directory);

}  // namespace melange::store
