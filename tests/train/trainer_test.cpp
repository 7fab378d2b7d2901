// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/copy_parameters.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/schedule.hpp>
#include <vpr/train/trainer.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

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
  CHECK(restored_seen.count.value() == 2);

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

namespace {

/// A map behind a batch normalisation.
struct Normalised {
  BatchNorm<R> norm{4, 1e-5F};
  Linear<R> map{4, 1};
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    norm.visit(visitor, prefix + "norm.");
    map.visit(visitor, prefix + "map.");
  }
  std::vector<std::vector<float>> state() {
    std::vector<std::vector<float>> all;
    visit(
        [&](const std::string&, auto& parameter) { all.push_back(parameter.to_vector()), all.push_back(parameter.gradient().to_vector()); },
        "");
    return all;
  }
};

/// Adam whose step fails after the first parameters have moved, once.
struct Failing {
  Adam<B> inner;
  bool* fail;
  const std::vector<NamedParameter<B>>& parameters() const { return inner.parameters(); }
  template <Schedule S>
  void step(const S& schedule, std::int64_t t) {
    inner.step(schedule, t);
    if (std::exchange(*fail, false)) throw IoError("the optimiser fails");
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    inner.visit(visitor, prefix);
  }
};

enum class Failure { none, loss_function, not_finite, several_elements, backward, clip, schedule, optimiser };

}  // namespace

TEST_CASE("A step that throws changes nothing, so that a retry has the bits of a clean run") {
  const auto train = [](Failure failure) {
    Normalised model;
    model.map.weight.assign(std::span<const float>(random_floats(4, 3)));
    StepCounter kept;
    bool due = failure != Failure::none, optimiser_fails = false;
    const auto schedule = [&](double rate, std::int64_t t) -> double {
      if (t == 1 && failure == Failure::schedule && std::exchange(due, false)) throw IoError("no rate");
      return rate;
    };
    using Rate = std::function<double(double, std::int64_t)>;
    Trainer<Normalised, Failing, Rate> trainer(model, Failing{Adam<B>(model, {.rate = 0.1}), &optimiser_fails}, Rate(schedule),
                                               {.steps = 4, .accumulate = 2, .longest_gradient = 1});
    trainer.keep("kept", kept);
    const auto loss = [&](std::int64_t batch) -> Var<B> {
      ++kept.count;
      std::vector<float> x = random_floats(32, static_cast<std::uint64_t>(batch) + 100);
      const Var<B> y = model.map(model.norm(Var<B>(Tensor<B>::from({8, 4}, x))));
      const Var<B> sum = matmul(y, y, Product::atb);
      if (batch != 3 || failure == Failure::none || failure == Failure::schedule || !std::exchange(due, false)) return sum;
      const auto failing = [&, sum](const Tensor<B>& dy) {
        model.map.weight.accumulate([&] { return Tensor<B>::full(Shape{1, 4}, failure == Failure::clip ? INFINITY : 1.0F); });
        if (failure == Failure::backward) throw IoError("no gradient");
        sum.accumulate([&] { return dy; });
      };
      switch (failure) {
        case Failure::loss_function: throw IoError("the disk was away for a moment");
        case Failure::not_finite: return multiply(sum, Var<B>(Tensor<B>::full({1}, NAN)));
        case Failure::several_elements: return y;
        case Failure::optimiser: optimiser_fails = true; return sum;
        default: return Var<B>::record(Tensor<B>::full({1, 1}, 2), {sum, model.map.weight}, failing);
      }
    };
    if (failure != Failure::none) {
      std::vector<std::vector<float>> before;
      CHECK_THROWS_AS(trainer.run(loss,
                                  [&](const TrainingStep&) {
                                    before = model.state();
                                    return true;
                                  }),
                      Error);
      CHECK(trainer.done() == 1);
      CHECK(model.state() == before);
      CHECK(kept.count.value() == 2);
    }
    trainer.run(loss, go_on);
    CHECK(kept.count.value() == 8);
    return model.state();
  };
  const auto clean = train(Failure::none);
  for (const Failure failure : {Failure::loss_function, Failure::not_finite, Failure::several_elements, Failure::backward, Failure::clip,
                                Failure::schedule, Failure::optimiser}) {
    CAPTURE(static_cast<int>(failure));
    CHECK(train(failure) == clean);
  }
}

TEST_CASE("Gradients that were there before a step that throws are there afterwards") {
  Model model = model_of(1);
  loss_of(model, 7).backward();
  const std::vector<float> before = model.weight.gradient().to_vector();
  auto trainer = trainer_of(model, {.steps = 1, .accumulate = 2});
  CHECK_THROWS_AS(trainer.run(
                      [&](std::int64_t batch) {
                        if (batch == 1) throw IoError("gone");
                        return loss_of(model, batch);
                      },
                      go_on),
                  IoError);
  CHECK(model.weight.gradient().to_vector() == before);
}

TEST_CASE("A loss of several elements, or of none, is refused with its shape") {
  Model model = model_of(1);
  auto trainer = trainer_of(model, {.steps = 1});
  CHECK_THROWS_WITH(trainer.run([&](std::int64_t) { return Var<B>(Tensor<B>::zeros({3})); }, go_on), ContainsSubstring("is a tensor [3]"));
  CHECK_THROWS_AS(trainer.run([&](std::int64_t) { return Var<B>(Tensor<B>(Shape{0})); }, go_on), ShapeError);
}

