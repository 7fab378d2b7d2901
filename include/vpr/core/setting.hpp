// SPDX-License-Identifier: MIT
/// @file
/// Settings that are numbers: what is refused of any of them.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>

#include <cmath>
#include <limits>

namespace vpr::detail {

/// Whether a setting is a number that float32 holds: not NaN, not infinite, not beyond its range.
inline bool is_setting(const double& value) {
  return is_finite(value) && std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
}

/// Whether a setting is such a number above 0, and not so near to it that 1 over it is infinite in float32.
inline bool is_positive_setting(const double& value) {
  return is_setting(value) && value >= static_cast<double>(std::numeric_limits<float>::min());
}

/// Refuses a setting that is no number of float32, or is below `least`.
/// @throws ConfigError  that names the component, the setting and its value.
inline void require_setting(const char* component, const char* setting, const double& value, double least) {
  VPR_REQUIRE(ConfigError, is_setting(value) && value >= least, component, ": got ", setting, ' ', value, ", want a finite one from ",
              least);
}
inline void require_setting(const char* component, const char* setting, const double& value) {
  VPR_REQUIRE(ConfigError, is_setting(value), component, ": got ", setting, ' ', value, ", want a finite one");
}

/// Refuses a setting that is no number of float32 above 0.
/// @throws ConfigError  as `require_setting`
inline void require_positive_setting(const char* component, const char* setting, const double& value) {
  VPR_REQUIRE(ConfigError, is_positive_setting(value), component, ": got ", setting, ' ', value, ", want a finite one above 0");
}

}  // namespace vpr::detail
