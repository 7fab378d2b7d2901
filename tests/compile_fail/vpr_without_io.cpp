// SPDX-License-Identifier: MIT
// refused: reading and writing weight files needs the component io: link the CMake target vpr::io, or, without CMake,
#include <vpr/vpr.hpp>

int main() {
  vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>> model;
  vpr::load(model.backbone, vpr::open_weights("weights.pth"));
  const vpr::WeightFile file = vpr::open_weights("weights.pth");
  vpr::inspect(file);
  vpr::read_npy("a.npy"), vpr::read_npz("a.npz"), vpr::read_onnx("a.onnx"), vpr::read_safetensors("a"), vpr::read_torch("a.pth");
  vpr::save_npz("a.npz", model), vpr::save_safetensors("a.safetensors", model), vpr::write_npy("a.npy", {2, 3}, std::vector<float>(6));
  auto made = vpr::DiskLocalStore::create("a"), opened = vpr::DiskLocalStore::open("a"), extended = vpr::DiskLocalStore::extend("a");
  vpr::evaluation_json(vpr::Recall(), 3, vpr::Timing());
}
