// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/copy_parameters.hpp>
#include <vpr/train/schedule.hpp>
#include <vpr/train/trainer.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <fstream>

using namespace vpr;

namespace {

using B = Cpu<f32>;
using R = Recorded<B>;
using Model = Linear<R>;

Model model_of(std::uint64_t seed) {
  Model model(4, 1);
  model.weight.assign(std::span<const float>(random_floats(4, seed)));
  return model;
}

/// The squared distance of a batch of eight to 1, 2, 3, 4 · x; the batch depends on its number alone.
Var<B> loss_of(const Model& model, std::int64_t batch) {
  const std::vector<float> x = random_floats(32, static_cast<std::uint64_t>(batch) + 100);
  std::vector<float> target(8);
  for (std::size_t i = 0; i < 32; ++i) target[i / 4] += static_cast<float>(i % 4 + 1) * x[i];
  const Var<B> y = model(Var<B>(Tensor<B>::from({8, 4}, x)));
  const Var<B> off = add_scaled(y, Var<B>(Tensor<B>::from({8, 1}, target)), -1);
  return matmul(off, off, Product::atb);
}

Trainer<Model, Adam<B>, LinearDecay> trainer_of(Model& model, TrainerSettings settings) {
  return {model, Adam<B>(model, {.rate = 0.2}), LinearDecay{1, 0.1, 299}, settings};
}

/// A state of its own kind, held on the host.
struct StepCounter {
  StepCount count;
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "count", count);
  }
};

const auto go_on = [](const TrainingStep&) { return true; };

}  // namespace

TEST_CASE("A trainer brings the loss down and says what each step did") {
  Model model = model_of(1);
  auto trainer = trainer_of(model, {.steps = 300, .longest_gradient = 100});
  std::vector<TrainingStep> steps;
  trainer.run([&](std::int64_t batch) { return loss_of(model, batch); },
              [&](const TrainingStep& step) {
                steps.push_back(step);
                return true;
              });
  REQUIRE(steps.size() == 300);
  CHECK(trainer.done() == 300);
  CHECK(steps.front().step == 1);
  CHECK(steps.front().rate_factor == 1);
  CHECK(steps.back().rate_factor == Approx(0.1));
  CHECK(steps.front().gradient_length > 0);
  CHECK(steps.back().loss < 1e-3 * steps.front().loss);
  for (std::size_t i = 0; i < 4; ++i) CHECK(model.weight.to_vector()[i] == Approx(i + 1).margin(0.05));
}

TEST_CASE("A training that is resumed has the bits of one that was not interrupted") {
  const TemporaryFolder folder;
  const std::string path = folder.file("state.safetensors");
  const auto train = [&](std::int64_t steps, std::int64_t until, bool resume) {
    Model model = model_of(resume ? 2 : 1);  // resuming must not depend on what was there before
    auto trainer = trainer_of(model, {.steps = steps, .checkpoint_every = 5, .checkpoint = path});
    if (resume) trainer.resume(path);
    trainer.run([&](std::int64_t batch) { return loss_of(model, batch); }, [&](const TrainingStep& step) { return step.step < until; });
    return model.weight.to_vector();
  };
  const std::vector<float> whole = train(20, 20, false);
  train(20, 13, false);  // stopped between two checkpoints: the last was at 10
  CHECK(train(20, 20, true) == whole);
}

TEST_CASE("Batches that are accumulated make the step of their mean") {
  Model model = model_of(1);
  auto trainer = trainer_of(model, {.steps = 1, .accumulate = 2});
  trainer.run([&](std::int64_t batch) { return loss_of(model, batch); }, go_on);

  Model other = model_of(1);
  auto mean = trainer_of(other, {.steps = 1});
  mean.run(
      [&](std::int64_t) {
        const Var<B> first = loss_of(other, 0), second = loss_of(other, 1), half(Tensor<B>::full({1, 1}, 0.5F));
        return add(multiply(first, half), multiply(second, half));
      },
      go_on);
  const std::vector<float> a = model.weight.to_vector(), b = other.weight.to_vector();
  for (std::size_t i = 0; i < 4; ++i) CHECK(a[i] == Approx(b[i]).margin(1e-6));
}

TEST_CASE("A loss that is not finite stops the training before the model is changed") {
  Model model = model_of(1);
  const std::vector<float> before = model.weight.to_vector();
  auto trainer = trainer_of(model, {.steps = 3});
  CHECK_THROWS_WITH(trainer.run([&](std::int64_t) { return Var<B>(Tensor<B>::full({1}, NAN)); }, go_on),
                    ContainsSubstring("the loss of step 1 is"));
  CHECK(model.weight.to_vector() == before);
  CHECK(trainer.done() == 0);
}

