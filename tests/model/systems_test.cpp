// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>
#include <vpr/model/systems.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/random.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>

using namespace vpr;

namespace {

const std::string checkpoints = vpr::test::data("/checkpoints/");

/// What the file beside a checkpoint says of a forward pass with its weights.
struct Forward {
  nlohmann::json json;

  explicit Forward(const std::string& checkpoint) { std::ifstream(checkpoints + checkpoint + ".json") >> json; }

  VitConfig network() const {
    const auto& config = json.at("forward").at("config");
    VitConfig sizes{.channels = config.at("embed_dim"), .depth = config.at("depth"), .heads = config.at("num_heads")};
    sizes.trained_side = config.value("img_size", sizes.trained_side);
    return sizes;
  }
  Tensor<Cpu<>> images() const {
    const auto recipe = test::Recipe::from_json(json.at("forward").at("recipe").at(0));
    std::vector<float> values(static_cast<std::size_t>(recipe.shape.elements()));
    recipe.fill(values);
    return Tensor<Cpu<>>::from(recipe.shape, values);
  }
  /// The values that are listed, all of them or the first and the last.
  void check(const std::vector<float>& ours) const {
    const auto& forward = json.at("forward");
    const auto same = [&](const char* name, std::size_t from, bool at_end) {
      if (!forward.contains(name)) return std::size_t{0};
      const auto reference = forward.at(name).get<std::vector<float>>();
      REQUIRE(ours.size() >= reference.size());
      const std::size_t begin = at_end ? ours.size() - reference.size() : from;
      for (std::size_t i = 0; i < reference.size(); ++i) CHECK(ours[begin + i] == Approx(reference[i]).margin(2e-5));
      return reference.size();
    };
    CHECK(same("out.main", 0, false) + same("out.main.first", 0, false) + same("out.main.last", 0, true) > 0);
  }
};

auto tiny_salad(const Forward& forward) {
  const VitConfig config = forward.network();
  return Pipeline(DinoV2<>(config), SaladAggregator<>({.channels = config.channels, .clusters = 6, .cluster_dim = 8, .token_dim = 8}),
                  ResizeThenNormalise<>{{{56, 56}}}, make_salad<Shapes>().names);
}

auto tiny_selavpr(const Forward& forward) {
  const VitConfig config = forward.network();
  Pipeline pipeline(DinoV2<VitConfig, SelaAdapters>(config), L2Tokens{GeM<>()}, NormaliseThenResize<>{{{224, 224}}},
                    make_selavpr<Shapes>().pipeline.names);
  return TwoStage(std::move(pipeline), UpConvHead<>({.channels = config.channels, .hidden = 12, .outputs = 8}),
                  MutualNearest<SelaVprScore>());
}

/// A weight file with one tensor renamed, reshaped or left out.
struct Altered {
  const WeightFile& file;
  std::vector<TensorInfo> infos;
  std::vector<std::size_t> places;

  template <class Change>
  Altered(const WeightFile& original, const Change& change) : file(original) {
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
      TensorInfo info = file.tensors()[i];
      if (!change(info)) continue;
      infos.push_back(info);
      places.push_back(i);
    }
  }
  const std::string& path() const { return file.path(); }
  const std::vector<TensorInfo>& tensors() const { return infos; }
  void read(std::size_t index, std::span<float> out) const { file.read(places[index], out); }
};

}  // namespace

TEST_CASE("SALAD's checkpoints load strictly, bare and as Lightning saves them, and describe as the authors' code") {
  for (const char* name : {"salad_state_dict.ckpt", "salad_lightning.ckpt"}) {
    const Forward forward(name);
    auto salad = tiny_salad(forward);
    load(salad, open_weights(checkpoints + name));
    forward.check(salad(forward.images()).to_vector());
  }
}

