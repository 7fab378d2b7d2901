// SPDX-License-Identifier: MIT
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/named.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <map>
#include <set>

using namespace vpr;

namespace {

/// A file of ViT-S/14 that knows nothing, with the metadata.
std::string weights(const TemporaryFolder& folder, const std::map<std::string, std::string>& metadata) {
  static DinoV2<> network = [] {
    DinoV2<> made{ViTS14()};
    initialise(made, 1);
    return made;
  }();
  const std::string path = folder.file("w.safetensors");
  save_safetensors(path, network, metadata);
  return path;
}

const ModelRecord trained = [] {
  ModelRecord record = record_of("dinov2-vits14+gem", {28, 42}, "resize-8-bit-then-normalise", ViTS14());
  record.block = "3";
  record.facet = "key";
  record.position_rule = "size";
  return record;
}();

}  // namespace

TEST_CASE("A model that is loaded by name is recorded with every default written out") {
  const TemporaryFolder folder;
  const LoadedModel model = load_model({.name = "dinov2-vits14+gem", .weights = weights(folder, {})});
  const ModelRecord& record = model.record;
  CHECK(record.model == "dinov2-vits14+gem");
  CHECK(record.weights == "w.safetensors");
  CHECK(record.weights_root == "none");
  CHECK(record.block == "last");
  CHECK(record.size == "224x224");
  CHECK(record.preprocess == "normalise-then-resize-tensor");
  CHECK(record.batch_context == "alone");
  CHECK(model.pipeline().input_size({480, 640}) == ImageSize{224, 224});
}

TEST_CASE("A trained file says how photos are prepared and which block is taken; what is asked for wins, and is reported") {
  const TemporaryFolder folder;
  const std::string path = weights(folder, metadata_of(trained));
  std::string messages;
  const auto on_message = [&](const std::string& sentence) { messages += sentence + "\n"; };
  const LoadedModel model = load_model({.name = "dinov2-vits14+gem", .weights = path, .on_message = on_message});
  CHECK(model.pipeline().input_size({480, 640}) == ImageSize{28, 42});
  CHECK(differences(model.record, trained).empty());
  CHECK_THAT(messages, ContainsSubstring("size: 28x42, as w.safetensors was trained\n") &&
                           ContainsSubstring("block: 3, as w.safetensors was trained\n"));

  messages.clear();
  const LoadedModel asked = load_model({.name = "dinov2-vits14+gem",
                                        .weights = path,
                                        .size = ImageSize{56, 56},
                                        .tap = Tap{},
                                        .positions = PositionRule::size,
                                        .on_message = on_message});
  CHECK(asked.record.size == "56x56");
  CHECK(asked.record.block == "last");
  CHECK(asked.record.preprocess == "resize-8-bit-then-normalise");
  CHECK_THAT(messages, ContainsSubstring("size: 56x56 as asked, but w.safetensors was trained with 28x42\n") &&
                           ContainsSubstring("block: last as asked, but w.safetensors was trained with 3\n"));
  CHECK_THAT(messages, !ContainsSubstring("position_rule"));
}

TEST_CASE("A record that cannot be used is an error of the file") {
  const TemporaryFolder folder;
  for (const auto& [field, value] : std::map<std::string, std::string>{
           {"size", "99999999999x1"}, {"preprocess", "as you like"}, {"block", "-7"}, {"facet", "colour"}, {"position_rule", "none"}}) {
    INFO(field);
    auto metadata = metadata_of(trained);
    metadata[field] = value;
    const std::string path = weights(folder, metadata);
    CHECK_THROWS_WITH(load_model({.name = "dinov2-vits14+gem", .weights = path}), ContainsSubstring(path + ": its record: "));
    CHECK_THROWS_AS(load_model({.name = "dinov2-vits14+gem", .weights = path}), FormatError);
  }
  auto metadata = metadata_of(trained);
  metadata["block"] = "12";
  CHECK_THROWS_WITH(load_model({.name = "dinov2-vits14+gem", .weights = weights(folder, metadata)}),
                    ContainsSubstring("got block 12, it has blocks 0 to 11"));
}

TEST_CASE("A cut network takes the file of the whole strictly, and describes as its last block does in the whole") {
  const TemporaryFolder folder;
  const std::string path = weights(folder, {});
  std::string messages;
  const auto on_message = [&](const std::string& sentence) { messages += sentence + "\n"; };
  const ImageSize size{28, 42};
  const LoadedModel cut = load_model({.name = "dinov2-vits14:8+gem", .weights = path, .size = size, .on_message = on_message});
  CHECK(messages.empty());
  CHECK(cut.record.model == "dinov2-vits14:8+gem");
  CHECK(cut.record.tokens == "unit");
  const Image photo(ImageSize{60, 80});
  const LoadedModel tapped = load_model({.name = "dinov2-vits14+gem", .weights = path, .size = size, .tap = Tap{7}});
  CHECK(tapped.record.tokens == "unit");
  CHECK(cut.system.describe(photo) == tapped.system.describe(photo));
  const LoadedModel raw = load_model({.name = "dinov2-vits14:8+gem", .weights = path, .size = size, .tokens = "raw"});
  CHECK(raw.system.describe(photo) != cut.system.describe(photo));
  CHECK_THROWS_WITH(load_model({.name = "dinov2-vits14:13+gem", .weights = path}), ContainsSubstring("got the first 13 blocks, it has 12"));
  CHECK_THROWS_WITH(load_model({.name = "dinov2-vits14:x+gem", .weights = path}), ContainsSubstring("want the number of its first parts"));
}

