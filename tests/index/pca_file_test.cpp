// SPDX-License-Identifier: MIT
#include <vpr/index/pca_file.hpp>

#include <vpr/index/fit_pca.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <vector>

using namespace vpr;

namespace {

Pca some_pca(float power) {
  const std::vector<float> numbers = random_floats(30 * 7, 1);
  return fit_pca(Rows(numbers.data(), 30, 7), {.components = 3, .power = power});
}

/// A model of single parameters, to write what is no PCA.
struct Tensors {
  std::vector<std::pair<std::string, detail::PcaTensor>> all;
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (auto& [name, tensor] : all) visitor(prefix + name, tensor);
  }
};

}  // namespace

TEST_CASE("A PCA is read as it was saved, with what was said of it") {
  const TemporaryFolder folder;
  const std::vector<float> numbers = random_floats(5 * 7, 2);
  const Rows descriptors(numbers.data(), 5, 7);
  for (const float power : {0.0F, -0.5F, -0.3F}) {
    const Pca saved = some_pca(power);
    save_pca(folder.file("pca.safetensors"), saved, {{"source", "30 random vectors"}});
    const Pca read = load_pca(folder.file("pca.safetensors"));
    CHECK(read(descriptors) == saved(descriptors));
    CHECK(read.parameters().ratio == saved.parameters().ratio);
    CHECK(read.parameters().power == power);
  }
  const WeightFile file = read_safetensors(folder.file("pca.safetensors"));
  CHECK(file.metadata().at("source") == "30 random vectors");
  CHECK(file.tensors()[*find_tensor(file, "components")].shape == Shape{3, 7});
  CHECK(file.tensors()[*find_tensor(file, "mean")].shape == Shape{7});
}

TEST_CASE("A file that is no PCA is refused, saying what is wrong") {
  const TemporaryFolder folder;
  const std::string path = folder.file("pca.safetensors");
  const PcaParameters good = some_pca(0).parameters();
  const auto save = [&](const PcaParameters& parameters, const std::map<std::string, std::string>& metadata) {
    detail::PcaComponent component{parameters};
    save_safetensors(path, component, metadata);
  };
  save(good, {});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring(path + ": its metadata has power '', expected a number"));
  save(good, {{"power", "-0.5x"}});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("has power '-0.5x'"));

  PcaParameters bad = good;
  bad.mean.conservativeResize(6);
  save(bad, {{"power", "0"}});
  CHECK_THROWS_AS(load_pca(path), ShapeError);
  bad = good;
  bad.components(1, 1) = std::numeric_limits<float>::quiet_NaN();
  save(bad, {{"power", "0"}});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("component 1 holds nan at 1"));

  Tensors tensors{{{"components", good.components},
                   {"explained_variance", good.variance},
                   {"explained_variance_ratio", good.ratio},
                   {"mean", good.components}}};
  save_safetensors(path, tensors, {{"power", "0"}});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("'mean' has 3 rows, expected one"));
  tensors.all.pop_back();
  save_safetensors(path, tensors, {{"power", "0"}});
  CHECK_THROWS_AS(load_pca(path), WeightError);
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("is no PCA: it has no tensor 'mean'"));
  CHECK_THROWS_AS(load_pca(folder.file("missing")), IoError);
}

TEST_CASE("A PCA of a newer version, and a file of another kind, are refused for what they are") {
  const TemporaryFolder folder;
  const std::string path = folder.file("pca.safetensors");
  const PcaParameters good = some_pca(0).parameters();
  detail::PcaComponent component{good};
  save_safetensors(path, component, {{"power", "0"}, {"format", "vpr PCA"}, {"format_version", "7"}});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("is a vpr PCA of version 7, this vpr reads up to 1"));
  save_safetensors(path, component, {{"power", "0"}, {"format", "vpr vocabulary"}});
  CHECK_THROWS_WITH(load_pca(path), ContainsSubstring("is a vpr vocabulary, expected a vpr PCA"));
  save_safetensors(path, component, {{"power", "0"}});
  CHECK_NOTHROW(load_pca(path));
}
