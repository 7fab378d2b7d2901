// SPDX-License-Identifier: MIT
/// @file
/// SIFT on a regular grid by name: with `+vlad` the features of DenseVLAD (Torii et al., CVPR 2015). Made where the component vpr::opencv is linked.
#pragma once

#ifdef VPR_WITH_OPENCV
#include <vpr/backbone/dense_sift.hpp>
#endif
#include <vpr/backbone/any.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/backbone_name.hpp>

#include <string>
#include <vector>

namespace vpr {

/// See `NamedBackbone`. A program without OpenCV has the row, too, and says what it lacks when the network is asked for.
struct DenseSiftBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>([[maybe_unused]] const BackboneOptions& options) -> AnyBackbone<B> {
#ifdef VPR_WITH_OPENCV
      VPR_REQUIRE(ConfigError, options.parts == 0 && options.position_rule.empty(),
                  "backbone 'dense-sift' is not cut, and has no position embeddings");
      return DenseSift<B>();
#else
      fail<ConfigError>(
          "backbone 'dense-sift' needs the component opencv, without which this program was built: build it where OpenCV is installed "
          "(Debian: libopencv-features2d-dev)");
#endif
    };
    return {{.name = "dense-sift",
             .meaning = "RootSIFT of a grid's regions of four widths, by OpenCV: 128 channels",
             .position_rule = "none",
             .preprocess = std::string(resize_8_bit),
             .learned = false,
             .factory = make}};
  }
};

}  // namespace vpr
