// SPDX-License-Identifier: MIT
// Every learned aggregator over `Recorded`: the gradients of its parameters.
#include <vpr/aggregator.hpp>

#include "tests/autograd/component_gradients.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

template <class A>
void check(A aggregator, const Features<V>& features) {
  check_parameter_gradients(aggregator, [&](const A& a) { return a(features); });
}

const Grid grid{3, 4};

}  // namespace

TEST_CASE("Gradients of SALAD's parameters agree with central differences, with and without dustbin and class token") {
  const SaladSettings whole{.channels = 7, .clusters = 4, .cluster_dim = 3, .token_dim = 5, .hidden = 6};
  SaladSettings without = whole;
  without.dustbin = false;
  without.token_dim = 0;
  check(SaladAggregator<Training>(whole), constant_features(2, 7, grid, 1));
  check(SaladAggregator<Training>(without), constant_features(2, 7, grid, 1));
}

TEST_CASE("Gradients of NetVLAD's parameters agree with central differences, in both layouts") {
  for (const NetVladLayout layout : {NetVladLayout::word_major, NetVladLayout::channel_major}) {
    check(NetVlad<Training>({.channels = 5, .clusters = 3, .with_bias = true, .layout = layout}), constant_features(2, 5, grid, 1));
    check(NetVlad<Training>({.channels = 5, .clusters = 3, .intra_normalize = false, .layout = layout}), constant_features(2, 5, grid, 1));
  }
}

TEST_CASE("Gradients of MixVPR's parameters agree with central differences") {
  check(MixVpr<Training>({.channels = 5, .grid = grid, .depth = 2, .out_channels = 3, .rows = 2}), constant_features(2, 5, grid, 1));
}

TEST_CASE("Gradients of CosPlace's and Conv-AP's parameters agree with central differences") {
  check(CosPlace<Training>({.channels = 5, .outputs = 4}), constant_features(2, 5, grid, 1));
  check(ConvAp<Training>({.channels = 5, .out_channels = 3, .rows = 2, .columns = 3}), constant_features(2, 5, grid, 1));
}

TEST_CASE("Gradients of BoQ's parameters agree with central differences") {
  check(Boq<Training>({.channels = 5, .projected = 6, .head = 3, .queries = 3, .layers = 2, .rows = 2}), constant_features(2, 5, grid, 1));
}

TEST_CASE("Gradients of a split's and of GeM's power agree with central differences") {
  check(SplitAggregator<Split<1, 2, 3>, Training>(), constant_features(2, 5, grid, 1));
  check(SplitAggregator<Split<1, 2>, Training>({.whole = WholeRegion::gem}), constant_features(2, 5, grid, 1));
  check(GeM<Training>(), constant_features(2, 5, grid, 1));
}

TEST_CASE("Gradients of the cross-image encoder's parameters agree with central differences, in each batch context") {
  const CrossImageSettings settings{.channels = 6, .heads = 2, .hidden = 5};
  using CrossImage = CrossImageAggregator<Split<1, 2>, Training>;
  for (const auto& batch_context :
       {BatchContext<V>::alone(), BatchContext<V>::blocks(2), BatchContext<V>::with(constant(Shape{2, 5, 6}, 7))}) {
    CrossImage aggregator(settings);
    aggregator.batch_context = batch_context;
    check(aggregator, constant_features(3, 6, grid, 1));
  }
}

TEST_CASE("Gradients of a projected GeM's parameters agree with central differences; a binary one is recorded before its signs") {
  for (const bool binary : {false, true})
    check(ProjectedGem<Training>({.channels = 5, .outputs = 4, .binary = binary}), constant_features(2, 5, grid, 1));
  check(OfChannels{ProjectedGem<Training>({.channels = 5, .outputs = 4}), 2, 7}, constant_features(2, 9, grid, 1));
}

TEST_CASE("Gradients of EDTformer's parameters agree with central differences") {
  check(EdtFormer<Training>({.channels = 6, .heads = 2, .queries = 3, .layers = 2, .outputs = 4, .rows = 2}),
        constant_features(2, 6, grid, 1));
}

TEST_CASE("Gradients of SuperVLAD's parameters agree with central differences, by itself and across photos") {
  check(SuperVlad<Training>({.channels = 5, .clusters = 3, .ghosts = 2}), constant_features(2, 5, grid, 1));
  AcrossPhotos aggregator(SuperVlad<Training>({.channels = 6, .clusters = 2}), {.channels = 6, .heads = 2, .hidden = 5});
  aggregator.batch_context = BatchContext<V>::blocks(3);
  check(aggregator, constant_features(3, 6, grid, 1));
}

TEST_CASE("Gradients of a projection's and of its aggregator's parameters agree with central differences") {
  check(Projected(NetVlad<Training>({.channels = 5, .clusters = 3}), 5, 4), constant_features(2, 5, grid, 1));
}

TEST_CASE("Gradients of LevelAttention's parameters agree with central differences") {
  check(LevelAttention<Training>(4, 2), constant_features(2, 9, grid, 1));
}
