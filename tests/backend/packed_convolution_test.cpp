// SPDX-License-Identifier: MIT
#include <vpr/backend/concept.hpp>
#include <vpr/backend/cpu/packed_convolution.hpp>
#include <vpr/backend/host.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

using namespace vpr;

static_assert(LinearWeight<PackedConvolution>);

namespace {

constexpr Precision precisions[] = {Precision::f32, Precision::bf16, Precision::int8};

struct Case {
  std::int64_t images;
  Grid map;
  std::int64_t inputs, outputs;
  Window window;
  std::int64_t groups = 1;

  Shape shape() const { return {outputs, inputs / groups, window.kernel, window.kernel}; }
  std::int64_t results() const { return window.positions(map).patches() * outputs; }  // of an image
  std::vector<float> x() const { return random_floats(images * map.patches() * inputs, 1); }
  std::vector<float> weight() const { return random_floats(shape().elements(), 2); }
};

std::vector<float> convolved(const Case& c, const std::vector<float>& x, const PackedConvolution& weight,
                             const EpilogueOperands<float>& epilogue = {}) {
  const auto images = static_cast<std::int64_t>(x.size()) / (c.map.patches() * c.inputs);
  std::vector<float> out(static_cast<std::size_t>(images * c.results()), NAN);
  weight.convolve(x.data(), images, c.map, c.window, epilogue, out.data());
  return out;
}

/// The largest difference from the scalar reference in double, of a weight with the packed one's values.
double largest_error(const Case& c, Precision precision = Precision::f32) {
  using R = Reference<double>;
  const auto weight = PackedConvolution::from(c.shape(), c.weight(), c.groups, precision);
  const std::vector<float> x = c.x(), found = convolved(c, x, weight), held = weight.values();
  Tensor<R> want(Shape{c.images, c.window.positions(c.map).patches(), c.outputs});
  R::convolution(Tensor<R>::from({c.images, c.map.patches(), c.inputs}, std::span<const float>(x)), c.map, c.window,
                 Tensor<R>::from(c.shape(), std::span<const float>(held)), {}, want);
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(static_cast<double>(found[i]) - want.data()[i]);
    largest = std::isnan(error) ? INFINITY : std::max(largest, error);
  }
  return largest;
}

/// Each of n products of values below 1, and each addition to a sum below n, may be off by a half unit in the last place.
double bound(const Case& c) {
  const auto terms = static_cast<double>(c.inputs / c.groups * c.window.cells());
  return (terms + 1) * terms * 0x1p-24;
}

}  // namespace

TEST_CASE("A convolution agrees with the scalar reference for any window, map, channels and batch", "[every_set]") {
  for (const std::int64_t kernel : {1, 3, 5, 7}) {
    for (const std::int64_t stride : {1, 2}) {
      for (std::int64_t padding = 0; padding <= 3; ++padding) {
        for (const Grid map : {Grid{7, 9}, Grid{1, 5}, Grid{12, 3}}) {
          for (const auto& [images, inputs, outputs] : {std::tuple{1, 3, 5}, {3, 16, 33}, {2, 17, 1}}) {
            const Case c{images, map, inputs, outputs, {kernel, stride, padding}};
            if (c.results() == 0) continue;
            INFO("map " << map.height << "x" << map.width << ", kernel " << kernel << ", stride " << stride << ", padding " << padding
                        << ", " << inputs << " to " << outputs);
            REQUIRE(largest_error(c) <= bound(c));
          }
        }
      }
    }
  }
}

TEST_CASE("A convolution agrees with the scalar reference for any number of inputs and outputs", "[every_set]") {
  for (std::int64_t channels = 1; channels <= 67; ++channels) {
    for (const Case& c : {Case{2, {5, 4}, channels, 7, {3, 1, 1}}, Case{1, {5, 4}, 9, channels, {3, 2, 1}}}) {
      INFO(c.inputs << " to " << c.outputs);
      REQUIRE(largest_error(c) <= bound(c));
    }
  }
  const Case deep{1, {20, 17}, 64, 40, {3, 1, 1}};  // beyond a block of rows and a run of terms
  REQUIRE(largest_error(deep) <= bound(deep));
}

TEST_CASE("A depthwise convolution agrees with the scalar reference for any window, map and channels", "[every_set]") {
  for (std::int64_t channels = 2; channels <= 67; ++channels) {
    const Case c{2, {4, 13}, channels, channels, {3, 1, 1}, channels};
    INFO(channels << " channels");
    REQUIRE(largest_error(c) <= bound(c));
  }
  for (const std::int64_t kernel : {1, 2, 3, 5, 7}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      for (std::int64_t padding = 0; padding <= 3; ++padding) {
        for (const Grid map : {Grid{7, 25}, Grid{1, 5}, Grid{14, 1}}) {
          const Case c{1, map, 70, 70, {kernel, stride, padding}, 70};
          INFO("map " << map.height << "x" << map.width << ", kernel " << kernel << ", stride " << stride << ", padding " << padding);
          if (c.results() > 0) REQUIRE(largest_error(c) <= bound(c));
        }
      }
    }
  }
}

