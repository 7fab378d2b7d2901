// SPDX-License-Identifier: MIT
#include <vpr/adapter/side.hpp>

#include "tests/adapter/adapter_test.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// An adapter of seeded weights, and the adapter whose last projection is zero.
template <template <class> class Side>
Side<Cpu<>> side(bool zero = false) {
  Side<Cpu<>> adapter(small_vit);
  randomise(adapter, 1);
  if (zero) {
    set(adapter, "D_fc2.weight", zeros(small_vit.channels * (std::is_same_v<Side<Cpu<>>, adapter::LowRankSide<Cpu<>>> ? 4 : 16)));
    set(adapter, "D_fc2.bias", zeros(small_vit.channels));
  }
  return adapter;
}

}  // namespace

TEST_CASE("A side adapter whose last projection is zero passes on the side network's tokens, with EDTformer's the block's as well") {
  const X y = random_tokens(2, odd_layout, 1), x = random_tokens(2, odd_layout, 2);
  CHECK(side<adapter::MulConvSide>(true)(y, x, odd_layout).to_vector() == y.to_vector());
  CHECK(side<adapter::LowRankSide>(true)(y, x, odd_layout).to_vector() == add(y, x).to_vector());
}

TEST_CASE("EDTformer's side adapter adds half of a bottleneck with GELU of the sum") {
  const auto adapter = side<adapter::LowRankSide>();
  const X y = random_tokens(2, odd_layout, 1), x = random_tokens(2, odd_layout, 2), sum = add(y, x);
  const X bottleneck = adapter.bottleneck.up(gelu(adapter.bottleneck.down(sum)));
  CHECK(largest_difference(adapter(y, x, odd_layout).to_vector(), add_scaled(sum, bottleneck, 0.5F).to_vector()) < 1e-6F);
  CHECK(parameters(adapter) ==
        std::vector<std::string>{"D_fc1.weight [4, 32]", "D_fc1.bias [4]", "D_fc2.weight [32, 4]", "D_fc2.bias [32]"});
}

TEST_CASE("SelaVPR++'s side adapter adds the multi-scale convolution of the sum to the side network's tokens") {
  const auto adapter = side<adapter::MulConvSide>();
  const X y = random_tokens(2, odd_layout, 1), x = random_tokens(2, odd_layout, 2);
  const X expected = add(y, adapter.convolution(add(y, x), odd_layout));
  CHECK(largest_difference(adapter(y, x, odd_layout).to_vector(), expected.to_vector()) < 1e-6F);
  CHECK(adapter::MulConvSide<Cpu<>>::starts_at_zero("adapters.3.D_fc2.weight"));
  CHECK_FALSE(adapter::LowRankSide<Cpu<>>::starts_at_zero("adapters.3.D_fc1.weight"));
}
