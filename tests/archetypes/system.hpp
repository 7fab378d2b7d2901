// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/aggregator.hpp>
#include <vpr/autograd.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/pipeline.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The mean of the patches beside their GeM, at unit length.
template <class B>
struct MeanAndGeM {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t dimensions(std::int64_t channels) const { return 2 * channels; }
  X operator()(const vpr::Features<X>& features) const {
    return vpr::l2_normalize(vpr::concat(vpr::mean(features.patches), gem(features), 1));
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    gem.visit(visitor, prefix + "gem.");
  }

  vpr::GeM<B> gem;
};

/// It on any network, as a row.
struct RangedSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>(std::string_view network) {
      return vpr::Pipeline(vpr::make_backbone<B>(network), MeanAndGeM<B>(), vpr::ResizeThenNormalise<>{{{480, 640}}});
    };
    return {Row{.name = "ranged",
                .meaning = "ResNet-18, mean and GeM",
                .paper = "none",
                .weights = "none",
                .licence = "ours",
                .backbone = "resnet18",
                .preprocess = "resize-8-bit-then-normalise",
                .size = {480, 640},
                .dimensions = 1024,
                .recipe = "head",
                .factory = make}};
  }
};
