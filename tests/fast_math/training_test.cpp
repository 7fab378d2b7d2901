// SPDX-License-Identifier: MIT
// Compiled with -ffast-math: a training says that its numbers are none.
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/eval/training_report.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/clip.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/sgd.hpp>
#include <vpr/train/trainer.hpp>
#include <vpr/train/training_log.hpp>

#include "tests/fast_math/numbers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

using B = Cpu<f32>;
using Model = Linear<Recorded<B>>;

Tensor<B> tensor(const Shape& shape, const std::vector<float>& values) { return Tensor<B>::from(shape, values); }

/// The product of the model's weight and a number.
Var<B> loss_of(const Model& model, float number) { return model(Var<B>(tensor({1, 1}, {number}))); }

}  // namespace

TEST_CASE("A loss and a gradient that are not finite end the step") {
  for (const float number : {nan_number(), infinite_number()}) {
    Model model(1, 1);
    model.weight.assign(std::vector<float>{1});
    Trainer<Model, Sgd<B>, ConstantRate> trainer(model, Sgd<B>(model, SgdSettings{}), ConstantRate{}, {.steps = 1});
    CHECK_THROWS_WITH(trainer.run([&](std::int64_t) { return loss_of(model, number); }, [](const TrainingStep&) { return true; }),
                      ContainsSubstring("the loss of step 1"));
    CHECK(model.weight.to_vector() == std::vector<float>{1});

    const Adam<B> parameters(model, {});
    loss_of(model, number).backward(tensor({1, 1}, {1}));
    CHECK_THROWS_WITH(clip_gradients(parameters.parameters(), 1), ContainsSubstring("is not finite"));
  }
}

TEST_CASE("Settings of a training that are no numbers are refused") {
  const double nan = wide_nan();
  Model model(1, 1);
  CHECK_THROWS_AS(Adam<B>(model, {.rate = nan}), ConfigError);
  CHECK_THROWS_AS(Adam<B>(model, {.beta2 = nan}), ConfigError);
  CHECK_THROWS_AS(Adam<B>(model, {.eps = nan}), ConfigError);
  CHECK_THROWS_AS(Sgd<B>(model, {.weight_decay = nan}), ConfigError);
  CHECK_THROWS_AS(Sgd<B>(model, {.momentum = nan}), ConfigError);
  CHECK_THROWS_AS(clip_gradients(std::vector<NamedParameter<B>>{}, nan), ConfigError);
  CHECK_THROWS_AS(LinearDecay{.start = nan}(1, 0), ConfigError);
  CHECK_THROWS_AS(CosineDecay{.least = nan}(1, 0), ConfigError);
  CHECK_THROWS_AS(StepCount().assign(std::vector<float>{nan_number()}), FormatError);
}

TEST_CASE("A measure that is no number is never the best, and any other is better than none") {
  EarlyStopping stopping(2);
  CHECK_FALSE(stopping.add(wide_nan()));
  CHECK(stopping.add(-1e30));
  CHECK_FALSE(stopping.add(wide_nan()));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.add(wide_nan()));
  CHECK(stopping.should_stop());
  CHECK(stopping.best() == static_cast<double>(-1e30F));
}

TEST_CASE("What was not measured is left out of a log and a report") {
  const TemporaryFolder folder;
  const double nan = wide_nan();
  const std::vector<TrainingRow> rows{{1, 0.5, 1e-5, 1, 4, {nan}}, {2, 0.25, 1e-5, 2, nan, {0.75}}, {3, nan, 1e-5, 3, 4, {nan}}};
  for (const char* name : {"log.csv", "log.jsonl"}) {
    const auto path = folder.path() / name;
    {
      TrainingLog log(path.string(), {"recall@1"});
      for (const TrainingRow& row : rows) log.add(row);
    }
    CHECK_THAT(file_content(path), !ContainsSubstring("nan") && ContainsSubstring("0.75"));
    const TrainingLog log(path.string(), {"recall@1"}, 3);
    REQUIRE(log.rows().size() == 3);
    CHECK(is_nan(log.rows()[0].measures[0]));
    CHECK(log.rows()[1].measures[0] == 0.75);
    CHECK(is_nan(log.rows()[2].loss));
  }
  std::ofstream(folder.path() / "bad.csv") << "step,loss,rate,seconds,images_per_second\n,1,1,1,1\n";
  CHECK_THROWS_AS(TrainingLog((folder.path() / "bad.csv").string(), {}, 1), FormatError);
  const std::string html = training_report_html({"A training", {}, {"recall@1"}, rows, {nan}});
  for (const char* part : {">nan", "nan<", "nan,", " nan", "-nan", "Mnan", "Lnan"}) {
    CAPTURE(part);
    CHECK_THAT(html, !ContainsSubstring(part));
  }
  CHECK_THAT(html, ContainsSubstring("class=\"best\""));
}
