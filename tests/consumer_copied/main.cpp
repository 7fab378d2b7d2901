// SPDX-License-Identifier: MIT
// A stranger's program that uses much of the library: describing, searching, re-ranking, training, and files of each kind.
#include <vpr/vpr.hpp>

#include <vpr/index/fit_pca.hpp>
#include <vpr/model/named.hpp>
#include <vpr/train/trainer.hpp>

int main() {
  vpr::TwoStage<vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>>, vpr::Patches<>, vpr::MutualNearest<>> model;
  vpr::load(model.pipeline.backbone, vpr::open_weights("weights.pth"));
  vpr::Dataset set;
  set.database = vpr::read_photos("places");
  vpr::FlatIndex<> index(model.dimensions());
  vpr::MemoryLocalStore store(vpr::LocalPrecision::int8);
  const vpr::TwoStageDescription known = model.describe_both(vpr::read_image("street.jpg"));
  index.add(vpr::Rows(known.descriptors.data(), 1, index.dim()));
  store.add(known.local[0]);
  const vpr::Matches found = index.search(vpr::Rows(known.descriptors.data(), 1, index.dim()), 20)[0];
  const vpr::Reranked second = vpr::rerank(found, 20, known.local[0], store, model.matcher);
  vpr::write_npy("descriptors.npy", {1, index.dim()}, known.descriptors);
  vpr::write_image("street.png", vpr::read_image("street.jpg"));
  vpr::save_safetensors("trained.safetensors", model.pipeline);

  auto salad = vpr::make_salad<vpr::Recorded<vpr::Cpu<>>>();
  vpr::initialise(salad, 1);
  vpr::Adam<vpr::Cpu<>> optimizer(salad, {.rate = 0.05});
  optimizer.step(vpr::ConstantRate(), 0);
  return second.matches.empty() ? 1 : 0;
}
