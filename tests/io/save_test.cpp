// SPDX-License-Identifier: MIT
#include <vpr/io/load.hpp>
#include <vpr/io/npz.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>

#include "tests/io/fake_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <filesystem>
#include <string>

using vpr::Shape;
using vpr::test::FakeModel;

static FakeModel filled() {
  FakeModel model({{"a.weight", Shape{2, 3}}, {"none", Shape{0, 4}}, {"scale", Shape{}}, {"caf\xc3\xa9 \"b\"", Shape{5}}});
  float next = -0.1F;
  for (auto& [name, parameter] : model.parameters) {
    for (float& value : parameter.values) value = next *= -1.37F;
  }
  model.parameters[0].second.values[1] = INFINITY;
  return model;
}

/// Lets itself be described, and fails when its values are wanted.
struct Failing : FakeModel {
  using FakeModel::FakeModel;
  int visits = 0;
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    FakeModel::visit(visitor, prefix);
    if (++visits == 2) throw vpr::WeightError("lost on the way");
  }
};

static void check_same(FakeModel& model, const vpr::WeightFile& file) {
  FakeModel loaded = filled();
  for (auto& [name, parameter] : loaded.parameters) std::fill(parameter.values.begin(), parameter.values.end(), 0.0F);
  CHECK(vpr::load(loaded, file).fits());
  for (const auto& [name, parameter] : model.parameters) CHECK(loaded.at(name) == parameter.values);
}

TEST_CASE("save: safetensors come back with their metadata, bit for bit") {
  const TemporaryFolder folder;
  FakeModel model = filled();
  const std::string path = folder.file("m.safetensors");
  vpr::save_safetensors(path, model, {{"licence", "MIT"}, {"source", "https://example.org"}});
  const auto file = vpr::read_safetensors(path);
  CHECK(file.metadata().at("licence") == "MIT");
  check_same(model, file);
  vpr::save_safetensors(path, model);
  const vpr::WeightFile plain = vpr::read_safetensors(path);
  CHECK(plain.metadata().empty());
}

TEST_CASE("save: npz come back bit for bit, the same file for the same model") {
  const TemporaryFolder folder;
  FakeModel model = filled();
  vpr::save_npz(folder.file("m.npz"), model);
  check_same(model, vpr::read_npz(folder.file("m.npz")));
  vpr::save_npz(folder.file("n.npz"), model);
  CHECK(file_content(folder.file("m.npz")) == file_content(folder.file("n.npz")));
}

TEST_CASE("save: where nothing can be written the error says so and the old file stays") {
  const TemporaryFolder folder;
  FakeModel model = filled();
  CHECK_THROWS_WITH(vpr::save_npz(folder.file("no/m.npz"), model), ContainsSubstring("no/m.npz: cannot be written"));
  CHECK_THROWS_AS(vpr::save_safetensors(folder.file("no/m.safetensors"), model), vpr::IoError);
  Failing failing({{"a", Shape{3}}});
  const std::string path = folder.write("old.safetensors", "old");
  CHECK_THROWS_WITH(vpr::save_safetensors(path, failing), "lost on the way");
  CHECK(file_content(path) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
