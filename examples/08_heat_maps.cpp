// SPDX-License-Identifier: MIT
// Teaches: to draw over a photo what its descriptor is made of. `gem.png` shows each patch's share of the GeM descriptor,
// `salad_clusters.png` the cluster that SALAD assigns most of each patch to, `salad_dustbin.png` how much of each patch it leaves out.
// SALAD's aggregator is untrained here: load a checkpoint into `model.aggregator` to see what it has learned. FOLDER must exist.
//
//     08_heat_maps WEIGHTS PHOTO FOLDER
#include <vpr/vpr.hpp>

#include <algorithm>
#include <cstdio>

int main(int count, char** arguments) try {
  if (count != 4) return std::fprintf(stderr, "usage: %s WEIGHTS PHOTO FOLDER, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  const vpr::SaladSettings salad{.channels = 384, .clusters = 16, .cluster_dim = 32, .token_dim = 32};
  vpr::Pipeline model{vpr::DinoV2<vpr::ViTS14>(), vpr::SaladAggregator<>(salad)};
  vpr::initialise(model.aggregator, 1, 0.2F);
  vpr::load(model.backbone, vpr::open_weights(arguments[1]));

  const vpr::Image photo = vpr::read_image(arguments[2]);
  const vpr::ImageView view = photo;
  const auto features = model.backbone(model.prepared({&view, 1}));
  const std::string folder = arguments[3];

  const std::vector<float> patches = features.patches.to_vector();  // 256 patches of 384 channels
  const std::vector<float> shares = vpr::gem_contributions(vpr::Rows(patches.data(), features.grid.patches(), 384));
  vpr::write_image(folder + "/gem.png", vpr::heat_map(photo, shares, features.grid));

  const std::vector<float> assignment = model.aggregator.assignment(features).to_vector();  // 256 × 17: 16 clusters and the dustbin
  std::vector<std::int64_t> cluster;
  std::vector<float> dustbin;
  for (auto row = assignment.begin(); row != assignment.end(); row += 17) {
    cluster.push_back(std::max_element(row, row + 16) - row);
    dustbin.push_back(row[16]);
  }
  vpr::write_image(folder + "/salad_clusters.png", vpr::label_map(photo, cluster, features.grid));
  vpr::write_image(folder + "/salad_dustbin.png", vpr::heat_map(photo, dustbin, features.grid));

  const auto most = std::max_element(shares.begin(), shares.end());
  std::printf("gem.png, salad_clusters.png, salad_dustbin.png: the strongest of %zu patches makes up %.1f%% of GeM's descriptor\n",
              shares.size(), 100.0 * *most);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
