// SPDX-License-Identifier: MIT
/// @file
/// Which code runs which case of a golden file: `NAME`, or `NAME_gradient` for a file with a cotangent and gradients. Each `cases_FOLDER.cpp`
/// registers the cases of one folder of the library:
///
///     static const vpr::test::Register gem("gem", [](const Golden& golden, const Options& options, Check& check) {
///       check("main", ...);
///     });
#pragma once

#include "tests/support/golden.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

inline const std::vector<std::string> backends{
    "cpu",
    "reference",
#ifdef VPR_WITH_THRUST
    "thrust",
#endif
};

/// Why a file is not run.
struct Skipped {
  std::string reason;
};

struct Options {
  std::string backend = backends.front();
  std::string weights;  // a file of real weights for the cases `real_*`
};

/// Computes what the golden file asks for and hands each output to the check. An exception fails the case.
/// A runner throws `Skipped` for a file of its case that asks for what the library does not have.
using Runner = std::function<void(const Golden&, const Options&, Check&)>;

inline std::map<std::string, Runner>& runners() {
  static std::map<std::string, Runner> all;
  return all;
}

struct Register {
  Register(const std::string& kind, Runner runner) { runners()[kind] = std::move(runner); }
};

}  // namespace vpr::test
