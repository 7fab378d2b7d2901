// SPDX-License-Identifier: MIT
/// @file
/// What the tests of losses over labelled batches share.
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/loss/concept.hpp>

#include "tests/autograd/gradient_check.hpp"

#include <cmath>
#include <limits>

namespace vpr::test {

using F32 = Cpu<f32>;
using Places = std::vector<std::int64_t>;

inline Tensor<F32> floats(Shape shape, const std::vector<float>& values) { return Tensor<F32>::from(shape, values); }

inline float value_of(const Tensor<F32>& loss) {
  REQUIRE(loss.elements() == 1);
  return loss.values()[0];
}

/// The loss is 0 and so is every gradient.
template <class L>
void check_nothing(const L& loss, std::int64_t size, const Places& places) {
  const Var<F32> x(floats({size, 3}, random_floats(size * 3, 5)), true);
  const Var<F32> value = loss(x, places);
  CHECK(value.to_vector() == std::vector<float>{0});
  value.backward();
  CHECK(x.gradient().values() == std::vector<float>(static_cast<std::size_t>(size * 3)));
}

/// What holds of every loss of labelled photos: it is a `Loss`, plain and recorded to the same value; its gradient is right; a batch of one photo
/// or none gives 0; collapsed and zero descriptors leave finite numbers; photos may come in any order; shapes that do not fit are refused.
template <class L>
void check_labelled_loss(const L& loss) {
  static_assert(Loss<L, Tensor<F32>> && Loss<L, Var<F32>>);
  const Places places{1, 2, 1, 3, 2, 1, 4};
  const auto x = floats({7, 5}, random_floats(35, 3));
  CHECK(value_of(loss(x, places)) == loss(Var<F32>(x, true), places).to_vector()[0]);
  check_gradients([&](const Vars& in) { return loss(in[0], places); }, {random_tensor({7, 5}, 1)});

  check_nothing(loss, 1, {1});
  check_nothing(loss, 0, {});

  for (const float everywhere : {0.0F, 0.5F}) {
    const Var<F32> collapsed(Tensor<F32>::full({4, 3}, everywhere), true);
    const Var<F32> value = loss(collapsed, Places{1, 1, 2, 2});
    CHECK(std::isfinite(value.to_vector()[0]));
    value.backward();
    for (const float gradient : collapsed.gradient().values()) CHECK(std::isfinite(gradient));
  }

  std::vector<float> reversed;
  for (std::int64_t i = 7; i-- > 0;) reversed.insert(reversed.end(), x.data() + i * 5, x.data() + (i + 1) * 5);
  CHECK(value_of(loss(floats({7, 5}, reversed), Places(places.rbegin(), places.rend()))) ==
        Approx(value_of(loss(x, places))).epsilon(1e-5));

  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({3}), Places{1, 2, 3}), ContainsSubstring("got descriptors [3], want [batch, channels]"));
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({3, 2}), Places{1}), ContainsSubstring("got 3 descriptors and 1 places"));
}

}  // namespace vpr::test
