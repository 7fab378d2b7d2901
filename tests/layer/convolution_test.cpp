// SPDX-License-Identifier: MIT
#include <vpr/layer/convolution.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// The definition, cell by cell, in double.
std::vector<float> convolved(const X& x, Grid map, const X& weight, const X& bias, Window window) {
  const std::int64_t batch = x.shape()[0], inputs = x.shape()[2], outputs = weight.shape()[0], k = window.kernel;
  const Grid out = window.positions(map);
  std::vector<float> values;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t row = 0; row < out.height; ++row) {
      for (std::int64_t column = 0; column < out.width; ++column) {
        for (std::int64_t o = 0; o < outputs; ++o) {
          double sum = static_cast<double>(bias.data()[o]);
          for (std::int64_t i = 0; i < k * k; ++i) {
            const std::int64_t y = row * window.stride - window.padding + i / k, z = column * window.stride - window.padding + i % k;
            if (y < 0 || y >= map.height || z < 0 || z >= map.width) continue;
            for (std::int64_t c = 0; c < inputs; ++c) {
              sum += static_cast<double>(x.data()[(b * map.patches() + y * map.width + z) * inputs + c]) *
                     static_cast<double>(weight.data()[(o * inputs + c) * k * k + i]);
            }
          }
          values.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return values;
}

}  // namespace

TEST_CASE("A 3x3 convolution of ones counts the cells that its window sees, its bias beside") {
  Convolution<Cpu<>> convolution(1, 1, {3, 1, 1});
  set(convolution, "weight", std::vector<float>(9, 1));
  set(convolution, "bias", {10});
  const X x = X::full(Shape{1, 6, 1}, 1);
  CHECK(convolution(x, {2, 3}).to_vector() == std::vector<float>{14, 16, 14, 14, 16, 14});
  CHECK(convolution(x, {6, 1}).to_vector() == std::vector<float>{12, 13, 13, 13, 13, 12});
}

TEST_CASE("A convolution is as its definition on any map, window and batch, with the same bits alone and on any threads") {
  const std::vector<Window> windows_{{1, 1, 0}, {3, 1, 1}, {5, 1, 2}, {3, 2, 1}, {2, 2, 0}, {1, 2, 0}, {3, 1, 0}};
  for (const Grid map : {Grid{4, 5}, Grid{3, 7}, Grid{5, 3}}) {
    for (const Window& window : windows_) {
      INFO("map " << map.height << "x" << map.width << ", kernel " << window.kernel << ", stride " << window.stride << ", padding "
                  << window.padding);
      Convolution<Cpu<>> convolution(3, 4, window);
      randomise(convolution, 1);
      const Features<X> features = random_features(2, 3, map, 2);
      const std::vector<float> ours =
          same_alone_and_in_batches([&](const Features<X>& f) { return convolution(f.patches, f.grid); }, features);
      const X weight = X::from(convolution.weight.shape(), convolution.weight.values());
      CHECK(largest_difference(ours, convolved(features.patches, map, weight, convolution.bias, window)) < 2e-6F);
    }
  }
}

TEST_CASE("A convolution's parameters are those of torch.nn.Conv2d") {
  CHECK(parameters(Convolution<Cpu<>>(3, 4, {5, 1, 2})) == std::vector<std::string>{"weight [4, 3, 5, 5]", "bias [4]"});
  CHECK(parameters(Convolution<Cpu<>>(3, 4, {}, false)) == std::vector<std::string>{"weight [4, 3, 1, 1]"});
}

TEST_CASE("A convolution refuses a map that its tokens do not fill, and other channels") {
  const Convolution<Cpu<>> convolution(3, 4, {3, 1, 1});
  CHECK_THROWS_WITH(convolution(X::zeros(Shape{1, 5, 3}), {2, 3}), ContainsSubstring("got x [1, 5, 3] for a map of 2x3"));
  CHECK_THROWS_AS(convolution(X::zeros(Shape{1, 6, 2}), {2, 3}), ShapeError);
}

TEST_CASE("A transposed convolution spreads each cell over its window, its bias beside") {
  TransposedConvolution<Cpu<>> convolution(1, 1, {2, 2, 0});
  set(convolution, "weight", {1, 2, 3, 4});
  set(convolution, "bias", {0.5F});
  CHECK(convolution.result({1, 2}) == Grid{2, 4});
  CHECK(convolution(tensor(Shape{1, 2, 1}, {1, 10}), {1, 2}).to_vector() ==
        std::vector<float>{1.5F, 2.5F, 10.5F, 20.5F, 3.5F, 4.5F, 30.5F, 40.5F});

  TransposedConvolution<Cpu<>> overlapping(1, 1, {3, 2, 1}, 0, false);
  set(overlapping, "weight", {1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(overlapping.result({1, 1}) == Grid{1, 1});
  CHECK(overlapping(tensor(Shape{1, 1, 1}, {2}), {1, 1}).to_vector() == std::vector<float>{10});
  CHECK(overlapping(tensor(Shape{1, 2, 1}, {1, 10}), {1, 2}).to_vector() == std::vector<float>{5, 6 + 40, 50});
}

TEST_CASE("A transposed convolution is the transpose of the convolution with its weight, on any map") {
  for (const Grid map : {Grid{4, 5}, Grid{5, 3}, Grid{1, 7}}) {
    for (const Window& window : std::vector<Window>{{3, 2, 1}, {2, 2, 0}, {3, 1, 1}}) {
      const Grid positions = window.positions(map);
      if (positions.patches() == 0) continue;
      INFO("map " << map.height << "x" << map.width << ", kernel " << window.kernel << ", stride " << window.stride);
      const std::int64_t rows_left = map.height - window.map(positions).height, columns_left = map.width - window.map(positions).width;
      if (rows_left != columns_left) continue;  // a map that no one output padding leads back to
      Convolution<Cpu<>> forward(2, 3, window, false);
      randomise(forward, 1);
      TransposedConvolution<Cpu<>> back(3, 2, window, rows_left, false);
      set(back, "weight", forward.weight.to_vector());
      REQUIRE(back.result(positions) == map);
      const X x = random_tensor_f32(Shape{1, map.patches(), 2}, 2), y = random_tensor_f32(Shape{1, positions.patches(), 3}, 3);
      const std::vector<float> there = forward(x, map).to_vector(), here = back(y, positions).to_vector();
      double left = 0, right = 0;
      for (std::size_t i = 0; i < there.size(); ++i) left += static_cast<double>(there[i]) * static_cast<double>(y.data()[i]);
      for (std::size_t i = 0; i < here.size(); ++i) right += static_cast<double>(here[i]) * static_cast<double>(x.data()[i]);
      CHECK(left == Approx(right).epsilon(1e-5));
    }
  }
}

TEST_CASE("A transposed convolution has the same bits alone, in a batch and on any threads, and torch.nn.ConvTranspose2d's parameters") {
  TransposedConvolution<Cpu<>> convolution(3, 5, {3, 2, 1}, 1);
  randomise(convolution, 1);
  same_alone_and_in_batches([&](const Features<X>& f) { return convolution(f.patches, f.grid); }, random_features(3, 3, {3, 4}, 2));
  CHECK(convolution.result({3, 4}) == Grid{6, 8});
  CHECK(parameters(convolution) == std::vector<std::string>{"weight [3, 5, 3, 3]", "bias [5]"});
  CHECK_THROWS_AS(convolution(X::zeros(Shape{1, 12, 4}), {3, 4}), ShapeError);
}
