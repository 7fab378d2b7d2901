// SPDX-License-Identifier: MIT
#include <vpr/autograd/recorded_weight.hpp>

#include <vpr/autograd/convolution.hpp>
#include <vpr/autograd/linear.hpp>
#include <vpr/backend/cpu.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

template <class B>
RecordedWeight<B> weight_of(const Tensor<B>& values) {
  RecordedWeight<B> weight = RecordedWeight<B>::zeros(values.shape());
  weight.assign(std::span<const float>(values.to_vector()));
  return weight;
}

}  // namespace

TEST_CASE("A packed weight passes gradients on and gets none") {
  const auto x = random_tensor({2, 3, 4}, 1), w = random_tensor({5, 4}, 2);
  const auto b = random_tensor({5}, 3);
  for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6, Activation::gelu}) {
    RecordedWeight<F64> trained = weight_of(w), packed = weight_of(w);
    packed.pack();
    CHECK(packed.shape() == w.shape());
    CHECK(packed.to_vector() == trained.to_vector());
    CHECK(!packed.needs_gradient());
    const Var<F64> vx(x, true), vx_packed(x, true), bias(b, true), bias_packed(b, true);
    const Var<F64> y = linear(vx, trained, {.bias = &bias, .activation = activation});
    const Var<F64> y_packed = linear(vx_packed, packed, {.bias = &bias_packed, .activation = activation});
    CHECK(largest_difference(y.to_vector(), y_packed.to_vector()) < 1e-6F);
    propagate_ones(y);
    propagate_ones(y_packed);
    CHECK(largest_difference(vx.gradient().to_vector(), vx_packed.gradient().to_vector()) < 1e-6F);
    CHECK(bias.gradient().to_vector() == bias_packed.gradient().to_vector());
    CHECK(!trained.gradient().empty());
    CHECK(packed.gradient().empty());
  }
}

TEST_CASE("A packed weight of a convolution passes gradients on, of any groups") {
  using B = Cpu<f32>;
  for (const std::int64_t groups : {1, 2, 4}) {
    const std::vector<float> values = random_floats(4 * 4 / groups * 9, 2);
    const auto x = Tensor<B>::from({2, 12, 4}, std::span<const float>(random_floats(2 * 12 * 4, 1)));
    using W = Recorded<B>::convolution_weight;
    W trained = W::zeros({4, 4 / groups, 3, 3}, groups), packed = W::zeros(trained.shape(), groups);
    for (W* weight : {&trained, &packed}) weight->assign(std::span<const float>(values));
    packed.pack();
    CHECK(packed.packed()->groups() == groups);
    const Var<B> vx(x, true), vx_packed(x, true);
    const Var<B> y = convolution(vx, {3, 4}, {3, 1, 1}, trained), y_packed = convolution(vx_packed, {3, 4}, {3, 1, 1}, packed);
    CHECK(y.to_vector() == y_packed.to_vector());
    propagate_ones(y);
    propagate_ones(y_packed);
    CHECK(vx.gradient().to_vector() == vx_packed.gradient().to_vector());
    CHECK(!trained.gradient().empty());
    CHECK(packed.gradient().empty());
  }
}

TEST_CASE("A packed weight can be assigned but not trained, and its copies share it") {
  RecordedWeight<F64> weight = weight_of(random_tensor({3, 2}, 1));
  weight.pack();
  const RecordedWeight<F64> copy = weight;
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  weight.assign(values);
  CHECK(copy.to_vector() == values);
  CHECK_THROWS_WITH(weight.set_needs_gradient(true), ContainsSubstring("a packed weight [3, 2] can't be trained"));
  weight.set_needs_gradient(false);
  weight.pack();  // once more does no harm
  CHECK(weight.to_vector() == values);
}

TEST_CASE("Products in bf16 and their gradients are those of rounded operands, and what is trained stays float32") {
  using B = Cpu<f32>;
  const auto rounded = [](std::vector<float> values) {
    for (float& value : values) value = float(bf16(value));
    return values;
  };
  for (const auto& [rows, inputs, outputs] : {std::tuple{1, 1, 1}, {7, 33, 5}, {20, 64, 40}}) {
    const std::vector<float> x = random_floats(rows * inputs, 1), w = random_floats(outputs * inputs, 2),
                             dy = random_floats(rows * outputs, 3);
    const Tensor<B> above = Tensor<B>::from({rows, outputs}, std::span<const float>(dy));
    Recorded<B>::weight weight(Shape{outputs, inputs}), of_rounded(Shape{outputs, inputs});
    weight.assign(std::span<const float>(w));
    of_rounded.assign(std::span<const float>(rounded(w)));
    weight.multiply_in(Precision::bf16);
    const Var<B> vx(Tensor<B>::from({rows, inputs}, std::span<const float>(x)), true);
    const Var<B> vx_rounded(Tensor<B>::from({rows, inputs}, std::span<const float>(rounded(x))), true);
    const Var<B> y = linear(vx, weight), y_rounded = linear(vx_rounded, of_rounded);
    const float unit = 1e-6F * static_cast<float>(inputs);
    CHECK(largest_difference(y.to_vector(), y_rounded.to_vector()) < unit);
    y.backward(above);
    y_rounded.backward(Tensor<B>::from({rows, outputs}, std::span<const float>(rounded(dy))));
    CHECK(largest_difference(vx.gradient().to_vector(), vx_rounded.gradient().to_vector()) < 1e-4F);
    CHECK(largest_difference(weight.gradient().to_vector(), of_rounded.gradient().to_vector()) < 1e-4F);
    CHECK(weight.to_vector() == w);
  }
}

TEST_CASE("Gradients through a weight that is packed in bf16 are computed in bf16") {
  using B = Cpu<f32>;
  const std::vector<float> w = random_floats(5 * 33, 2);
  Recorded<B>::weight rounded(Shape{5, 33}), packed(Shape{5, 33});
  for (auto* weight : {&rounded, &packed}) weight->assign(std::span<const float>(w));
  rounded.multiply_in(Precision::bf16);
  packed.pack(Precision::bf16);
  CHECK(packed.precision() == Precision::bf16);
  const auto x = Tensor<B>::from({7, 33}, std::span<const float>(random_floats(7 * 33, 1)));
  const auto above = Tensor<B>::from({7, 5}, std::span<const float>(random_floats(7 * 5, 3)));
  const Var<B> vx(x, true), vx_packed(x, true);
  linear(vx, rounded).backward(above);
  linear(vx_packed, packed).backward(above);
  CHECK(vx.gradient().to_vector() == vx_packed.gradient().to_vector());
}

TEST_CASE("Products in training are float32 or bf16") {
  RecordedWeight<Cpu<f32>> weight(Shape{3, 2});
  CHECK_THROWS_WITH(weight.multiply_in(Precision::int8), ContainsSubstring("training multiplies in f32 or bf16, not in int8"));
  RecordedWeight<F64> wide(Shape{3, 2});
  wide.multiply_in(Precision::f32);
  CHECK_THROWS_WITH(wide.multiply_in(Precision::bf16), ContainsSubstring("training multiplies in f32 on this backend, not in bf16"));
  weight.pack(Precision::bf16);
  CHECK_THROWS_WITH(weight.multiply_in(Precision::bf16), ContainsSubstring("a packed weight [3, 2] is multiplied in the precision"));
}
