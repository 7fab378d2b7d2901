// SPDX-License-Identifier: MIT
// Layouts of checkpoints in the field: names and shapes of ViT-S/14, each tensor one value repeated.
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/identify.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

using vpr::load;
using vpr::LoadOptions;
using vpr::LoadReport;
using Network = vpr::DinoV2<>;

namespace {

/// The copies in the tests' data, and the folder that they are from, where it is there.
std::vector<std::string> folders() {
  std::vector<std::string> all{vpr::test::data("/cases/weights/")};
  const std::string shared = vpr::test::shared("/cases/weights/");
  if (std::filesystem::is_directory(shared)) {
    all.push_back(shared);
  } else {
    WARN(shared << " is absent: only the copies in tests/data are tested");
  }
  return all;
}

/// The one value that all of a parameter's are, of each parameter.
std::map<std::string, float> values_of(Network& network) {
  std::map<std::string, float> values;
  network.visit(
      [&values](const std::string& name, vpr::Parameter auto& parameter) {
        std::vector<float> all = parameter.to_vector();
        if (name == "pos_embed") all.erase(all.begin(), all.begin() + parameter.shape()[2]);  // the class token's, which may be 0
        const auto [least, most] = std::minmax_element(all.begin(), all.end());
        CAPTURE(name);
        CHECK(*most - *least < 1e-6F);
        values[name] = *least;
      },
      std::string());
  return values;
}

/// The values that the parameters of the good file have: as they are counted up there.
void check_plain(Network& network) {
  const std::map<std::string, float> values = values_of(network);
  const auto check = [&values](const std::string& name, float expected) {
    CAPTURE(name);
    CHECK(values.at(name) == Approx(expected).epsilon(1e-5));
  };
  check("cls_token", 0.01F);
  check("pos_embed", 0.02F);
  check("patch_embed.proj.weight", 0.04F);
  check("patch_embed.proj.bias", 0.05F);
  check("blocks.0.norm1.weight", 0.06F);
  check("norm.weight", 0.06F);
  check("norm.bias", 0.07F);
}

LoadReport load_from(const std::string& path, Network& network, const LoadOptions& options = {}) {
  return load(network, vpr::open_weights(path), options);
}

}  // namespace

TEST_CASE("field cases, weights: of two sets the one that is meant is taken, or the error names both and how to choose") {
  const std::map<std::string, std::vector<std::string>> sets{{"two_sets_model_ema.pth", {"model.", "model_ema."}},
                                                             {"two_dicts_model_ema.pth", {"model.", "ema."}},
                                                             {"two_sets_towers.pth", {"aerial.", "ground."}}};
  for (const std::string& folder : folders()) {
    for (const auto& [file, roots] : sets) {
      CAPTURE(folder, file);
      Network network{vpr::ViTS14()};
      for (const bool strict : {true, false}) {
        CHECK_THROWS_WITH(load_from(folder + file, network, {.strict = strict}),
                          ContainsSubstring("'" + roots[0] + "'") && ContainsSubstring("'" + roots[1] + "'") &&
                              ContainsSubstring("LoadOptions{.root = ") && ContainsSubstring("--weights-root"));
      }
      CHECK(load_from(folder + file, network, {.root = roots[1]}).fits());
      for (const auto& [name, value] : values_of(network)) CHECK(value == 0.25F);
      CHECK(load_from(folder + file, network, {.root = roots[0]}).fits());
      for (const auto& [name, value] : values_of(network)) CHECK(value == 0.75F);
    }
    Network network{vpr::ViTS14()};
    const LoadReport report = load_from(folder + "two_sets_student_teacher.pth", network);
    CHECK(report.root == "teacher.backbone.");
    CHECK(report.passed_over == std::vector<std::string>{"student.backbone."});
    for (const auto& [name, value] : values_of(network)) CHECK(value == 0.25F);
    CHECK(load_from(folder + "two_sets_student_teacher.pth", network, {.root = "student.backbone."}).fits());
    for (const auto& [name, value] : values_of(network)) CHECK(value == 0.75F);
  }
}

TEST_CASE("field cases, weights: blocks in chunks, wrappers within names, timm's registers, another grid") {
  for (const std::string& folder : folders()) {
    for (const std::string file : {"chunked_blocks.pth", "compiled_blocks.pth", "timm_reg4.pth", "pos257.pth"}) {
      CAPTURE(folder, file);
      const bool registers = file == "timm_reg4.pth";
      Network network{registers ? vpr::ViTS14().with_registers() : vpr::VitConfig(vpr::ViTS14())};
      const LoadReport report = load_from(folder + file, network);
      CHECK(report.fits());
      CHECK(report.converted.size() == (registers || file == "pos257.pth" ? 1 : 0));
      check_plain(network);
      if (registers) CHECK(values_of(network).at("register_tokens") == Approx(0.03F));
      const auto models = vpr::identify(vpr::open_weights(folder + file));
      REQUIRE(models.size() == 1);
      CHECK(models[0].name == (registers ? "dinov2-vits14-reg" : "dinov2-vits14"));
      CHECK(models[0].report.fits());
    }
  }
}

TEST_CASE("field cases, weights: a classifier's head beside the network") {
  for (const std::string& folder : folders()) {
    const std::string path = folder + "with_head.pth";
    Network network{vpr::ViTS14()};
    CHECK_THROWS_WITH(load_from(path, network),
                      ContainsSubstring("unexpected head.weight [10, 384]") && ContainsSubstring("unexpected head.bias [10]"));
    const LoadReport report = load_from(path, network, {.strict = false});
    CHECK(report.loaded == 175);
    check_plain(network);
    const auto models = vpr::identify(vpr::open_weights(path));
    REQUIRE(models.size() == 1);
    CHECK(models[0].name == "dinov2-vits14");
    CHECK(!models[0].report.fits());
    CHECK(models[0].report.unexpected == report.unexpected);
  }
}

TEST_CASE("field cases, weights: a tensor of a type that no model needs does not stop a network from loading strictly") {
  for (const std::string& folder : folders()) {
    for (const std::string file : {"uint16.pth", "fp8.pth", "quant.pth"}) {
      CAPTURE(folder, file);
      Network network{vpr::ViTS14()};
      CHECK(load_from(folder + file, network).fits());
      check_plain(network);
    }
  }
}
