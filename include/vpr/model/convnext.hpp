// SPDX-License-Identifier: MIT
/// @file
/// The published ConvNeXts by name.
#pragma once

#include <vpr/backbone/convnext.hpp>
#include <vpr/model/staged_rows.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// torchvision's networks.
inline std::vector<NamedSizes<ConvNextConfig>> named_convnexts() {
  return {{"convnext-tiny", {}},
          {"convnext-small", {.blocks = {3, 3, 27, 3}}},
          {"convnext-base", {.blocks = {3, 3, 27, 3}, .width = 128}},
          {"convnext-large", {.blocks = {3, 3, 27, 3}, .width = 192}}};
}

/// See `find_sizes`.
inline ConvNextConfig find_convnext(std::string_view text) { return find_sizes("ConvNeXt", named_convnexts(), text); }

/// The rows of `named_convnexts`: see `NamedBackbone`.
struct ConvNextBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    return staged_rows<Row, ConvNext>(named_convnexts());
  }
};

}  // namespace vpr
