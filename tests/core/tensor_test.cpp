// SPDX-License-Identifier: MIT
#include <vpr/core/tensor.hpp>

#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/xtensor.hpp>

#include "tests/support/catch.hpp"

#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/core/xmath.hpp>
#else
#include <xtensor/xmath.hpp>
#endif

using namespace vpr;
using F32 = Cpu<f32>;
using F64 = Cpu<f64>;
using Values = std::vector<float>;

static_assert(TensorLike<Tensor<F32>>);
static_assert(std::is_nothrow_move_constructible_v<Tensor<F32>>);

TEST_CASE("A tensor holds the values it was made from") {
  const auto x = Tensor<F32>::from({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.elements() == 6);
  CHECK(x.values() == Values{1, 2, 3, 4, 5, 6});
  CHECK(x.data()[4] == 5);
  CHECK(Tensor<F32>::full({2}, 7).values() == Values{7, 7});
  CHECK(Tensor<F32>::zeros({2}).values() == Values{0, 0});
}

TEST_CASE("A tensor for which there is no memory is refused with its shape and its bytes") {
  const Shape huge{std::int64_t{1} << 30, 1 << 20};
  CHECK_THROWS_WITH(Tensor<F32>(huge), ContainsSubstring("tensor [1073741824, 1048576], 1125899906842624 elements of 4 bytes: no memory"));
  CHECK_THROWS_AS(Tensor<F64>(Shape{std::int64_t{1} << 62}), Error);
  CHECK_THROWS_AS(Tensor<F64>::zeros(huge), Error);
}

TEST_CASE("A default tensor is empty, a scalar has one element, an empty axis none") {
  const Tensor<F32> nothing;
  CHECK(nothing.empty());
  CHECK(nothing.shape() == Shape{0});
  CHECK(nothing.values().empty());
  CHECK(Tensor<F32>::full({}, 3).values() == Values{3});
  CHECK(Tensor<F32>(Shape{2, 0, 3}).empty());
}

TEST_CASE("Memory is aligned to 64 bytes") {
  for (const std::int64_t size : {1, 3, 1000}) CHECK(reinterpret_cast<std::uintptr_t>(Tensor<F32>(Shape{size}).data()) % 64 == 0);
}

TEST_CASE("A copy copies the elements") {
  auto x = Tensor<F32>::from({2}, {1, 2});
  Tensor<F32> y = x;
  y.data()[0] = 9;
  CHECK(x.values() == Values{1, 2});
  x = y;
  CHECK(x.values() == Values{9, 2});
  const Tensor<F32>& same = x;
  x = same;
  CHECK(x.values() == Values{9, 2});
}

TEST_CASE("A move takes the memory along and leaves an empty tensor") {
  auto x = Tensor<F32>::from({1, 2}, {1, 2});
  const float* memory = x.data();
  Tensor<F32> y = std::move(x);
  CHECK(y.data() == memory);
  CHECK(x.empty());
  CHECK(x.shape() == Shape{0});
  x = std::move(y);
  CHECK(x.data() == memory);
  CHECK(x.shape() == Shape{1, 2});
  CHECK(y.shape() == Shape{0});
}

TEST_CASE("Values convert to and from the tensor's precision") {
  const std::vector<double> third{1.0 / 3};
  auto narrow = Tensor<F32>::from({1}, std::span<const double>(third));
  CHECK(narrow.values() == Values{1.0F / 3});
  auto wide = Tensor<F64>::from({1}, third);
  CHECK(wide.values() == third);
  CHECK(wide.to_vector() == Values{1.0F / 3});
  wide.assign(std::span<const float>(Values{0.1F}));
  CHECK(wide.values() == std::vector<double>{0.1F});
  CHECK(Tensor<F64>::from({2}, std::span<const int>(std::vector<int>{1, 2})).values() == std::vector<double>{1, 2});
}

TEST_CASE("A wrong number of values is refused") {
  CHECK_THROWS_AS(Tensor<F32>::from({2, 3}, {1, 2}), ShapeError);
  CHECK_THROWS_WITH(Tensor<F32>::from({2, 3}, {1, 2}), "tensor [2, 3]: got 2 values, want 6");
  Tensor<F64> x(Shape{1});
  CHECK_THROWS_WITH(x.assign(std::span<const float>()), "tensor [1]: got 0 values, want 1");
}

TEST_CASE("A part of a tensor is assigned, and its values are copied to where there is room for them") {
  auto x = Tensor<F64>::zeros({2, 3});
  const Values part{4, 5};
  x.assign_part(3, std::span<const float>(part));
  Values copy(6);
  x.copy_to(copy);
  CHECK(copy == Values{0, 0, 0, 4, 5, 0});
  Tensor<F32>::from({2}, {8, 9}).copy_to(std::span(copy).first(2));
  CHECK(copy == Values{8, 9, 0, 4, 5, 0});
  x.assign_part(6, std::span<const float>());
  CHECK_THROWS_AS(x.assign_part(5, std::span<const float>(part)), ShapeError);
  CHECK_THROWS_AS(x.assign_part(-1, std::span<const float>(part)), ShapeError);
  CHECK_THROWS_AS(x.assign_part(7, std::span<const float>()), ShapeError);
  CHECK_THROWS_AS(x.copy_to(std::span(copy).first(5)), ShapeError);
}

TEST_CASE("Reshaping keeps the elements, and of a moved tensor the memory") {
  auto x = Tensor<F32>::from({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(x.reshaped({3, 2}).values() == x.values());
  CHECK(x.shape() == Shape{2, 3});
  CHECK_THROWS_WITH(x.reshaped({4}), "reshape: [2, 3] has 6 elements, [4] has 4");
  const float* memory = x.data();
  const auto flat = std::move(x).reshaped({6});
  CHECK(flat.data() == memory);
  CHECK(flat.shape() == Shape{6});
  CHECK(x.empty());
}

TEST_CASE("matrix() views the memory as rows of the last axis") {
  auto x = Tensor<F32>::from({2, 1, 3}, {1, 2, 3, 4, 5, 6});
  auto view = x.matrix();
  CHECK(view.rows() == 2);
  CHECK(view.cols() == 3);
  CHECK(view.data() == x.data());
  view(1, 2) = 9;
  CHECK(x.data()[5] == 9);
  CHECK(std::as_const(x).matrix().row(1).sum() == 18);
  const auto scalar = Tensor<F32>::full({}, 3), empty = Tensor<F32>(Shape{0, 4});
  CHECK(scalar.matrix()(0, 0) == 3);
  CHECK(empty.matrix().rows() == 0);
}

TEST_CASE("xt() views the memory with its axes") {
  auto x = Tensor<F32>::from({2, 3}, {1, 2, 3, 4, 5, 6});
  auto view = x.xt<2>();
  CHECK(&view(1, 0) == x.data() + 3);
  view(1, 2) = 9;
  CHECK(x.data()[5] == 9);
  const auto& constant = x;
  CHECK(xt::sum(constant.xt<2>())() == 24);
  const Tensor<F32> empty(Shape{0, 4});
  CHECK(empty.xt<2>().size() == 0);
}

TEST_CASE("xt() of another number of axes is refused") {
  const auto x = Tensor<F32>::zeros({2, 3});
  CHECK_THROWS_AS(x.xt<3>(), ShapeError);
  CHECK_THROWS_WITH(x.xt<3>(), "xt<3>: the tensor [2, 3] has 2 axes");
}

TEST_CASE("A tensor that knows its shape alone is made without memory, whatever the shape") {
  const auto large = vpr::Tensor<vpr::Shapes>::zeros(vpr::Shape{1 << 24, 1 << 24});
  CHECK(large.shape() == vpr::Shape{1 << 24, 1 << 24});
  CHECK(large.elements() == std::int64_t{1} << 48);
}
