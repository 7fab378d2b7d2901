// SPDX-License-Identifier: MIT
#include <vpr/aggregator/gem.hpp>
#include <vpr/eval/heat_map.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <numeric>
#include <set>

using namespace vpr;

namespace {

Colour pixel(const Image& image, std::int64_t y, std::int64_t x) {
  const std::uint8_t* const at = image.row(y) + 3 * x;
  return {at[0], at[1], at[2]};
}

}  // namespace

TEST_CASE("Heat has a scale of colours that gets brighter all the way, and ends") {
  CHECK(heat_colour(0) == Colour{16, 24, 96});
  CHECK(heat_colour(1) == Colour{255, 240, 144});
  CHECK(heat_colour(0.5F) == Colour{188, 76, 108});
  CHECK(heat_colour(-3) == heat_colour(0));
  CHECK(heat_colour(7) == heat_colour(1));
  double last = -1;
  for (int i = 0; i <= 100; ++i) {
    const Colour colour = heat_colour(static_cast<float>(i) / 100);
    const double brightness = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    CHECK(brightness > last);
    last = brightness;
  }
}

TEST_CASE("Labels have colours that differ") {
  std::set<Colour> colours;
  for (std::int64_t i = 0; i < 64; ++i) colours.insert(label_colour(i));
  CHECK(colours.size() == 64);
}

TEST_CASE("Values lie at the centres of their patches and blend between them") {
  const Image photo({2, 8});
  const std::vector<float> values{0, 5};
  const Image opaque = heat_map(photo, values, {1, 2}, {.opacity = 1});
  CHECK(pixel(opaque, 0, 0) == heat_colour(0));
  CHECK(pixel(opaque, 1, 1) == heat_colour(0));
  CHECK(pixel(opaque, 0, 2) == heat_colour(0.125F));  // half a pixel of four beyond the first centre
  CHECK(pixel(opaque, 0, 5) == heat_colour(0.875F));
  CHECK(pixel(opaque, 1, 7) == heat_colour(1));
}

TEST_CASE("Colours are laid over the photo by their opacity") {
  const Image photo({1, 1}, {100, 200, 50});
  const std::vector<float> value{3};
  CHECK(pixel(heat_map(photo, value, {1, 1}, {.opacity = 0}), 0, 0) == Colour{100, 200, 50});
  CHECK(pixel(heat_map(photo, value, {1, 1}, {.opacity = 0.5F}), 0, 0) == Colour{58, 112, 73});
}

TEST_CASE("The scale goes from the least to the largest value unless others are given; equal ones are dark") {
  const Image photo({1, 2});
  const std::vector<float> values{4, 6}, equal{4, 4};
  CHECK(pixel(heat_map(photo, values, {1, 2}, {.opacity = 1, .least = 2.0F, .largest = 10.0F}), 0, 0) == heat_colour(0.25F));
  CHECK(pixel(heat_map(photo, values, {1, 2}, {.opacity = 1, .largest = 5.0F}), 0, 1) == heat_colour(1));
  CHECK(pixel(heat_map(photo, equal, {1, 2}, {.opacity = 1}), 0, 1) == heat_colour(0));
}

TEST_CASE("Each patch has its label's colour to its border, on sides that the grid does not divide") {
  const Image photo({5, 3});
  const std::vector<std::int64_t> labels{7, 8, 9, 10};
  const Image out = label_map(photo, labels, {2, 2}, 1);
  CHECK(pixel(out, 0, 0) == label_colour(7));
  CHECK(pixel(out, 2, 1) == label_colour(7));
  CHECK(pixel(out, 2, 2) == label_colour(8));
  CHECK(pixel(out, 3, 0) == label_colour(9));
  CHECK(pixel(out, 4, 2) == label_colour(10));
}

TEST_CASE("Maps refuse values that do not fill the grid, are no numbers, or an opacity that is none") {
  const Image photo({4, 4});
  const std::vector<float> three{1, 2, 3}, broken{1, 2, 3, NAN};
  const std::vector<std::int64_t> labels{1, 2, 3};
  CHECK_THROWS_WITH(heat_map(photo, three, {2, 2}), ContainsSubstring("heat map: got 3 values for a grid of 2x2"));
  CHECK_THROWS_AS(heat_map(photo, {}, {0, 0}), ShapeError);
  CHECK_THROWS_AS(heat_map(photo, broken, {2, 2}), FormatError);
  CHECK_THROWS_WITH(heat_map(photo, three, {1, 3}, {.opacity = 1.5F}), ContainsSubstring("got an opacity of 1.5"));
  CHECK_THROWS_AS(heat_map(Image(), three, {1, 3}), ShapeError);
  CHECK_THROWS_AS(label_map(Image(), labels, {1, 3}), ShapeError);
  CHECK_THROWS_WITH(label_map(photo, labels, {3, 3}), ContainsSubstring("label map: got 3 values for a grid of 3x3"));
}

TEST_CASE("A patch's contribution is its share of each channel, a channel counting by its square") {
  // p = 1: means (2, 1) of sums (4, 2); squares 4 and 1 of 5. Patch 0 has 3/4 of the first channel and none of the second.
  const std::vector<float> patches{3, -5, 1, 2};
  const std::vector<float> shares = gem_contributions(Rows(patches.data(), 2, 2), 1);
  CHECK(shares[0] == Approx(0.8 * 0.75).epsilon(1e-5));
  CHECK(shares[1] == Approx(0.8 * 0.25 + 0.2).epsilon(1e-5));
}

TEST_CASE("Contributions sum to 1, and are what the aggregator's own descriptor says") {
  using X = Tensor<Cpu<>>;
  const std::vector<float> patches = random_floats(6 * 5, 1);
  const std::vector<float> shares = gem_contributions(Rows(patches.data(), 6, 5));
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1).epsilon(1e-6));
  const std::vector<float> d = GeM<>()(Features<X>{X(), X::from(Shape{1, 6, 5}, patches), {2, 3}}).to_vector();
  for (std::size_t i = 0; i < 6; ++i) {
    double expected = 0;
    for (std::size_t c = 0; c < 5; ++c) {
      double sum = 0;
      for (std::size_t j = 0; j < 6; ++j) sum += std::pow(std::max(static_cast<double>(patches[j * 5 + c]), 1e-6), 3);
      expected += static_cast<double>(d[c]) * static_cast<double>(d[c]) *
                  std::pow(std::max(static_cast<double>(patches[i * 5 + c]), 1e-6), 3) / sum;
    }
    CHECK(shares[i] == Approx(expected).epsilon(1e-4));
  }
  const std::vector<float> one = gem_contributions(Rows(patches.data(), 1, 5));
  CHECK(one == std::vector<float>{1});
  CHECK_THROWS_AS(gem_contributions(Rows(patches.data(), 0, 5)), ShapeError);
}
