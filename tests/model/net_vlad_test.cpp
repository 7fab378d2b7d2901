// SPDX-License-Identifier: MIT
// NetVLAD and SFRS by name: files of their authors' names are identified and load strictly.
#include <vpr/model/net_vlad.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A checkpoint of NetVLAD is told by its names and the dimensions of its PCA") {
  const InMemory patch = made_file("netvlad", SequentialNames{"state_dict."});
  CHECK(has(patch, "state_dict.encoder.28.weight", Shape{512, 512, 3, 3}));
  CHECK(has(patch, "state_dict.pool.centroids", Shape{64, 512}));
  CHECK(has(patch, "state_dict.pool.conv.weight", Shape{64, 512, 1, 1}));
  CHECK(has(patch, "state_dict.WPCA.0.weight", Shape{4096, 32768, 1, 1}));
  CHECK(identified(patch) == std::vector<std::string>{"vgg16", "netvlad", "patchnetvlad-p"});
  CHECK(identified(made_file("netvlad-128", SequentialNames())) == std::vector<std::string>{"vgg16", "netvlad-128"});

  const InMemory original = made_file("netvlad-hloc", SequentialNames());
  CHECK(has(original, "backbone.0.weight", Shape{64, 3, 3, 3}));
  CHECK(has(original, "netvlad.centers", Shape{512, 64}));
  CHECK(has(original, "netvlad.score_proj.weight", Shape{64, 512, 1}));
  CHECK(has(original, "whiten.weight", Shape{4096, 32768}));
  CHECK(identified(original) == std::vector<std::string>{"vgg16", "netvlad-hloc"});
}

TEST_CASE("Nanne's checkpoint has no PCA, and the wrappers of parallel training in the middle of its names") {
  InMemory file;
  for (TensorInfo info : made_file("netvlad-full", SequentialNames()).infos) {
    info.name.insert(info.name.find('.'), ".module");
    file.with(info.name, info.shape, 0);
  }
  CHECK(has(file, "encoder.module.0.weight", Shape{64, 3, 3, 3}));
  CHECK(has(file, "pool.module.centroids", Shape{64, 512}));
  CHECK(identified(file) == std::vector<std::string>{"vgg16", "netvlad-full"});
}

TEST_CASE("A checkpoint of SFRS has OpenIBL's names") {
  const InMemory file = made_file("sfrs", SequentialNames{"module."});
  CHECK(has(file, "module.base_model.base.0.weight", Shape{64, 3, 3, 3}));
  CHECK(has(file, "module.net_vlad.conv.weight", Shape{64, 512, 1, 1}));
  CHECK(has(file, "module.pca_layer.weight", Shape{4096, 32768, 1, 1}));
  CHECK(identified(file) == std::vector<std::string>{"vgg16", "sfrs"});
  CHECK(identified(made_file("sfrs-full", SequentialNames{"module."})) == std::vector<std::string>{"vgg16", "sfrs-full"});
}

TEST_CASE("NetVLAD stands on other networks, too") {
  CHECK(make_system<Shapes>("netvlad-full@resnet18:3").dimensions() == 64 * 256);
  CHECK(make_system<Shapes>("sfrs@resnet18:3").dimensions() == 4096);
}
