// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace vpr;
using InMemory = vpr::test::Memory;
using Names = std::vector<std::string>;

namespace {

/// A file of the tensors of a named network as `rename` calls them, a name or several of equal parts.
template <class Rename>
InMemory file_of(std::string_view network, const Rename& rename) {
  InMemory file;
  make_backbone<Shapes>(network).visit(
      [&](const std::string& official, auto& parameter) {
        const Names names = rename(official);
        Shape part = parameter.shape();
        if (names.size() > 1) part = part.with(0, part[0] / std::ssize(names));
        for (const std::string& name : names) file.with(name, part, 0);
      },
      std::string());
  return file;
}

Names identified(const InMemory& file) {
  Names names;
  for (const FittingModel& model : identify(file)) names.push_back(model.name + (model.report.fits() ? "" : " leniently"));
  return names;
}

InMemory official(std::string_view network, const std::string& prefix = "") { return file_of(network, PrefixedNames{prefix}); }

/// CLIP's class token, positions and projection have fewer axes in its authors' files than other networks'.
InMemory clip_file(std::string_view network, const NamesOfVit& names) {
  InMemory file = file_of(network, names);
  for (TensorInfo& tensor : file.infos) {
    const Shape shape = tensor.shape;
    if (tensor.name.ends_with("class_embedding")) tensor.shape = Shape{shape[2]};
    if (tensor.name.find("position") != std::string::npos) tensor.shape = Shape{shape[1], shape[2]};
    if (tensor.name.ends_with("visual_projection.weight")) tensor.shape = Shape{shape[1], shape[0]};
  }
  return file;
}

}  // namespace

TEST_CASE("Each named vision transformer has as many parameters as its authors', without classifiers") {
  const std::map<std::string_view, std::int64_t> published{{"vit-s16", 21'665'664},
                                                           {"vit-b16", 85'798'656},
                                                           {"vit-l16", 303'301'632},
                                                           {"deit-ti16-distilled", 5'524'800},
                                                           {"deit-s16-distilled", 21'666'432},
                                                           {"deit-b16-distilled", 85'800'192},
                                                           {"dino-vits16", 21'665'664},
                                                           {"dino-vits8", 21'670'272},
                                                           {"dino-vitb16", 85'798'656},
                                                           {"dino-vitb8", 85'807'872},
                                                           {"clip-vitb32", 87'849'216},
                                                           {"clip-vitb16", 86'192'640},
                                                           {"clip-vitl14", 303'966'208},
                                                           {"dinov3-vits16", 21'601'152},
                                                           {"dinov3-vitb16", 85'669'632},
                                                           {"dinov3-vitl16", 303'154'176}};
  for (const auto& [name, expected] : published) {
    INFO(name);
    std::int64_t parameters = 0;
    visit_const(make_backbone<Shapes>(name), [&](const std::string&, const auto& values) { parameters += values.shape().elements(); });
    CHECK(parameters == expected);
  }
}

TEST_CASE("Files of DeiT, DINO and timm's networks are told apart and load strictly, their classifiers left out") {
  const auto headed = [](std::string_view network, const std::string& prefix, std::int64_t channels) {
    InMemory file = official(network, prefix);
    file.with(prefix + "head.weight", Shape{1000, channels}, 0).with(prefix + "head.bias", Shape{1000}, 0);
    return file;
  };
  InMemory deit = headed("deit-s16-distilled", "model.", 384);
  deit.with("model.head_dist.weight", Shape{1000, 384}, 0).with("model.head_dist.bias", Shape{1000}, 0);
  CHECK(identified(deit) == Names{"deit-s16-distilled"});
  CHECK(identified(headed("vit-b16", "", 768)) == Names{"vit-b16"});
  CHECK(identified(official("dino-vits8")) == Names{"dino-vits8"});
  CHECK(identified(official("dino-vits16")) == Names{"vit-s16", "dino-vits16"});  // one architecture
  CHECK(compare(make_backbone<Shapes>("deit-s16-distilled:4"), deit).fits());
  CHECK_FALSE(compare(make_backbone<Shapes>("dino-vits16"), deit).fits());

  InMemory training = official("dino-vits8", "teacher.backbone.");
  for (const TensorInfo& tensor : official("dino-vits8", "student.module.backbone.").infos) training.with(tensor.name, tensor.shape, 1);
  training.with("teacher.head.mlp.0.weight", Shape{2048, 384}, 0);
  CHECK(compare(make_backbone<Shapes>("dino-vits8"), training, {.root = "teacher.backbone."}).fits());
}

