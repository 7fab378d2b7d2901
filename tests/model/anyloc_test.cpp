// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/anyloc.hpp>
#include <vpr/model/named.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

using namespace vpr;

namespace {

const VitConfig deep{.channels = 8, .depth = 34, .heads = 2, .trained_side = 56};

Image photo() { return random_photo({50, 60}, 1); }

Vocabulary words() { return {Shape{3, 8}, random_floats(24, 7), {}}; }
Tensor<Cpu<>> as_tensor(const Vocabulary& vocabulary) { return Tensor<Cpu<>>::from(vocabulary.shape, std::span(vocabulary.centres)); }

}  // namespace

TEST_CASE("AnyLoc describes by VLAD over the values of block 31, whatever stands behind it") {
  DinoV2<> whole(deep);
  initialise(whole, 1, 0.3F);
  AnyLoc<> anyloc = make_anyloc(as_tensor(words()), deep);
  CHECK(anyloc.dimensions() == 24);
  initialise(anyloc.backbone, 1, 0.3F);
  CHECK(anyloc.preprocess.size({2048, 1030}) == ImageSize{1022, 504});
  const auto images = Tensor<Cpu<>>::from(Shape{1, 3, 42, 56}, random_floats(3 * 42 * 56, 2));
  const Vlad<> vlad(as_tensor(words()));
  const std::vector<float> expected = vlad(whole(images, {31, Facet::value})).to_vector();
  CHECK(anyloc(images).to_vector() == expected);
  CHECK_THROWS_WITH(make_system<Shapes>("anyloc@dinov2-vitb14"), ContainsSubstring("got the first 32 blocks, it has 12"));
}

TEST_CASE("A system that counts by words takes the network's file and a vocabulary, or a file of both") {
  NamedSystem row = *find_system("anyloc");
  row.size = {56, 56};
  row.factory = []<class B>(std::string_view) { return make_anyloc<B>(B::tensor::zeros(Shape{3, 8}), deep); };
  const TemporaryFolder folder;
  const std::string network_file = folder.file("network.safetensors"), both_file = folder.file("both.safetensors");
  DinoV2<> network(deep);
  initialise(network, 1, 0.3F);
  save_safetensors(network_file, network);

  ModelRequest request{.name = "anyloc", .weights = network_file};
  CHECK_THROWS_WITH(detail::load_system(row, request), ContainsSubstring("model 'anyloc' needs a vocabulary"));
  ImageSize seen;
  request.vocabulary = [&](const PatchFeatures& features) {
    seen = features.input_size({50, 60});
    CHECK(features.channels == 8);
    CHECK(features.of(photo()).size() == 3 * 4 * 8);  // 50x56 at most, cut to multiples of 14
    CHECK(features.record.block == "31");
    CHECK(features.record.facet == "value");
    return words();
  };
  request.save_weights = both_file;
  const LoadedModel loaded = detail::load_system(row, request);
  CHECK(seen == ImageSize{42, 56});
  const std::vector<float> descriptor = loaded.system.describe(photo());
  CHECK(descriptor.size() == 24);

  AnyLoc<> expected = make_anyloc(as_tensor(words()), deep);
  load(expected.backbone, open_weights(network_file));
  expected.preprocess = AnyLocCrop{56};
  CHECK(descriptor == expected.describe(photo()));
  save_safetensors(both_file, expected);
  CHECK(detail::load_system(row, {.name = "anyloc", .weights = both_file}).system.describe(photo()) == descriptor);

  request.tap = Tap{31, Facet::key};
  CHECK_THROWS_WITH(detail::load_system(row, request), ContainsSubstring("is described as it was published"));
  CHECK(needs_vocabulary("anyloc"));
  CHECK(needs_vocabulary("dinov2-vits14:3+vlad"));
  CHECK_FALSE(needs_vocabulary("salad"));
}
