// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>

#include "tests/io/fake_model.hpp"
#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

using vpr::DType;
using vpr::load;
using vpr::LoadOptions;
using vpr::Shape;
using vpr::test::FakeModel;
using vpr::test::Memory;

TEST_CASE("load: every parameter gets its values, halves too") {
  FakeModel model({{"a", Shape{2, 2}}, {"b", Shape{}}});
  const auto report = load(model, Memory().with("b", Shape{}, 7, DType::float16).with("a", Shape{2, 2}, 1));
  CHECK(report.loaded == 2);
  CHECK(report.fits());
  CHECK(model.at("a") == std::vector<float>{1, 2, 3, 4});
  CHECK(model.at("b") == std::vector<float>{7});
}

TEST_CASE("load: one error lists everything, and the model stays as it was") {
  FakeModel model({{"a.weight", Shape{2, 2}}, {"a.bias", Shape{2}}, {"c", Shape{3}}, {"d", Shape{1}}});
  const Memory source =
      Memory().with("a.weight", Shape{4}, 1).with("A.bias", Shape{2}, 1).with("c", Shape{3}, 0, DType::int8).with("d", Shape{1}, 5);
  CHECK_THROWS_AS(load(model, source), vpr::WeightError);
  CHECK_THROWS_WITH(load(model, source), ContainsSubstring("memory: does not fit the model: 1 missing, 1 unexpected, 2 mis-shaped") &&
                                             ContainsSubstring("missing a.bias [2]; the nearest that is left is A.bias [2]") &&
                                             ContainsSubstring("unexpected A.bias [2]") &&
                                             ContainsSubstring("mis-shaped a.weight: the file has float32 [4], the model wants [2, 2]") &&
                                             ContainsSubstring("mis-shaped c: the file has int8 [3], the model wants [3]; whole numbers"));
  for (const auto& [name, parameter] : model.parameters) CHECK(parameter.values == std::vector<float>(parameter.values.size(), -1));
}

TEST_CASE("load: an error names ten tensors of a kind and counts the others, a report has them all") {
  FakeModel model({{"a", Shape{2}}});
  Memory source;
  for (char name = 'b'; name < 'b' + 12; ++name) source.with(std::string(1, name), Shape{2}, 1);
  CHECK_THROWS_WITH(load(model, source), ContainsSubstring("1 missing, 12 unexpected") && ContainsSubstring("unexpected k [2]") &&
                                             ContainsSubstring("and 2 more unexpected") && !ContainsSubstring("unexpected l [2]"));
  const auto report = load(model, source, LoadOptions{.strict = false});
  CHECK(report.unexpected.size() == 12);
  CHECK(report.text().find("unexpected m [2]") != std::string::npos);
}

TEST_CASE("load: a tensor of a type that no model needs is not unexpected") {
  FakeModel model({{"a", Shape{1}}});
  const Memory source =
      Memory().with("a", Shape{1}, 1).with("ids", Shape{2}, 1, DType::int64).with("codes", Shape{2}, 1, DType::named("float8_e5m2"));
  CHECK(load(model, source).fits());
}

TEST_CASE("load: leniently, what fits is loaded and the rest is told") {
  FakeModel model({{"a", Shape{2}}, {"b", Shape{2}}, {"c", Shape{2}}});
  const auto report =
      load(model, Memory().with("a", Shape{2}, 1).with("b", Shape{3}, 1).with("x", Shape{2}, 1), LoadOptions{.strict = false});
  CHECK(report.loaded == 1);
  CHECK(report.missing.size() == 1);
  CHECK(report.unexpected == std::vector<std::string>{"x [2]"});
  CHECK(report.misshaped.size() == 1);
  CHECK(model.at("a") == std::vector<float>{1, 2});
  CHECK(model.at("b") == std::vector<float>{-1, -1});
}

