// SPDX-License-Identifier: MIT
// untrained_weights FILE [selavpr]: writes weights of DINOv2 ViT-S/14, or of SelaVPR on it, that know nothing, so that programs can be
// tried without a download.
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/selavpr.hpp>

#include <iostream>
#include <string>

int main(int count, char** arguments) {
  const bool selavpr = count == 3 && std::string(arguments[2]) == "selavpr";
  if (count < 2 || arguments[1][0] == '-' || (count > 2 && !selavpr)) {
    std::cerr << "usage: untrained_weights FILE [selavpr]\n";
    return 2;
  }
  const auto write = [&](auto network) {
    vpr::initialise(network, 1);
    vpr::save_safetensors(arguments[1], network, {{"source", "untrained"}});
  };
  if (selavpr) {
    write(vpr::make_selavpr<vpr::Cpu<>, vpr::SelaAdapters, vpr::ViTS14>());
  } else {
    write(vpr::DinoV2<vpr::ViTS14>());
  }
}