TEST_CASE("CricaVPR's checkpoint loads strictly and describes a batch as the authors' code") {
  const Forward forward("cricavpr_best_model.pth");
  const VitConfig config = forward.network();
  Pipeline cricavpr(DinoV2<VitConfig, MulConvAdapter>(config),
                    CrossImageAggregator<Split<1, 2, 3>>({.channels = config.channels, .heads = 4, .hidden = 48}),
                    NormaliseThenResize<>{{{224, 224}}}, make_cricavpr<Shapes>().names);
  load(cricavpr, open_weights(checkpoints + "cricavpr_best_model.pth"));
  cricavpr.aggregator.batch_context = BatchContext<Tensor<Cpu<>>>::blocks(16);
  forward.check(cricavpr(forward.images()).to_vector());
}

TEST_CASE("SelaVPR's checkpoint loads strictly and describes as the authors' code, with local features of unit length") {
  const Forward forward("selavpr_best_model.pth");
  auto selavpr = tiny_selavpr(forward);
  load(selavpr, open_weights(checkpoints + "selavpr_best_model.pth"));
  const auto [descriptors, local] = selavpr(forward.images());
  forward.check(descriptors.to_vector());
  CHECK(local.grid == Grid{61, 61});
  CHECK(local.tokens.shape() == Shape{1, 3721, 8});
  CHECK(local.tokens.matrix().row(3720).norm() == Approx(1));
}

TEST_CASE("A tensor that is missing, renamed or mis-shaped in a checkpoint is named with the nearest key") {
  const Forward forward("selavpr_best_model.pth");
  auto selavpr = tiny_selavpr(forward);
  const WeightFile file = open_weights(checkpoints + "selavpr_best_model.pth");
  const auto message = [&](const auto& change) {
    try {
      load(selavpr, Altered(file, change));
    } catch (const WeightError& error) {
      return std::string(error.what());
    }
    return std::string("loaded");
  };
  CHECK(message([](TensorInfo&) { return true; }) == "loaded");
  CHECK_THAT(message([](TensorInfo& info) { return !info.name.ends_with("upconv2.bias"); }),
             ContainsSubstring("missing LocalAdapt.upconv2.bias [8]"));
  const std::string renamed = message([](TensorInfo& info) {
    if (info.name.ends_with("blocks.1.adapter2.D_fc1.weight")) info.name = "module.backbone.blocks.1.adapter2.D_fcl.weight";
    return true;
  });
  CHECK_THAT(renamed, ContainsSubstring("missing backbone.blocks.1.adapter2.D_fc1.weight [12, 24]"));
  CHECK_THAT(renamed, ContainsSubstring("module.backbone.blocks.1.adapter2.D_fcl.weight"));
  CHECK_THAT(message([](TensorInfo& info) {
               if (info.name.ends_with("LocalAdapt.upconv1.weight")) info.shape = Shape{24, 12, 9};
               return true;
             }),
             ContainsSubstring("LocalAdapt.upconv1.weight: the file has float32 [24, 12, 9], the model wants [24, 12, 3, 3]"));
}

TEST_CASE("Every named system has the dimensions of its row") {
  for (const NamedSystem& named : named_systems()) {
    INFO(named.name);
    CHECK(make_system<Shapes>(named.name).dimensions() == named.dimensions);
  }
  CHECK_THROWS_WITH(make_system<Shapes>("salad-1"), "there is no system 'salad-1'; the nearest: salad, salad-512 (`vpr models` lists all)");
  CHECK(find_system("vlad") == nullptr);
}

TEST_CASE("Each row of the table says what there is to know, and one name stands for each") {
  std::set<std::string_view> names;
  for (const NamedSystem& named : named_systems()) {
    INFO(named.name);
    for (const std::string_view text : {named.name, named.meaning, named.paper, named.weights, named.licence}) CHECK_FALSE(text.empty());
    CHECK(find_system(named.name) == &named);
    names.insert(named.name);
    CHECK(canonical_name(std::string(named.name) + "@" + std::string(named.backbone)) == named.name);
  }
  CHECK(names.size() == named_systems().size());
  CHECK(canonical_name("salad@dinov2-vits14") == "salad@dinov2-vits14");
  CHECK(canonical_name("dinov2-vits14+gem") == "dinov2-vits14+gem");
}