TEST_CASE("load: a mask token may be missing on either side, and counts of batches are left alone") {
  FakeModel with({{"mask_token", Shape{1}}, {"a", Shape{1}}});
  CHECK(load(with, Memory().with("a", Shape{1}, 1)).loaded == 1);
  FakeModel without({{"a", Shape{1}}});
  const Memory file =
      Memory().with("a", Shape{1}, 1).with("mask_token", Shape{1}, 1).with("bn.num_batches_tracked", Shape{}, 1, DType::int64);
  CHECK(load(without, file).loaded == 1);
  CHECK_THROWS_AS(load(without, file, LoadOptions{.optional = {}, .ignored = {}}), vpr::WeightError);
  CHECK_THROWS_AS(load(without, Memory().with("a", Shape{1}, 1).with("unmask_token", Shape{1}, 1)), vpr::WeightError);
}

TEST_CASE("load: a map of the user's own, stacking tensors") {
  FakeModel model({{"qkv", Shape{3, 2}}, {"pos", Shape{1, 3, 2}}});
  Memory source =
      Memory().with("q", Shape{1, 2}, 0).with("kv", Shape{2, 2}, 10).with("row", Shape{1, 1, 2}, 20).with("grid", Shape{1, 2, 2}, 30);
  const auto map = [](const std::string& name) {
    return name == "qkv" ? std::vector<std::string>{"q", "kv"} : std::vector<std::string>{"row", "grid"};
  };
  load(model, source, map);
  CHECK(model.at("qkv") == std::vector<float>{0, 1, 10, 11, 12, 13});
  CHECK(model.at("pos") == std::vector<float>{20, 21, 30, 31, 32, 33});

  source.infos[1].shape = Shape{2, 1};  // as many values as one that fits, and beside instead of below
  CHECK_THROWS_WITH(load(model, source, map),
                    ContainsSubstring("qkv: the file has float32 [1, 2] + float32 [2, 1], the model wants [3, 2]"));
  FakeModel beside({{"qkv", Shape{2, 3}}});
  const auto two = [](const std::string&) { return std::vector<std::string>{"l", "r"}; };
  CHECK_THROWS_AS(load(beside, Memory().with("l", Shape{2, 1}, 0).with("r", Shape{2, 2}, 0), two), vpr::WeightError);
}

TEST_CASE("load: values that are not finite are reported") {
  FakeModel model({{"a", Shape{2}}});
  const auto report = load(model, Memory().with("a", Shape{2}, INFINITY));
  CHECK(report.fits());
  CHECK(report.not_finite == std::vector<std::string>{"a has 2 values that are not finite"});
}

TEST_CASE("load: of two sets of weights none is taken without being told which, strictly or not") {
  FakeModel model({{"a", Shape{2}}, {"b", Shape{1}}});
  Memory source = Memory().with("x.a", Shape{2}, 1).with("x.b", Shape{1}, 2).with("y.a", Shape{2}, 3).with("y.b", Shape{1}, 4);
  for (const bool strict : {true, false}) {
    CHECK_THROWS_WITH(load(model, source, LoadOptions{.strict = strict}),
                      ContainsSubstring("memory: holds several sets of weights for this model, behind the prefixes 'x.'") &&
                          ContainsSubstring("'y.'") && ContainsSubstring("--weights-root"));
  }
  CHECK(model.at("a") == std::vector<float>{-1, -1});
  CHECK_THROWS_AS(vpr::compare(model, source), vpr::WeightError);
  const auto report = load(model, source, LoadOptions{.root = "y."});
  CHECK(report.fits());
  CHECK(report.root == "y.");
  CHECK(model.at("a") == std::vector<float>{3, 4});
  CHECK_THROWS_AS(load(model, source, LoadOptions{.root = ""}), vpr::WeightError);
  CHECK_THROWS_WITH(load(model, source, LoadOptions{.root = "z."}),
                    ContainsSubstring("memory: holds no weights for this model behind the prefix 'z.', but behind 'x.' (official "
                                      "names, 2 parameters), 'y.' (official names, 2 parameters). Choose one by"));
  FakeModel other({{"c", Shape{7}}});
  CHECK_THROWS_WITH(load(other, source, LoadOptions{.root = "z."}), ContainsSubstring("missing c [7] (in the file: z.c)"));
  CHECK_THROWS_AS(load(model, source, vpr::PrefixedNames{"y."}, LoadOptions{.root = "y."}), vpr::ConfigError);
}

