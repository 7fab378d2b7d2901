// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HASH
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/dataset/frozen_blocks.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/train/parameters.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <map>

using namespace vpr;

namespace {

using B = Cpu<f32>;
using Network = DinoV2<VitConfig, NoAdapter, Recorded<B>>;

/// Three blocks, of which the last and the normalisation are trained.
Network network(std::uint64_t seed = 1) {
  Network made(VitConfig{.channels = 24, .depth = 3, .heads = 3, .registers = 2, .trained_side = 42});
  initialise(made, seed, 0.2F);
  freeze(made, "");
  unfreeze(made, [](const std::string& name) { return name.starts_with("blocks.2.") || name.starts_with("norm."); });
  return made;
}

/// The photos of these numbers.
Tensor<B> images(std::initializer_list<std::uint64_t> photos, Shape photo = {3, 28, 42}) {
  std::vector<float> values;
  for (const std::uint64_t seed : photos) {
    const std::vector<float> one = random_floats(photo.elements(), seed);
    values.insert(values.end(), one.begin(), one.end());
  }
  return Tensor<B>::from(Shape{std::ssize(photos), photo[0], photo[1], photo[2]}, std::span<const float>(values));
}

/// The features of a pass and the gradients that it leaves.
template <class Compute>
std::map<std::string, std::vector<float>> pass(Network& model, const Compute& compute, const Tensor<B>& photos) {
  model.visit([](const std::string&, auto& parameter) { parameter.clear_gradient(); }, "");
  const Features<Var<B>> features = compute(Var<B>(photos));
  std::map<std::string, std::vector<float>> all{{"cls", features.cls.to_vector()}, {"patches", features.patches.to_vector()}};
  features.patches.backward(
      Tensor<B>::from(features.patches.shape(), std::span<const float>(random_floats(features.patches.shape().elements(), 6))));
  model.visit([&](const std::string& name, auto& parameter) { all[name] = parameter.gradient().to_vector(); }, "");
  return all;
}

}  // namespace

TEST_CASE("Frozen blocks that were kept give the features and gradients of the whole network to the bit") {
  const TemporaryFolder folder;
  Network model = network();
  const auto whole = [&](const Var<B>& photos) { return model(photos); };
  {
    const FrozenBlocks<Network> kept(model, folder.path());
    CHECK(kept.blocks() == 2);
    CHECK(pass(model, kept, images({1, 2})) == pass(model, whole, images({1, 2})));
    CHECK(kept.cache().misses() == 2);
    CHECK(pass(model, kept, images({3, 2, 1})) == pass(model, whole, images({3, 2, 1})));
    CHECK(kept.cache().hits() == 2);
  }
  const FrozenBlocks<Network> later(model, folder.path());
  CHECK(pass(model, later, images({2, 3})) == pass(model, whole, images({2, 3})));
  CHECK(later.cache().misses() == 0);
}

TEST_CASE("Training what comes after keeps what is on disk; other frozen parameters do not find it") {
  const TemporaryFolder folder;
  Network model = network(), other = network(2);
  const FrozenBlocks<Network> kept(model, folder.path());
  kept(Var<B>(images({1})));
  const std::vector<float> moved(24 * 24, 0.5F);
  model.blocks()[2].attn.proj.weight.assign(moved);
  const FrozenBlocks<Network> resumed(model, folder.path());
  CHECK(resumed(Var<B>(images({1}))).patches.to_vector() == model(Var<B>(images({1}))).patches.to_vector());
  CHECK(resumed.cache().hits() == 1);
  const FrozenBlocks<Network> others(other, folder.path());
  CHECK(others(Var<B>(images({1}))).patches.to_vector() == other(Var<B>(images({1}))).patches.to_vector());
  CHECK(others.cache().hits() == 0);
}

TEST_CASE("The same numbers in rows of another length are another photo") {
  const TemporaryFolder folder;
  Network model = network();
  const FrozenBlocks<Network> kept(model, folder.path());
  for (const Shape& shape : {Shape{3, 28, 42}, Shape{3, 42, 28}}) {
    CHECK(kept(Var<B>(images({1}, shape))).patches.to_vector() == model(Var<B>(images({1}, shape))).patches.to_vector());
  }
  CHECK(kept.cache().hits() == 0);
}

TEST_CASE("Frozen blocks end where training begins") {
  const TemporaryFolder folder;
  Network model = network();
  freeze(model, "");
  CHECK(frozen_blocks(model) == 3);
  unfreeze(model, "norm.");
  CHECK(frozen_blocks(model) == 3);
  unfreeze(model, "blocks.1.mlp.");
  CHECK(frozen_blocks(model) == 1);
  unfreeze(model, "pos_embed");
  CHECK(frozen_blocks(model) == 0);
  CHECK_THROWS_WITH(FrozenBlocks<Network>(model, folder.path()),
                    ContainsSubstring("something in the first block, or before it, is trained"));
}

TEST_CASE("Images that are none are refused") {
  const TemporaryFolder folder;
  Network model = network();
  const FrozenBlocks<Network> kept(model, folder.path());
  CHECK_THROWS_AS(kept(Var<B>(Tensor<B>::full({3, 28, 42}, 0))), ShapeError);
  CHECK_THROWS_AS(kept(Var<B>(images({}))), ShapeError);
  CHECK_THROWS_AS(kept(Var<B>(images({1}, {3, 28, 41}))), ShapeError);
}
#endif
