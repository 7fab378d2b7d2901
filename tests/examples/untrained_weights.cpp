// SPDX-License-Identifier: MIT
// untrained_weights FILE: writes weights of DINOv2 ViT-S/14 that know nothing, so that programs can be tried without a download.
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  vpr::DinoV2<vpr::ViTS14> network;
  vpr::initialise(network, 1);
  vpr::save_safetensors(arguments[1], network, {{"source", "untrained"}});
}
