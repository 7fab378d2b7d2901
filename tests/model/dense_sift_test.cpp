// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/model/dense_sift.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/resnet.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

TEST_CASE("Weights are needed but for dense SIFT with an aggregator that learns nothing, and no file is taken for it") {
  for (const char* name : {"dense-sift+vlad", "dense-sift+gem", "dense-sift+mean"}) CHECK_FALSE(needs_weights(name));
  for (const char* name : {"dense-sift+netvlad", "dinov2-vits14+vlad", "salad", "cosplace@dense-sift", "dense-sift+nothing", ""})
    CHECK(needs_weights(name));
  CHECK_THROWS_WITH(load_model({.name = "resnet18+gem", .weights = ""}), ContainsSubstring("model 'resnet18+gem' needs weights"));
  CHECK(identify(test::Memory().with("conv1.weight", Shape{1, 1, 3, 3}, 0)).empty());
}

#ifdef VPR_WITH_OPENCV
namespace {

Vocabulary words(const PatchFeatures& features) {
  VocabularyBuilder builder(features.channels, {.kmeans = {.clusters = 3}});
  const std::vector<float> tokens = features.of(random_photo({60, 70}, 1));
  builder.add(Rows(tokens.data(), std::ssize(tokens) / features.channels, features.channels));
  return builder.build("a photo");
}

}  // namespace

TEST_CASE("Dense SIFT with VLAD is loaded by name without weights, and recorded so") {
  const LoadedModel model = load_model({.name = "dense-sift+vlad", .weights = "", .size = ImageSize{48, 64}, .vocabulary = words});
  CHECK(model.record.weights == "none");
  CHECK(model.record.preprocess == resize_8_bit);
  CHECK(model.record.tokens == "raw");
  CHECK(model.system.dimensions() == 3 * 128);
  const Image one = random_photo({60, 80}, 2), other = random_photo({60, 80}, 3);
  CHECK(model.system.describe(one) == model.system.describe(one));
  CHECK(model.system.describe(one) != model.system.describe(other));
  const LoadedModel both = load_two_stage({.name = "dense-sift+gem", .weights = "", .size = ImageSize{48, 64}});
  CHECK(both.system.describe_both(one).local[0].grid == Grid{6, 32});
}

TEST_CASE("What dense SIFT has not is refused: weights, blocks, parts, precisions and photos smaller than a region") {
  const TemporaryFolder folder;
  const std::string path = folder.file("resnet.safetensors");
  save_safetensors(path, ResNet<>(find_resnet("resnet18:1")));
  const auto request = [](std::string_view name) { return ModelRequest{.name = std::string(name), .weights = ""}; };
  ModelRequest with_file = request("dense-sift+gem"), tapped = with_file, packed = with_file, small = with_file;
  with_file.weights = path;
  tapped.tap = Tap{0};
  packed.precision = Precision::bf16;
  small.size = ImageSize{32, 32};
  CHECK_THROWS_AS(load_model(with_file), WeightError);
  CHECK_THROWS_WITH(load_model(tapped), ContainsSubstring("got block 0, it has none"));
  CHECK_THROWS_WITH(load_model(packed), ContainsSubstring("this model has none: take f32"));
  CHECK_THROWS_WITH(load_model(small), ContainsSubstring("got an image of 32x32, want sides of 40 at least"));
  CHECK_THROWS_WITH(load_model(request("dense-sift:2+gem")), ContainsSubstring("is not cut"));
  ModelRequest saved = request("dense-sift+gem");
  saved.save_weights = folder.file("none.safetensors");
  CHECK_THROWS_WITH(load_model(saved), ContainsSubstring("model 'dense-sift+gem' has no weights"));
}
#else
TEST_CASE("Without OpenCV dense SIFT is listed, and says what it needs when it is asked for") {
  CHECK_THROWS_WITH(load_model({.name = "dense-sift+gem", .weights = ""}), ContainsSubstring("needs the component opencv"));
}
#endif