TEST_CASE("A named system stands on another network if asked to") {
  const AnySystem<Shapes> selavpr = make_system<Shapes>("selavpr@dinov2-vits14");
  CHECK(selavpr.dimensions() == 384);
  CHECK(selavpr.local_channels() == 128);
  CHECK(make_system<Shapes>("cricavpr@dinov2-vits14-reg").dimensions() == 14 * 384);
  CHECK(make_system<Shapes>("salad@dinov2-vits14").dimensions() == 8448);
  CHECK(make_system<Shapes>("gcl@resnet18").dimensions() == 512);
  CHECK(make_system<Shapes>("gcl@resnext101-32x8d:3").dimensions() == 1024);
  CHECK(make_system<Shapes>("cosplace-512@resnet18").dimensions() == 512);
  CHECK(make_system<Shapes>("convap-512@dinov2-vits14").dimensions() == 512);
  CHECK_THROWS_WITH(make_system<Shapes>("cosplace@resnet5"),
                    ContainsSubstring("model 'cosplace@resnet5': there is no backbone 'resnet5'; the nearest: resnet50, "));
  CHECK_THROWS_WITH(make_system<Shapes>("salad@resnet50"),
                    ContainsSubstring("model 'salad@resnet50': there is no vision transformer 'resnet50'; there are dinov2-vits14, "));
  CHECK_THROWS_WITH(make_system<Shapes>("gcl@dinov2-vits14"),
                    ContainsSubstring("there is no ResNet 'dinov2-vits14'; there are resnet18, resnet34, resnet50, "));
}

