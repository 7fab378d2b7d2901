// SPDX-License-Identifier: MIT
// refused: keeping features under their photo's checksum needs the component hash: link the CMake target vpr::hash, or, without CMake,
#include <vpr/vpr.hpp>

int main() {
  vpr::DinoV2<vpr::ViTS14> network;
  vpr::FeatureCache cache("folder", "identity");
  vpr::FrozenBlocks blocks(network, cache);
  vpr::frozen_blocks(network);
  vpr::digest_of("text");
  vpr::digest_of_parameters(network);
}
