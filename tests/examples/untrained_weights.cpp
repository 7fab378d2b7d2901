// SPDX-License-Identifier: MIT
// untrained_weights FILE [selavpr]: writes weights of DINOv2 ViT-S/14, or of SelaVPR on it, that know nothing, so that programs can be
// tried without a download.
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/selavpr.hpp>

#include <string>

int main(int count, char** arguments) {
  if (count < 2 || count > 3) return 2;
  const auto write = [&](auto network) {
    vpr::initialise(network, 1);
    vpr::save_safetensors(arguments[1], network, {{"source", "untrained"}});
  };
  if (count == 3 && std::string(arguments[2]) == "selavpr") {
    write(vpr::make_selavpr<vpr::Cpu<>, vpr::SelaAdapters, vpr::ViTS14>());
  } else {
    write(vpr::DinoV2<vpr::ViTS14>());
  }
}
