// SPDX-License-Identifier: MIT
/// @file
/// MobileNetV2 by name.
#pragma once

#include <vpr/backbone/mobile_net.hpp>
#include <vpr/model/staged_rows.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// torchvision's network.
inline std::vector<NamedSizes<MobileNetV2Config>> named_mobile_nets() { return {{"mobilenet-v2", {}}}; }

/// See `find_sizes`.
inline MobileNetV2Config find_mobile_net(std::string_view text) { return find_sizes("MobileNet", named_mobile_nets(), text); }

/// The rows of `named_mobile_nets`: see `NamedBackbone`.
struct MobileNetBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    return staged_rows<Row, MobileNetV2>(named_mobile_nets());
  }
};

}  // namespace vpr