TEST_CASE("A trained composition brings its aggregator's parameters, and whether its tokens are of unit length") {
  AnySystem<> system = make_system<Cpu<>>("dinov2-vits14:1+gem", "raw");
  initialise(system, 1);
  system.visit(
      [](const std::string& name, auto& parameter) {
        if (name == "aggregator.p") parameter.assign(std::vector<float>{2});
      },
      "");
  const TemporaryFolder folder;
  const std::string path = folder.file("gem.safetensors");
  ModelRecord record = record_of("dinov2-vits14:1+gem", {28, 28}, "normalise-then-resize-tensor", ViTS14());
  record.tokens = "raw";
  save_safetensors(path, system, metadata_of(record));
  std::string messages;
  const auto on_message = [&](const std::string& sentence) { messages += sentence + "\n"; };
  const LoadedModel model = load_model({.name = "dinov2-vits14:1+gem", .weights = path, .on_message = on_message});
  CHECK(model.record.tokens == "raw");
  CHECK_THAT(messages, ContainsSubstring("tokens: raw, as gem.safetensors was trained"));
  const auto images = Tensor<Cpu<>>::from(Shape{1, 3, 28, 28}, random_floats(3 * 28 * 28, 2));
  CHECK(model.pipeline()(images).to_vector() == system.pipeline(images).to_vector());
  // another aggregator over the same network leaves them
  CHECK(load_model({.name = "dinov2-vits14:1+mean", .weights = path}).record.tokens == "raw");
}

TEST_CASE("A batch context is for models that mix photos") {
  const TemporaryFolder folder;
  LoadedModel model = load_model({.name = "dinov2-vits14+gem", .weights = weights(folder, {})});
  CHECK_THROWS_WITH(model.describe_in(BatchContext<Tensor<Cpu<>>>::blocks(2)), ContainsSubstring("describes each photo by itself"));
  CHECK(model.record.batch_context == "alone");
}

TEST_CASE("Each row of the table of aggregators makes one of its own, and one name stands for each") {
  const auto words = [] { return Vocabulary{Shape{2, 384}, std::vector<float>(768, 0.5F), {}}; };
  const std::map<std::string_view, std::int64_t> dimensions{{"cls", 384},       {"mean", 384},          {"gem", 384},     {"vlad", 768},
                                                            {"netvlad", 12288}, {"netvlad-8192", 8192}, {"mixvpr", 4096}, {"convap", 8192},
                                                            {"cosplace", 512},  {"salad", 8448},        {"boq", 12288}};
  CHECK(dimensions.size() == named_aggregators().size());
  for (const NamedAggregator& named : named_aggregators()) {
    INFO(named.name);
    CHECK(find_aggregator(named.name) == &named);
    CHECK(named.factory.make<Cpu<>>({384, false, words}).dimensions(384) == dimensions.at(named.name));
    std::int64_t parameters = 0;
    visit_const(named.factory.make<Shapes>({384, false, words}), [&](const std::string&, const auto&) { ++parameters; });
    if (named.learned) CHECK(parameters > 0);
  }
  CHECK(find_aggregator("max") == nullptr);
  CHECK_THROWS_WITH(find_aggregator("vlad")->factory.make<Cpu<>>({384, false, {}}), ContainsSubstring("needs a vocabulary"));
  CHECK_THROWS_WITH(find_aggregator("vlad")->factory.make<Cpu<>>({768, false, words}),
                    ContainsSubstring("384 channels, the network's features 768"));
  CHECK_THROWS_WITH(
      load_model({.name = "dinov2-vits14+max", .weights = "w.pth"}),
      ContainsSubstring("model 'dinov2-vits14+max': there is no aggregator 'max'; there are cls, mean, gem, … (`vpr models` lists all)"));
}

TEST_CASE("Photos of a batch context may differ in size; one that cannot be described is refused before any is") {
  const VitConfig tiny{.channels = 48, .depth = 1, .heads = 3, .trained_side = 84};
  const CrossImageSettings encoder{.channels = 48, .heads = 3, .hidden = 8, .layers = 1};
  const Pipeline pipeline(DinoV2<>(tiny), CrossImageAggregator<>(encoder), NormaliseThenResize<FloorMultiple>{});
  const Image wide(ImageSize{42, 70}), square(ImageSize{56, 56}), line(ImageSize{14, 140});
  const std::vector<ImageView> photos{wide, square, wide};
  const auto all = context_regions(pipeline, photos);
  CHECK(all.shape() == Shape{3, 14, 48});
  const auto one = context_regions(pipeline, std::span(photos).subspan(1, 1)).to_vector();
  const auto values = all.to_vector();
  CHECK(std::equal(one.begin(), one.end(), values.begin() + std::ssize(one)));
  const std::vector<ImageView> with_line{wide, line};
  CHECK_THROWS_WITH(context_regions(pipeline, with_line), ContainsSubstring("batch context: photo 2 of 2: Split: got a grid of 1x10"));
}