TEST_CASE("A resume that fails changes nothing") {
  const TemporaryFolder folder;
  const std::string path = folder.file("state.safetensors");
  Model model = model_of(1);
  EarlyStopping stopping(2);
  {
    auto trainer = trainer_of(model, {.steps = 2});
    trainer.keep("stopping", stopping);
    trainer.run([&](std::int64_t batch) { return loss_of(model, batch); }, go_on);
    trainer.save(path);
  }
  // Early stopping's count, the last of all that is assigned, becomes 1.5: what is before it has been assigned by then.
  std::string bytes;
  {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const float broken[] = {-INFINITY, 1.5F, 0};
  bytes.replace(bytes.size() - sizeof broken, sizeof broken, reinterpret_cast<const char*>(broken), sizeof broken);
  std::ofstream(path, std::ios::binary) << bytes;

  Model other = model_of(2);
  EarlyStopping others(2);
  others.add(0.5);
  auto trainer = trainer_of(other, {.steps = 3});
  trainer.keep("stopping", others);
  trainer.run([&](std::int64_t batch) { return loss_of(other, batch); }, [](const TrainingStep& step) { return step.step < 1; });
  const std::vector<float> before = other.weight.to_vector();
  CHECK_THROWS_AS(trainer.resume(path), FormatError);
  CHECK(other.weight.to_vector() == before);
  CHECK(trainer.done() == 1);
  CHECK(others.best() == 0.5);
  Model same = model_of(2);
  auto clean = trainer_of(same, {.steps = 3});
  trainer.run([&](std::int64_t batch) { return loss_of(other, batch); }, go_on);
  clean.run([&](std::int64_t batch) { return loss_of(same, batch); }, go_on);
  CHECK(other.weight.to_vector() == same.weight.to_vector());
}

TEST_CASE("The last step leaves a state, whatever the steps between checkpoints") {
  const TemporaryFolder folder;
  for (const std::int64_t every : {0, 3, 100}) {
    const std::string path = folder.file("state" + std::to_string(every));
    Model model = model_of(1), other = model_of(2);
    std::vector<bool> written;
    auto trainer = trainer_of(model, {.steps = 5, .checkpoint_every = every, .checkpoint = path, .after_checkpoint = [&] {
                                        written.push_back(std::filesystem::exists(path));
                                      }});
    trainer.run([&](std::int64_t batch) { return loss_of(model, batch); }, [](const TrainingStep& step) { return step.step < 4; });
    CHECK(written == std::vector<bool>(every == 3 ? 2 : 1, true));
    auto resumed = trainer_of(other, {.steps = 5});
    resumed.resume(path);
    CHECK(resumed.done() == 4);
    CHECK(other.weight.to_vector() == model.weight.to_vector());
  }
}

TEST_CASE("A step or a look after it that throws leaves a state of the steps done") {
  const TemporaryFolder folder;
  for (const bool in_loss : {true, false}) {
    const std::string path = folder.file(in_loss ? "loss" : "look");
    Model model = model_of(1), other = model_of(2), clean_model = model_of(1);
    auto trainer = trainer_of(model, {.steps = 9, .checkpoint = path});
    const auto loss = [&](std::int64_t batch) {
      VPR_REQUIRE(IoError, !in_loss || batch < 4, "the disk is gone");
      return loss_of(model, batch);
    };
    const auto look = [&](const TrainingStep& step) {
      VPR_REQUIRE(IoError, in_loss || step.step < 4, "the disk is gone");
      return true;
    };
    CHECK_THROWS_WITH(trainer.run(loss, look), ContainsSubstring("the disk is gone"));
    CHECK(trainer.done_in_checkpoint() == 4);
    auto resumed = trainer_of(other, {.steps = 9});
    resumed.resume(path);
    CHECK(resumed.done() == 4);
    resumed.run([&](std::int64_t batch) { return loss_of(other, batch); }, go_on);
    auto clean = trainer_of(clean_model, {.steps = 9});
    clean.run([&](std::int64_t batch) { return loss_of(clean_model, batch); }, go_on);
    CHECK(other.weight.to_vector() == clean_model.weight.to_vector());
  }

  Model model = model_of(1);
  const auto fails = [](std::int64_t) -> Var<B> { fail<IoError>("the first error"); };
  auto nothing_done = trainer_of(model, {.steps = 9, .checkpoint = folder.file("none")});
  CHECK_THROWS_WITH(nothing_done.run(fails, go_on), ContainsSubstring("the first error"));
  CHECK_FALSE(std::filesystem::exists(folder.file("none")));
  auto unwritable = trainer_of(model, {.steps = 9, .checkpoint = folder.file("none/state")});
  const auto fails_later = [&](std::int64_t batch) { return batch < 2 ? loss_of(model, batch) : fails(batch); };
  CHECK_THROWS_WITH(unwritable.run(fails_later, go_on), ContainsSubstring("the first error"));
}

TEST_CASE("A schedule that gives no rate is refused before the first step") {
  Model model = model_of(1);
  using T = Trainer<Model, Adam<B>, StepDecay>;
  CHECK_THROWS_WITH(T(model, Adam<B>(model), StepDecay{.size = 0}), ContainsSubstring("StepDecay: got size 0"));
  using F = Trainer<Model, Adam<B>, std::function<double(double, std::int64_t)>>;
  CHECK_THROWS_AS(F(model, Adam<B>(model), [](double, std::int64_t) { return NAN; }), ConfigError);
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
