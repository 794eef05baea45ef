// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "api_lab.h"

namespace melange::admin {

class Api : public testing::Test, protected ApiLab {};

}  // namespace melange::admin
