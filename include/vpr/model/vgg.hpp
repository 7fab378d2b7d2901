// SPDX-License-Identifier: MIT
/// @file
/// VGG-16 by name.
#pragma once

#include <vpr/backbone/vgg.hpp>
#include <vpr/model/staged_rows.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// VGG-16 up to conv5_3.
inline std::vector<NamedSizes<VggConfig>> named_vggs() { return {{"vgg16", {}}}; }

/// See `find_sizes`.
inline VggConfig find_vgg(std::string_view text) { return find_sizes("VGG", named_vggs(), text); }

/// The rows of `named_vggs`: see `NamedBackbone`.
struct VggBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    return staged_rows<Row, Vgg>(named_vggs());
  }
};

}  // namespace vpr
