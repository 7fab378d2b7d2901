// SPDX-License-Identifier: MIT
/// @file
/// What a backbone that is asked for by name may be asked to be.
#pragma once

#include <vpr/core/error.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace vpr {

/// How a backbone is made, where it is not as published.
struct BackboneOptions {
  std::int64_t parts = 0;          ///< its first ones, without the normalisation at its end; 0: the whole
  std::string position_rule = {};  ///< how its position embeddings are resized, see `find_position_rule`; empty: as published
};

/// A backbone's name and how many of its parts are taken: `dinov2-vits14`, or `dinov2-vits14:8` for the first eight.
struct BackboneName {
  std::string_view name;
  std::int64_t parts = 0;  ///< 0: all

  /// @throws ConfigError  for a colon without a number of parts behind it
  explicit BackboneName(std::string_view text) : name(text.substr(0, text.find(':'))) {
    if (name.size() == text.size()) return;
    const std::string_view digits = text.substr(name.size() + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts);
    VPR_REQUIRE(ConfigError, error == std::errc() && end == digits.data() + digits.size() && parts > 0, "backbone '", text,
                "': want the number of its first parts behind the colon, such as dinov2-vits14:8");
  }
};

}  // namespace vpr
