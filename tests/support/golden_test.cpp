// SPDX-License-Identifier: MIT
#include "tests/support/golden.hpp"
#include <tests/support/paths.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <vector>

using vpr::Shape;
using vpr::test::Check;
using vpr::test::Golden;
using vpr::test::Recipe;

static std::string data(const std::string& name) { return vpr::test::data("/") + name + ".safetensors"; }

TEST_CASE("recipe: the published generator, with the name or another text as its seed") {
  Recipe plain = Recipe::from_json(nlohmann::json::parse(R"(["cls_token", [2, 2], 1.0, 0.5])"));
  CHECK(plain.shape == Shape{2, 2});
  CHECK(plain.seed == 0x4121142b781a9599U);
  std::vector<float> values(4);
  plain.fill(values);
  for (const float value : values) CHECK(std::abs(value - 1.0F) <= 0.5F);
  const Recipe seeded = Recipe::from_json(nlohmann::json::parse(R"(["x", [2, 2], 1.0, 0.5, "cls_token"])"));
  CHECK(seeded.seed == plain.seed);
}

TEST_CASE("golden: a recipe gives the values that the reference run saw") {
  const Golden golden(data("gem_tiny"));
  CHECK(golden.kind() == "gem");
  CHECK(golden.config("p", 0.0) == 2.5);
  const std::vector<float> x = golden.values("in.features");
  const float p = golden.values("w.p").at(0);
  std::vector<float> out;  // GeM over 20 places, then L2
  for (std::size_t image = 0; image < 2; ++image) {
    double norm = 0;
    for (std::size_t c = 0; c < 12; ++c) {
      double sum = 0;
      for (std::size_t i = 0; i < 20; ++i) sum += std::pow(std::max<double>(x[(image * 12 + c) * 20 + i], 1e-6), p);
      out.push_back(static_cast<float>(std::pow(sum / 20, 1 / p)));
      norm += out.back() * out.back();
    }
    for (std::size_t c = 0; c < 12; ++c) out[image * 12 + c] /= static_cast<float>(std::sqrt(norm));
  }
  Check check(golden);
  check("main", out);
  CHECK(check.passed());
  CHECK(check.worst() == "out.main");
  out[5] += 1e-3F;
  check("main", out);
  CHECK(!check.passed());
  CHECK(check.error() == Approx(1e-3).epsilon(1e-2));
}

TEST_CASE("golden: a check fails when nothing was compared, the count differs or a value is not a number") {
  const Golden golden(data("gem_tiny"));
  std::vector<float> out = golden.values("out.main");
  CHECK(!Check(golden).passed());
  {
    Check check(golden);
    out[3] = NAN;
    check("main", out);
    CHECK(!check.passed());
    CHECK(check.error() == INFINITY);
  }
  Check check(golden);
  out.pop_back();
  check("main", out);
  CHECK(!check.passed());
  CHECK_THAT(check.problem(), ContainsSubstring("has 23 values, expected 24"));
}

TEST_CASE("golden: integers are exact, and a later good tensor hides no bad one") {
  const Golden golden(data("metric_recall_utm"));
  std::vector<std::int64_t> positives = golden.integers("out.positives");
  Check check(golden);
  check("positives", positives);
  check("recalls_percent", golden.values("out.recalls_percent"));
  CHECK(check.passed());
  ++positives[7];
  check("positives", positives);
  check("recalls_percent", golden.values("out.recalls_percent"));
  CHECK(!check.passed());
  CHECK(check.worst() == "out.positives");
}

TEST_CASE("golden: of a large output the stored elements and statistics are compared") {
  const Golden golden(data("dinov2_vits14_full_224"));
  Check check(golden);
  CHECK(check.wants("norm_patch"));
  CHECK(!check.wants("nothing"));
  std::vector<float> wrong(256 * 384, 0.5F);
  check("norm_patch", wrong);
  CHECK(check.compared() == 2);
  CHECK(!check.passed());
  check("norm_patch", std::vector<float>(7));
  CHECK_THAT(check.problem(), ContainsSubstring("has 7 values, expected [1, 256, 384]"));
}

TEST_CASE("golden: stored and made weights come under their official names") {
  const Golden stored(data("dinov2_tiny_stored"));
  const auto weights = stored.weights();
  const auto index = vpr::find_tensor(weights, "cls_token");
  REQUIRE(index);
  CHECK(vpr::read_tensor(weights, *index) == stored.values("w.cls_token"));

  const Golden made(data("dinov2_vits14_full_224"));
  const auto recipes = made.weights();
  CHECK(vpr::read_tensor(recipes, "pos_embed").size() == 1370 * 384);
  CHECK(!vpr::find_tensor(recipes, "in.image"));
}
