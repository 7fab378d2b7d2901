// SPDX-License-Identifier: MIT
// Teaches: descriptors of known places go into an index; a new photo finds its neighbours there. The descriptors are GeM over the tokens of
// block 7, which tell places apart better than the last ones in a network that was not trained for places.
//
//     02_build_and_query_a_map WEIGHTS FOLDER_OF_KNOWN_PLACES PHOTO...
#include <vpr/vpr.hpp>

#include <cstdio>

int main(int count, char** arguments) try {
  if (count < 4)
    return std::fprintf(stderr, "usage: %s WEIGHTS FOLDER_OF_KNOWN_PLACES PHOTO..., WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  vpr::Pipeline model(vpr::Tapped(vpr::DinoV2<vpr::ViTS14>(), {.block = 7}), vpr::L2Tokens<vpr::GeM<>>());
  vpr::load(model.backbone, vpr::open_weights(arguments[1]));

  const std::vector<vpr::Photo> places = vpr::read_photos(arguments[2]);
  vpr::FlatIndex<> map(model.dimensions());
  for (const vpr::Photo& place : places) {
    const std::vector<float> descriptor = model.describe(vpr::read_image(place.path));
    map.add(vpr::Rows(descriptor.data(), 1, map.dim()));
  }

  for (int i = 3; i < count; ++i) {
    const std::vector<float> query = model.describe(vpr::read_image(arguments[i]));
    std::printf("%s\n", arguments[i]);
    const vpr::Matches nearest = map.search(vpr::Rows(query.data(), 1, map.dim()), 3)[0];
    for (const vpr::Match& match : nearest) {
      std::printf("  %.4f  %s\n", match.score, places[static_cast<std::size_t>(match.id)].name.c_str());
    }
  }
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
