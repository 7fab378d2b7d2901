// SPDX-License-Identifier: MIT
#include <vpr/backbone/super_point.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
SuperPointEncoder<> encoder() {
  SuperPointEncoder<> result;
  randomise(result, 1, 0.1F);
  return result;
}
}  // namespace

TEST_CASE("SuperPoint's map has an eighth of the sides, rounded down, with the same bits alone, in a batch and on any threads") {
  const SuperPointEncoder<> network = encoder();
  const X images = random_tensor_f32(Shape{2, 1, 19, 26}, 2);
  const std::vector<float> together = same_on_any_threads([&] { return network(images).patches.to_vector(); });
  CHECK(network(images).grid == Grid{2, 3});
  CHECK(network(images).patches.shape() == Shape{2, 6, 128});
  std::vector<float> alone = network(slice(images, 0, 0, 1)).patches.to_vector();
  const std::vector<float> second = network(slice(images, 0, 1, 2)).patches.to_vector();
  alone.insert(alone.end(), second.begin(), second.end());
  CHECK(alone == together);
}

TEST_CASE("An image of three planes, normalised as ImageNet's, is seen as its grey") {
  const SuperPointEncoder<> network = encoder();
  std::vector<float> rgb, grey;
  const std::vector<float> pixels = random_floats(3 * 64, 3);
  const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225}, share[] = {0.299, 0.587, 0.114};
  for (std::size_t i = 0; i < 64; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += share[c] * (double{pixels[64 * c + i]} / 2 + 0.5);
    grey.push_back(static_cast<float>(sum));
  }
  for (std::size_t i = 0; i < pixels.size(); ++i)
    rgb.push_back(static_cast<float>((double{pixels[i]} / 2 + 0.5 - mean[i / 64]) / deviation[i / 64]));
  CHECK(largest_difference(network(tensor(Shape{1, 3, 8, 8}, rgb)).patches.to_vector(),
                           network(tensor(Shape{1, 1, 8, 8}, grey)).patches.to_vector()) < 1e-5F);
}

TEST_CASE("SuperPoint's encoder has the authors' parameters, and refuses other planes") {
  const std::vector<std::string> all = parameters(SuperPointEncoder<>());
  CHECK(all.size() == 16);
  CHECK(all[0] == "conv1a.weight [64, 1, 3, 3]");
  CHECK(all[8] == "conv3a.weight [128, 64, 3, 3]");
  CHECK(all[15] == "conv4b.bias [128]");
  CHECK_THROWS_WITH(encoder()(X::zeros(Shape{1, 2, 16, 16})), ContainsSubstring("got images [1, 2, 16, 16]"));
  CHECK_THROWS_AS(encoder()(X::zeros(Shape{1, 1, 7, 16})), ShapeError);
}
