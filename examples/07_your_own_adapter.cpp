// SPDX-License-Identifier: MIT
// Teaches: an adapter of your own is a class template over the backend. It says what happens at the places of a block that it cares
// about; the backbone takes it as a template argument, and it trains like everything else.
// Runs on an untrained network: it shows the shape of the code, its numbers mean nothing.
#include <vpr/vpr.hpp>

#include <cstdio>

/// A gain and an offset for each channel of the feed-forward network's result (Lian et al., NeurIPS 2022). Nothing at first.
template <class B>
struct GainAndOffset : vpr::NoAdapter<B> {
  using X = typename B::tensor;

  X gain, offset;

  explicit GainAndOffset(const vpr::VitConfig& config)
      : vpr::NoAdapter<B>(config), gain(X::zeros({config.channels})), offset(X::zeros({config.channels})) {}

  X after_mlp(X fed, const X&, const vpr::TokenLayout&) const { return add(add_gated(fed, fed, gain), offset); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "adapter.gain", gain);
    visitor(prefix + "adapter.offset", offset);
  }
};

int main() {
  const vpr::VitConfig tiny{.channels = 96, .depth = 4, .heads = 3};
  vpr::Pipeline<vpr::DinoV2<vpr::VitConfig>, vpr::GeM<>> plain{vpr::DinoV2<vpr::VitConfig>(tiny)};
  vpr::Pipeline<vpr::DinoV2<vpr::VitConfig, GainAndOffset>, vpr::GeM<>> adapted{vpr::DinoV2<vpr::VitConfig, GainAndOffset>(tiny)};
  vpr::initialise(plain, 1);
  vpr::initialise(adapted, 1);

  const vpr::Image photo({224, 224}, std::vector<std::uint8_t>(224 * 224 * 3, 99));
  const bool same = adapted.describe(photo) == plain.describe(photo);
  adapted.backbone.blocks()[2].adapter.offset.assign(std::vector<float>(96, 0.5F));
  const bool still = adapted.describe(photo) == plain.describe(photo);
  std::printf("the descriptor is %s before training, %s after a change\n", same ? "the same" : "another", still ? "the same" : "another");
}