TEST_CASE("A name of no model is refused with the nearest that there are") {
  const auto refusal = [](std::string_view name) {
    try {
      make_system<Shapes>(name);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("made");
  };
  CHECK(refusal("salat@dinov2-vits14") == "there is no system 'salat'; the nearest: salad (`vpr models` lists all)");
  CHECK(refusal("selavpr++") == "there is no system 'selavpr++'; the nearest: selavpr, selavprpp (`vpr models` lists all)");
  CHECK(refusal("resnet18+gemm") == "model 'resnet18+gemm': there is no aggregator 'gemm'; the nearest: gem (`vpr models` lists all)");
  CHECK(refusal("resnet19+gem").starts_with("model 'resnet19+gem': there is no backbone 'resnet19'; the nearest: resnet18, "));
  CHECK(refusal("vgg16:4") == "model 'vgg16:4' is a backbone alone: want vgg16:4+AGGREGATOR, such as vgg16:4+gem (`vpr models` lists all)");
  CHECK(refusal("dinov2-vits14:13+gem") == "model 'dinov2-vits14:13+gem': vision transformer: got the first 13 blocks, it has 12");
}

TEST_CASE("Every aggregator behind every backbone is made and takes photos, or is refused in a sentence that names both") {
  for (const NamedBackbone& backbone : named_backbones()) {
    for (const NamedAggregator& aggregator : named_aggregators()) {
      const std::string name = text_of(backbone.name, '+', aggregator.name);
      INFO(name);
      try {
        const AnySystem<Shapes> system = make_system<Shapes>(name);
        CHECK_FALSE((aggregator.name == "cls" && !system.pipeline.backbone.has_class_token()));
        CHECK(system.dimensions() > 0);
        AnyPipeline<Shapes> pipeline = system.pipeline;
        if (aggregator.name == "salad")
          pipeline.preprocess = find_preprocess(backbone.preprocess, {448, 448});  // more patches than clusters
        CHECK(pipeline.input_size({480, 640}) == pipeline.preprocess.size({480, 640}));
      } catch (const ConfigError& error) {
        CHECK_THAT(error.what(), ContainsSubstring(text_of("model '", name, "': ")));
        const bool lacks_token = std::string_view(error.what()).find("reads the class token") != std::string_view::npos;
        CHECK((aggregator.name == "vlad" || backbone.name == "dense-sift" || lacks_token));
      }
    }
  }
  CHECK_THROWS_WITH(make_system<Shapes>("convnext-tiny+cls"),
                    ContainsSubstring("the backbone has none: take an aggregator of patches alone"));
  CHECK(make_system<Shapes>("convnext-tiny+salad").dimensions() == 8192);
}

TEST_CASE("Features of a named backbone have the channels, the grid and the class token that it says") {
  const auto images = Tensor<Cpu<>>::zeros(Shape{1, 3, 224, 224});
  for (const char* name : {"dinov2-vits14:1", "deit-ti16-distilled:1", "clip-vitb32:1", "resnet18:1", "vgg16:1", "convnext-tiny:1",
                           "mobilenet-v2:1", "transvpr-extractor", "superpoint", "r2former-deit"}) {
    INFO(name);
    const AnyBackbone<> backbone = make_backbone<Cpu<>>(name);
    const Features<Tensor<Cpu<>>> features = backbone(images);
    CHECK(features.grid == backbone.grid(224, 224));
    CHECK(features.patches.shape() == Shape{1, features.grid.patches(), backbone.channels()});
    if (backbone.has_class_token()) CHECK(features.cls.shape() == Shape{1, backbone.channels()});
  }
}

TEST_CASE("A model's name is told on another backbone, cut or whole") {
  CHECK(on_backbone("salad", "dinov2-vits14") == "salad@dinov2-vits14");
  CHECK(on_backbone("salad@dinov2-vitl14", "dinov2-vits14:8") == "salad@dinov2-vits14:8");
  CHECK(on_backbone("dinov2-vitb14+gem", "dinov2-vits14:8") == "dinov2-vits14:8+gem");
  CHECK_THROWS_WITH(make_system<Shapes>("dinov2-vits14+soup"), ContainsSubstring("no aggregator 'soup'; there are cls, mean, gem"));
}

TEST_CASE("Tokens are brought to unit length as the user says, where the system was published with a choice") {
  AnySystem<> published = make_system<Cpu<>>("selavpr-global@dinov2-vits14:1"),
              raw = make_system<Cpu<>>("selavpr-global@dinov2-vits14:1", "raw");
  auto typed = make_selavpr<Cpu<>, SelaAdapters>(find_vit("dinov2-vits14:1")).pipeline;
  initialise(published, 1);
  initialise(raw, 1);
  initialise(typed, 1);
  const auto images = Tensor<Cpu<>>::from(Shape{1, 3, 28, 42}, random_floats(3 * 28 * 42, 2));
  const std::vector<float> unit = published.pipeline(images).to_vector();
  CHECK(unit == typed(images).to_vector());
  CHECK(unit != raw.pipeline(images).to_vector());
  CHECK(default_tokens("selavpr-global") == "unit");
  CHECK(default_tokens("salad").empty());
  CHECK(default_tokens("dinov2-vits14+gem") == "raw");
  CHECK(default_tokens("dinov2-vits14+gem", {3, Facet::token}) == "unit");
  CHECK(default_tokens("dinov2-vits14:8+gem") == "unit");
  CHECK_THROWS_WITH(make_system<Shapes>("salad", "raw"), ContainsSubstring("the length of its tokens is no choice"));
  CHECK_THROWS_WITH(make_system<Shapes>("dinov2-vits14+gem", "long"), ContainsSubstring("got tokens 'long', want unit or raw"));
}

TEST_CASE("The clusters that an aggregator starts from are parameters of the models that it is part of") {
  for (const NamedAggregator& named : named_aggregators()) {
    const std::string model = text_of("dinov2-vits14:2+", named.name);
    const ClusterStart start = cluster_start(model);
    CHECK(start.parameter.empty() == named.clusters.parameter.empty());
    if (start.parameter.empty()) continue;
    std::set<std::string> names;
    visit_const(make_system<Shapes>(model), [&](const std::string& name, const auto&) { names.insert(name); });
    CHECK(names.contains(start.parameter));
    CHECK(names.contains(start.centroids));
  }
  CHECK(cluster_start("dinov2-vits14+netvlad").parameter == "aggregator.conv.weight");
  CHECK(cluster_start("salad").parameter.empty());
  CHECK(cluster_start("selavpr@dinov2-vits14").parameter.empty());
}

TEST_CASE("The table of named systems prepares photos as the systems themselves do") {
  const Image photo = random_photo({90, 70}, 1);
  for (const NamedSystem& named : named_systems()) {
    INFO(named.name);
    CHECK(find_preprocess(named.preprocess, named.size)(photo).values == make_system<Shapes>(named.name).pipeline.preprocess(photo).values);
  }
}

TEST_CASE("Published figures are of one row, not of its family") {
  std::set<std::string_view> all;
  for (const NamedSystem& named : named_systems()) {
    INFO(named.name);
    CHECK((named.published.empty() || all.insert(named.published).second));
  }
  CHECK(all.size() > 15);
}

TEST_CASE("A system on another network normalises photos as that was published with, and keeps the rest of its preprocessing") {
  CHECK(published_preprocess("salad") == "resize-8-bit-then-normalise");
  CHECK(published_preprocess("salad@clip-vitb16:2") == "resize-8-bit-then-normalise+clip-normalised");
  CHECK(published_preprocess("cosplace-512@vit-s16") == "normalise-then-resize-tensor+shorter-side+half-normalised");
  CHECK(published_preprocess("anyloc@clip-vitl14") == "anyloc+clip-normalised");
  CHECK(published_preprocess("netvlad-hloc@vgg16:4") == "resize-8-bit-then-normalise+longest-side+subtract-mean");
  CHECK(published_preprocess("netvlad-hloc@resnet18") == "resize-8-bit-then-normalise+longest-side");
  CHECK(published_preprocess("clip-vitb16:2+gem") == find_backbone("clip-vitb16").preprocess);
  CHECK_THROWS_WITH(published_preprocess("no such model"), ContainsSubstring("there is no system"));
  const Image photo = random_photo({90, 70}, 1);
  const Normalisation halves{{.5F, .5F, .5F}, {.5F, .5F, .5F}};
  CHECK(make_system<Shapes>("salad@vit-s16").pipeline.preprocess(photo).values ==
        ResizeThenNormalise<>{{{322, 322}}, Interpolation::bilinear, halves}(photo).values);
}

TEST_CASE("The ablations have the parameters that are left") {
  const auto names = [](std::string_view system) {
    std::set<std::string> all;
    visit_const(make_system<Shapes>(system), [&](const std::string& name, const auto&) { all.insert(name); });
    return all;
  };
  const auto has = [](const std::set<std::string>& all, const char* part) {
    return std::any_of(all.begin(), all.end(), [part](const std::string& name) { return name.find(part) != std::string::npos; });
  };
  CHECK(names("salad").contains("aggregator.dust_bin"));
  CHECK_FALSE(names("salad-no-dustbin").contains("aggregator.dust_bin"));
  CHECK_FALSE(has(names("salad-no-token"), "token_features"));
  CHECK(has(names("cricavpr-convpass"), "adapter_mlp.adapter_conv"));
  CHECK_FALSE(has(names("cricavpr-convpass"), "branch1"));
  CHECK_FALSE(has(names("selavpr-global"), "LocalAdapt"));
  CHECK_FALSE(has(names("selavpr-local"), "adapter1"));
}