TEST_CASE("load: where something that is not run would make a parameter, the error says what") {
  struct Opaque : Memory {
    std::map<std::string, std::string> makers{{"net.module.b", "my.Quantised"}, {"config", "my.Config"}};
    const std::map<std::string, std::string>& placeholders() const { return makers; }
  };
  Opaque source;
  source.with("net.a", Shape{2}, 1).with("net.bb", Shape{2}, 1);
  FakeModel model({{"a", Shape{2}}, {"b", Shape{2}}});
  CHECK_THROWS_WITH(
      load(model, source),
      ContainsSubstring("missing b [2] (in the file: net.b); the file has what 'my.Quantised' would make of it, which is not run"));
  CHECK_THROWS_WITH(load(model, static_cast<Memory>(source)), ContainsSubstring("the nearest that is left is net.bb"));
}

TEST_CASE("load: a moving average in a list, without names, is passed over in words") {
  FakeModel model({{"a", Shape{2}}, {"b", Shape{1}}, {"c", Shape{3}}});
  Memory source = Memory().with("model.a", Shape{2}, 1).with("model.b", Shape{1}, 2).with("model.c", Shape{3}, 3);
  CHECK(load(model, source).passed_over.empty());
  source.with("ema.shadow.0", Shape{2}, 4).with("optimizer.0", Shape{2}, 4).with("queue.0", Shape{7}, 4).with("queue.1", Shape{7}, 4);
  CHECK(load(model, source).passed_over.empty());
  source.with("ema.shadow.1", Shape{1}, 5).with("optimizer.1", Shape{1}, 5).with("optimizer.2", Shape{3}, 5);
  CHECK(load(model, source).passed_over == std::vector<std::string>{"ema.shadow."});
  CHECK(load(model, source, LoadOptions{.root = "model."}).passed_over.empty());
}

TEST_CASE("load: tensors without a prefix that are passed over are called so") {
  vpr::LoadReport report;
  report.passed_over = {""};
  CHECK(report.text().ends_with("passed over tensors without a prefix"));
}

TEST_CASE("load: two sets of the same values are no question") {
  FakeModel model({{"a", Shape{2}}, {"b", Shape{1}}});
  Memory source = Memory().with("x.a", Shape{2}, 1).with("x.b", Shape{1}, 2).with("y.a", Shape{2}, 1).with("y.b", Shape{1}, 2);
  const auto report = load(model, source);
  CHECK(report.loaded == 2);
  CHECK(report.passed_over == std::vector<std::string>{"y."});
  source.firsts[3] = 2.5F;
  CHECK_THROWS_AS(load(model, source), vpr::WeightError);
}

TEST_CASE("load: a rule that decides is reported, with what was passed over") {
  FakeModel model({{"a", Shape{1}}});
  const auto report = load(model, Memory().with("student.backbone.a", Shape{1}, 1).with("teacher.backbone.a", Shape{1}, 2));
  CHECK(model.at("a") == std::vector<float>{2});
  CHECK(report.root == "teacher.backbone.");
  CHECK(report.text().find("passed over student.backbone.") != std::string::npos);
}

