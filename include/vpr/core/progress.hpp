// SPDX-License-Identifier: MIT
/// @file
/// How long-running functions report their progress.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace vpr {

/// Called with the stage's name, how many of its steps are done and how many there are (0: not known).
/// An empty one is allowed and means silence. It is called from the thread that called the library.
using Progress = std::function<void(std::string_view stage, std::int64_t done, std::int64_t total)>;

}  // namespace vpr