TEST_CASE("A batch that teaches nothing leaves the model as it is and counts as a step") {
  Model model = model_of(1);
  const std::vector<float> before = model.weight.to_vector();
  auto trainer = trainer_of(model, {.steps = 2});
  trainer.run([&](std::int64_t) { return Var<B>(Tensor<B>::zeros({1})); }, go_on);
  CHECK(model.weight.to_vector() == before);
  CHECK(trainer.done() == 2);
}

TEST_CASE("A state of another training, or what is left of one, is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("state.safetensors");
  Model model = model_of(1);
  trainer_of(model, {}).save(path);
  Model wider(5, 1);
  auto other = trainer_of(wider, {});
  CHECK_THROWS_WITH(other.resume(path), ContainsSubstring("model.weight: the file has float32 [1, 4], the model wants [1, 5]"));
  Model frozen = model_of(1);
  freeze(frozen, "bias");
  auto fewer = trainer_of(frozen, {});
  CHECK_THROWS_WITH(fewer.resume(path), ContainsSubstring("unexpected optimizer.bias"));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  auto same = trainer_of(model, {});
  CHECK_THROWS_AS(same.resume(path), FormatError);
  CHECK_THROWS_AS(same.resume(path + ".absent"), IoError);
  CHECK_THROWS_AS(same.save("/no/such/folder/state.safetensors"), IoError);
}

TEST_CASE("A trainer keeps further state in its checkpoint, under a name") {
  const TemporaryFolder folder;
  const std::string path = folder.file("state.safetensors");
  Model model = model_of(1);
  Linear<B> memory(3, 2);
  StepCounter seen;
  memory.weight.assign(std::span<const float>(random_floats(6, 7)));
  auto trainer = trainer_of(model, {.steps = 2, .checkpoint_every = 2, .checkpoint = path});
  trainer.keep("memory", memory);
  trainer.keep("seen", seen);
  trainer.run([&](std::int64_t batch) { return loss_of(model, batch); }, [&](const TrainingStep&) { return ++seen.count > 0; });

  Linear<B> restored(3, 2), wider(4, 2);
  StepCounter restored_seen;
  auto same = trainer_of(model, {});
  same.keep("seen", restored_seen);  // in any order
  same.keep("memory", restored);
  same.resume(path);
  CHECK(restored.weight.to_vector() == memory.weight.to_vector());
  CHECK(restored_seen.count.to_vector() == std::vector<float>{2});

  auto without = trainer_of(model, {});
  without.keep("seen", restored_seen);
  CHECK_THROWS_WITH(without.resume(path), ContainsSubstring("unexpected kept.memory.weight"));
  auto more = trainer_of(model, {});
  more.keep("seen", restored_seen);
  more.keep("memory", restored);
  more.keep("other", wider);
  CHECK_THROWS_WITH(more.resume(path), ContainsSubstring("missing kept.other.weight"));
  auto other = trainer_of(model, {});
  other.keep("seen", restored_seen);
  other.keep("memory", wider);
  CHECK_THROWS_WITH(other.resume(path), ContainsSubstring("kept.memory.weight: the file has float32 [2, 3], the model wants [2, 4]"));
  CHECK_THROWS_WITH(other.keep("memory", restored), ContainsSubstring("needs a name of its own, got \"memory\""));
  CHECK_THROWS_AS(other.keep("", restored), ConfigError);
}

TEST_CASE("Settings that cannot be are refused") {
  Model model = model_of(1);
  CHECK_THROWS_AS(trainer_of(model, {.steps = -1}), ConfigError);
  CHECK_THROWS_AS(trainer_of(model, {.accumulate = 0}), ConfigError);
  CHECK_THROWS_WITH(trainer_of(model, {.checkpoint_every = 5}), ContainsSubstring("need a file"));
}

TEST_CASE("A trained model is copied to one for inference by name") {
  Model recorded = model_of(1);
  Linear<B> plain(4, 1), wider(5, 1);
  copy_parameters(recorded, plain);
  CHECK(plain.weight.to_vector() == recorded.weight.to_vector());
  CHECK_THROWS_WITH(copy_parameters(recorded, wider), ContainsSubstring("weight is [1, 4], the other's is [1, 5]"));
  Linear<R> without(4, 1, false);
  CHECK_THROWS_WITH(copy_parameters(without, plain), ContainsSubstring("there is no bias to copy from"));
}