TEST_CASE("load: a part of the model beside it is not taken unasked, is reported, and loads where it is asked for") {
  FakeModel system({{"backbone.a", Shape{1}}, {"backbone.b", Shape{1}}, {"head.a", Shape{1}}, {"head.b", Shape{1}}, {"head.c", Shape{1}}});
  Memory source;
  for (std::size_t i = 0; i < 5; ++i) source.with("state_dict." + system.parameters[i].first, Shape{1}, 1);
  source.with("ema.backbone.a", Shape{1}, 2).with("ema.backbone.b", Shape{1}, 2);
  const auto whole = load(system, source);
  CHECK(whole.root == "state_dict.");
  CHECK(whole.passed_over == std::vector<std::string>{"ema."});
  CHECK(system.at("backbone.a") == std::vector<float>{1});

  FakeModel backbone({{"a", Shape{1}}, {"b", Shape{1}}});
  CHECK_THROWS_WITH(load(backbone, source), ContainsSubstring("'ema.backbone.'") && ContainsSubstring("'state_dict.backbone.'"));
  CHECK(load(backbone, source, LoadOptions{.root = "ema."}).fits());
  CHECK(backbone.at("a") == std::vector<float>{2});
  CHECK_THROWS_WITH(load(system, source, LoadOptions{.root = "ema."}), ContainsSubstring("3 missing"));

  FakeModel wide({{"a", Shape{1}}, {"b", Shape{1}}, {"c", Shape{1}}, {"d", Shape{1}}, {"e", Shape{1}}});
  Memory with_head = Memory().with("head.a", Shape{1}, 9).with("head.b", Shape{1}, 9);
  for (const char* name : {"a", "b", "c", "d", "e"}) with_head.with(name, Shape{1}, 1);
  const auto lenient = load(wide, with_head, LoadOptions{.strict = false});
  CHECK(lenient.unexpected.size() == 2);
  CHECK(lenient.passed_over.empty());
}

TEST_CASE("load: an optimiser's moments beside the weights are neither taken nor unexpected") {
  FakeModel model({{"a", Shape{1}}});
  const Memory source = Memory()
                            .with("a", Shape{1}, 1)
                            .with("exp_avg.a", Shape{1}, 2)
                            .with("optimizer.state.a.exp_avg", Shape{1}, 3)
                            .with("optimizer_state.momentum_buffer.a", Shape{1}, 4);
  CHECK(load(model, source).loaded == 1);
  CHECK(model.at("a") == std::vector<float>{1});
}

TEST_CASE("load: wrappers anywhere in a name, and a moving average's counter") {
  FakeModel model({{"blocks.5.a", Shape{1}}, {"norm", Shape{1}}});
  CHECK(load(model, Memory()
                        .with("n_averaged", Shape{}, 9, DType::int64)
                        .with("module._orig_mod.blocks.1.5._checkpoint_wrapped_module.a", Shape{1}, 1)
                        .with("module._orig_mod.norm", Shape{1}, 2))
            .loaded == 2);
  CHECK(model.at("blocks.5.a") == std::vector<float>{1});
}

TEST_CASE("load: each naming of one DINOv2, as it comes, gives the same parameters") {
  const vpr::test::Golden golden(vpr::test::data("/dinov2_tiny_stored.safetensors"));
  const auto weights = golden.weights();
  std::vector<std::pair<std::string, Shape>> named;
  for (const auto& info : weights.tensors()) named.emplace_back(info.name, info.shape);
  for (const std::string file :
       {"dinov2_f32.safetensors", "dinov2_hf.safetensors", "dinov2_hf.onnx", "dinov2.onnx", "dinov2_plain.pth", "dinov2_protocol4.pth",
        "dinov2_legacy.pth", "dinov2_stored.npz", "dinov2_deflate.npz", "dinov2_teacher_mixed.pth"}) {
    CAPTURE(file);
    FakeModel model(named);
    load(model, vpr::open_weights(vpr::test::data("/checkpoints/") + file));
    const float rounding = file == "dinov2_teacher_mixed.pth" ? 0x1p-11F : 0;
    for (const auto& [name, parameter] : model.parameters) {
      if (name == "mask_token") continue;  // ONNX has none
      const std::vector<float> expected = vpr::read_tensor(weights, name);
      float worst = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        worst = std::max(worst, std::abs(parameter.values[i] - expected[i]) - rounding * std::max(std::abs(expected[i]), 0x1p-14F));
      }
      CAPTURE(name);
      CHECK(worst <= 0);
    }
  }
}