TEST_CASE("A convolution in groups agrees with the scalar reference, in each precision", "[every_set]") {
  for (const auto& [inputs, outputs, groups] :
       {std::tuple{6, 6, 2}, {6, 3, 3}, {5, 10, 5}, {36, 72, 9}, {70, 35, 35}, {64, 64, 2}, {48, 96, 3}}) {
    const Case c{2, {6, 5}, inputs, outputs, {3, 2, 1}, groups};
    INFO(inputs << " to " << outputs << " in " << groups);
    CHECK(largest_error(c) <= bound(c));
    CHECK(largest_error(c, Precision::bf16) <= 0x1p-8 * inputs / groups * 9);
    CHECK(largest_error(c, Precision::int8) <= 0x1p-8 * inputs / groups * 9);
  }
}

TEST_CASE("A convolution has the same bits in any batch and on any number of threads", "[every_set]") {
  for (const Case& c : {Case{3, {11, 9}, 20, 70, {3, 1, 1}}, Case{3, {11, 9}, 32, 40, {5, 2, 2}}, Case{3, {11, 9}, 50, 50, {7, 1, 3}, 50},
                        Case{3, {11, 9}, 24, 48, {3, 1, 1}, 6}}) {
    for (const Precision precision : precisions) {
      INFO(c.inputs << " to " << c.outputs << ' ' << name_of(precision));
      const auto weight = PackedConvolution::from(c.shape(), c.weight(), c.groups, precision);
      const std::vector<float> x = c.x(), together = convolved(c, x, weight);
      for (const int threads : {2, 5}) {
        const Threads scope(threads);
        CHECK(convolved(c, x, weight) == together);
      }
      std::vector<float> alone;
      for (auto image = x.begin(); image != x.end(); image += c.map.patches() * c.inputs) {
        const std::vector<float> one = convolved(c, std::vector<float>(image, image + c.map.patches() * c.inputs), weight);
        alone.insert(alone.end(), one.begin(), one.end());
      }
      CHECK(alone == together);
    }
  }
}

TEST_CASE("What follows a convolution is as after a product, in groups and depthwise too", "[every_set]") {
  for (const Case& c : {Case{2, {5, 7}, 8, 40, {3, 1, 1}}, Case{2, {5, 7}, 8, 40, {3, 1, 1}, 4}, Case{2, {5, 7}, 40, 40, {3, 1, 1}, 40}}) {
    const auto weight = PackedConvolution::from(c.shape(), c.weight(), c.groups);
    const std::vector<float> x = c.x(), plain = convolved(c, x, weight), bias = random_floats(40, 3), gate = random_floats(40, 4);
    for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6, Activation::gelu, Activation::quick_gelu}) {
      std::vector<float> out = random_floats(2 * c.results(), 5), want = out;
      const bool relu_of_sum = activation == Activation::none;
      const EpilogueOperands<float> epilogue{bias.data(), activation, gate.data(), 0.5F, out.data(), relu_of_sum};
      weight.convolve(x.data(), 2, c.map, c.window, epilogue, out.data());
      for (std::size_t i = 0; i < out.size(); ++i) {
        const double y = detail::activate(activation, static_cast<double>(plain[i]) + static_cast<double>(bias[i % 40]));
        const double sum = static_cast<double>(want[i]) + y * static_cast<double>(gate[i % 40]) * 0.5;
        REQUIRE(out[i] == Approx(relu_of_sum ? std::max(sum, 0.0) : sum).margin(4e-6));
      }
    }
  }
}

TEST_CASE("A convolution's weight gives back what it was assigned, and is zero before") {
  for (const std::int64_t groups : {1, 2, 6}) {
    const Case c{1, {4, 4}, 6, 12 / groups * groups, {3, 1, 1}, groups};
    PackedConvolution weight = PackedConvolution::zeros(c.shape(), groups);
    const std::vector<float> values = c.weight(), x = c.x();
    CHECK(weight.shape() == c.shape());
    CHECK(weight.values() == std::vector<float>(values.size(), 0));
    CHECK(convolved(c, x, weight) == std::vector<float>(static_cast<std::size_t>(c.results()), 0));
    CHECK(convolved(c, x, weight.converted(Precision::int8)) == std::vector<float>(static_cast<std::size_t>(c.results()), 0));
    weight.assign(std::span<const float>(values));
    CHECK(weight.values() == values);
    const PackedConvolution rounded = weight.converted(Precision::bf16);
    CHECK(rounded.precision() == Precision::bf16);
    CHECK(rounded.groups() == groups);
    CHECK(rounded.converted(Precision::bf16).values() == rounded.values());
  }
  CHECK_THROWS_WITH(PackedConvolution::zeros({5, 2, 3, 3}, 2), ContainsSubstring("outputs for each of 2 groups"));
  CHECK_THROWS_AS(PackedConvolution::from({1, 1, 3, 3}, random_floats(8, 1)), ShapeError);
}

TEST_CASE("A convolution of no image does nothing") {
  const Case c{0, {3, 3}, 4, 4, {3, 1, 1}};
  CHECK(convolved(c, {}, PackedConvolution::from(c.shape(), c.weight())).empty());
  const Case depthwise{0, {3, 3}, 4, 4, {3, 1, 1}, 4};
  CHECK(convolved(depthwise, {}, PackedConvolution::from(depthwise.shape(), depthwise.weight(), 4)).empty());
}
