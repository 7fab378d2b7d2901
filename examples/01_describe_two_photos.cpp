// SPDX-License-Identifier: MIT
// Teaches: a pipeline is a type; it prepares a photo, reads it and gives a descriptor. How alike are two photos?
// A network that was not trained for places tells them apart better by an earlier block: `Tapped` takes the tokens of block 7, from 0.
//
//     01_describe_two_photos WEIGHTS PHOTO PHOTO
#include <vpr/vpr.hpp>

#include <cstdio>
#include <numeric>

int main(int count, char** arguments) try {
  if (count != 4) return std::fprintf(stderr, "usage: %s WEIGHTS PHOTO PHOTO, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  vpr::Pipeline model(vpr::Tapped(vpr::DinoV2<vpr::ViTS14>(), {.block = 7}), vpr::L2Tokens<vpr::GeM<>>());
  vpr::load(model.backbone, vpr::open_weights(arguments[1]));
  const std::vector<float> a = model.describe(vpr::read_image(arguments[2]));  // 384 floats, unit length
  const std::vector<float> b = model.describe(vpr::read_image(arguments[3]));
  const float cosine = std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);

  std::printf("%zu values each, cosine %.4f\n", a.size(), cosine);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