TEST_CASE("CLIP's visual tower loads strictly by OpenAI's names, beside the tower for texts, and by Hugging Face's and timm's") {
  for (const std::string_view name : {"clip-vitb32", "clip-vitb16", "clip-vitl14"}) {
    InMemory openai = clip_file(name, {"visual.", VitNames::clip()});
    openai.with("positional_embedding", Shape{77, 512}, 0).with("text_projection", Shape{512, 512}, 0).with("logit_scale", Shape{}, 0);
    openai.with("transformer.resblocks.0.attn.in_proj_weight", Shape{1536, 512}, 0).with("ln_final.weight", Shape{512}, 0);
    CHECK(identified(openai) == Names{std::string(name)});
    InMemory hugging = clip_file(name, {"", VitNames::hugging_face_clip()});
    hugging.with("vision_model.embeddings.position_ids", Shape{1, 50}, 0, DType::int64).with("text_projection.weight", Shape{512, 512}, 0);
    hugging.with("text_model.encoder.layers.0.layer_norm1.weight", Shape{512}, 0).with("logit_scale", Shape{}, 0);
    CHECK(identified(hugging) == Names{std::string(name)});
    CHECK(identified(file_of(name, TimmDinoV2{""})) == Names{std::string(name)});
  }
}

TEST_CASE("DINOv3 loads strictly by its authors' names and by Hugging Face's, which have no bias of keys") {
  for (const std::string name : {"dinov3-vits16", "dinov3-vitb16", "dinov3-vitl16"}) {
    InMemory meta = file_of(name, NamesOfVit{"", VitNames::dinov3()});
    meta.with("rope_embed.periods", Shape{16}, 1);
    for (std::int64_t block = 0; block < make_backbone<Shapes>(name).depth(); ++block)
      meta.with("blocks." + std::to_string(block) + ".attn.qkv.bias_mask", Shape{3 * make_backbone<Shapes>(name).channels()}, 0);
    CHECK(identified(meta) == Names{name});
    CHECK(compare(make_backbone<Shapes>(name + ":5"), meta).fits());
  }
  InMemory hugging;
  make_backbone<Shapes>("dinov3-vits16")
      .visit(
          [&](const std::string& official, auto& parameter) {
            const Names names = NamesOfVit{"", VitNames::hugging_face_dinov3()}(official);
            const bool stacked = names.size() > 1;
            for (const std::string& part : names) hugging.with(part, stacked ? parameter.shape().with(0, 384) : parameter.shape(), 0);
          },
          std::string());
  const auto found = identify(hugging);
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "dinov3-vits16");
  CHECK(found[0].report.fits());
  CHECK(found[0].report.converted.size() == 12);
  CHECK_THROWS_WITH(make_backbone<Shapes>("dinov3-vits16", "size"), ContainsSubstring("positions are rotary: there is nothing to resize"));
}

TEST_CASE("CLIP's projection is read transposed where a file holds it as a linear layer's weight") {
  VitConfig config{.channels = 6, .depth = 1, .heads = 2, .mask_token = false, .patch_size = 16, .trained_side = 32};
  DinoV2<> network(config.clip(4));
  InMemory file;
  network.visit([&](const std::string& name, auto& parameter) { file.with(name, parameter.shape(), 0); }, "");
  file.infos.back() = {"head.weight", DType::float32, Shape{4, 6}};  // in place of `proj`, counting up
  const LoadReport report = load(network, file);
  CHECK(report.converted == Names{"proj: the file's matrix is transposed"});
  std::vector<float> projection;
  network.visit([&](const std::string&, auto& parameter) { projection = parameter.to_vector(); }, "");
  REQUIRE(projection.size() == 24);
  for (std::size_t i = 0; i < 24; ++i) CHECK(projection[i] == static_cast<float>(i % 4 * 6 + i / 4));
}

TEST_CASE("Any of them goes with any aggregator, whole, cut or at a tap, and has its own preprocessing") {
  CHECK(make_system<Shapes>("clip-vitb16+cls").dimensions() == 512);
  CHECK(make_system<Shapes>("clip-vitb16:11+gem").dimensions() == 768);
  CHECK(make_system<Shapes>("deit-s16-distilled+salad").dimensions() == 8448);
  CHECK(make_system<Shapes>("salad@dino-vitb16").dimensions() == 8448);
  CHECK_THROWS_WITH(make_system<Shapes>("dino-vits16:13+gem"), ContainsSubstring("got the first 13 blocks, it has 12"));
  CHECK(find_backbone("clip-vitl14").preprocess == "normalise-then-resize-tensor+bicubic+clip-normalised");

  const TemporaryFolder folder;
  const std::string path = folder.file("weights.safetensors");
  const Image photo = random_photo({60, 80}, 1);
  for (const std::string name : {"deit-ti16-distilled:2", "dino-vits8:1", "clip-vitb32:1"}) {
    INFO(name);
    AnyBackbone<> network = make_backbone<Cpu<>>(name);
    initialise(network, 1);
    save_safetensors(path, network);
    const LoadedModel loaded = load_model({.name = name + "+gem", .weights = path, .size = ImageSize{64, 96}});
    CHECK(loaded.record.preprocess == find_backbone(name).preprocess);
    const std::vector<float> descriptor = loaded.system.describe(photo);
    CHECK(std::ssize(descriptor) == network.channels());
    CHECK(loaded.system.pipeline(loaded.system.pipeline.prepared(std::vector<ImageView>{photo})).to_vector() == descriptor);
    CHECK(
        load_model({.name = name + "+mean", .weights = path, .size = ImageSize{64, 96}, .tap = Tap{0, Facet::value}}).system.dimensions() ==
        network.channels(Tap{0}));
  }
}
