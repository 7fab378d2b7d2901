// SPDX-License-Identifier: MIT
/// @file
/// CricaVPR's multi-scale convolution adapter.
#pragma once

#include <vpr/adapter/none.hpp>
#include <vpr/adapter/token_map.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/ops/activation.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace vpr {

/// Channels inside the adapter; 0 stands for the authors' share of the network's.
struct MulConvSettings {
  std::int64_t hidden = 0;     ///< after the down-projection: a half
  std::int64_t one = 0;        ///< of the 1×1 branch: a quarter
  std::int64_t reduced_3 = 0;  ///< before the 3×3 convolution: a 32nd
  std::int64_t three = 0;      ///< of the 3×3 branch: an eighth
  std::int64_t reduced_5 = 0;  ///< before the 5×5 convolution: a 32nd
  std::int64_t five = 0;       ///< of the 5×5 branch: an eighth
  bool skip = false;           ///< add the adapter's input to its result
  float scale = 0.2F;          ///< of the result, as it is added to the feed-forward network's

  MulConvSettings for_channels(std::int64_t channels) const {
    MulConvSettings filled = *this;
    const auto fill = [channels](std::int64_t& size, std::int64_t divisor) { size = size == 0 ? channels / divisor : size; };
    fill(filled.hidden, 2);
    fill(filled.one, 4);
    fill(filled.reduced_3, 32);
    fill(filled.three, 8);
    fill(filled.reduced_5, 32);
    fill(filled.five, 8);
    return filled;
  }
};

namespace adapter {

/// The multi-scale convolution adapter itself, `B×T×C` to `B×T×C`: the tokens are projected down, the patches go through three
/// branches of convolutions over their map beside a skip connection, class and register tokens are carried through twice, and all
/// are projected up (Lu et al., CVPR 2024, section 3.3). Any grid will do. Goldens cricavpr_adapter_*.
template <class B>
struct MultiScaleConvolution {
  using X = typename B::tensor;

  Linear<B> down, up;
  NormedConvolution<B> one, reduce_3, three, reduce_5, five;
  bool skip;

  /// @throws ConfigError  if the branches' channels don't add up to the hidden ones, or there are none.
  MultiScaleConvolution(std::int64_t channels, const MulConvSettings& settings)
      : MultiScaleConvolution(settings.for_channels(channels), channels) {}

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, const TokenLayout& layout, Epilogue<X> epilogue = {}) const {
    const X hidden = down(x, {.activation = Activation::relu});
    const X patches = patches_of(hidden, layout);
    const auto relu_of = [&](const NormedConvolution<B>& convolution, const X& map) { return convolution(map, layout.grid, true); };
    const X branches =
        concat(concat(relu_of(one, patches), relu_of(three, relu_of(reduce_3, patches)), 2), relu_of(five, relu_of(reduce_5, patches)), 2);
    const auto scale = epilogue.scale;
    X y = up(add(concat(leading_of(hidden, layout), branches, 1), hidden), std::move(epilogue));
    return skip ? add_scaled(std::move(y), x, scale) : y;
  }

  void freeze_statistics(bool frozen = true) {
    for (NormedConvolution<B>* branch : {&one, &reduce_3, &three, &reduce_5, &five}) branch->bn.freeze_statistics(frozen);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    one.visit(visitor, prefix + "branch1.");
    reduce_3.visit(visitor, prefix + "branch2.0.");
    three.visit(visitor, prefix + "branch2.1.");
    reduce_5.visit(visitor, prefix + "branch3.0.");
    five.visit(visitor, prefix + "branch3.1.");
    down.visit(visitor, prefix + "D_fc1.");
    up.visit(visitor, prefix + "D_fc2.");
  }

 private:
  MultiScaleConvolution(const MulConvSettings& sizes, std::int64_t channels)
      : down(channels, sizes.hidden),
        up(sizes.hidden, channels),
        one(branch(sizes.hidden, sizes.one, 1)),
        reduce_3(branch(sizes.hidden, sizes.reduced_3, 1)),
        three(branch(sizes.reduced_3, sizes.three, 3)),
        reduce_5(branch(sizes.hidden, sizes.reduced_5, 1)),
        five(branch(sizes.reduced_5, sizes.five, 5)),
        skip(sizes.skip) {
    VPR_REQUIRE(ConfigError, sizes.reduced_3 > 0 && sizes.reduced_5 > 0 && sizes.one + sizes.three + sizes.five == sizes.hidden,
                "MulConv: the branches have ", sizes.one, ", ", sizes.three, " and ", sizes.five, " channels (the latter two from ",
                sizes.reduced_3, " and ", sizes.reduced_5, "), want their sum to be the hidden ", sizes.hidden);
  }

  static NormedConvolution<B> branch(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel) {
    return {inputs, outputs, {kernel, 1, kernel / 2}, typename B::value(1e-3), true};
  }
};

}  // namespace adapter

/// CricaVPR's adapter: a fifth of the multi-scale convolution of the feed-forward network's input is added to its result, before
/// layer scale. Its parameters are under `adapter.`. Goldens cricavpr_*.
template <class B>
struct MulConvAdapter : NoAdapter<B> {
  using X = typename B::tensor;

  adapter::MultiScaleConvolution<B> convolution;
  typename B::value scale;

  explicit MulConvAdapter(const VitConfig& config, const MulConvSettings& settings = {})
      : NoAdapter<B>(config), convolution(config.channels, settings), scale(static_cast<typename B::value>(settings.scale)) {}

  X after_mlp(X fed, const X& normed, const TokenLayout& layout) const {
    return convolution(normed, layout, {.scale = scale, .residual = std::move(fed)});
  }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("D_fc2.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    convolution.visit(visitor, prefix + "adapter.");
  }
};

}  // namespace vpr
