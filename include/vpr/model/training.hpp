// SPDX-License-Identifier: MIT
/// @file
/// The training of a system by a recipe: steps, validations, checkpoints and trained weights. Needs the component vpr::io.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/core/text.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>
#include <vpr/model/apart.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/model/training_files.hpp>
#include <vpr/model/training_steps.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/trainer.hpp>
#include <vpr/train/training_row.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace vpr {

struct TrainingSettings {
  TrainingFiles files;
  std::int64_t steps = 1000;  ///< in all, those of an earlier session included
  std::int64_t every = 0;     ///< steps between checkpoints and validations; one of each follows the last step
  std::int64_t patience = 0;  ///< validations without a better first measure after which it stops; 0: it does not
  bool resume =
      false;  ///< goes on from the state; otherwise earlier files of these names are removed once the first validation or step is done
  std::map<std::string, std::string> notes = {};     ///< kept in the state, such as the options of the training
  std::map<std::string, std::string> metadata = {};  ///< of the weights: see `metadata_of`
};

/// What a training calls. Each may be left out.
struct TrainingCallbacks {
  /// The first validation or step of a training that is not resumed is done, and the files of an earlier one are removed. Called before state
  /// or weights are written, to replace that one's log and report, so that no kill leaves them beside this one's.
  std::function<void()> begin = {};
  /// Measures of the weights in a file, such as recall@1: higher is better.
  std::function<std::vector<double>(const std::string& weights)> validate = {};
  /// A step is done and, where that was due, validated. Step 0 has the measures of the validation before the first.
  std::function<void(const TrainingRow&)> after_step = {};
  std::function<bool()> stop = {};                          ///< whether to stop after this step, to be resumed later
  std::function<void(const std::string&)> on_message = {};  ///< called with what a resumed training found
};

/// What a training moves: a system, and what its steps train beside it.
struct TrainedParts {
  TrainedSystem& system;
  TrainingSteps& steps;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    system.visit(visitor, prefix);
    steps.visit(AnyVisitor<TrainedSystem::backend>(visitor), prefix + "classifiers.");
  }
};

/// Trains a system by a recipe. The state is that of a `Trainer`: resumed, a training comes to the bits of one that was left alone. Validated weights
/// take their name after the state of their step is written: a program that is killed at any moment leaves both of one step, or resuming puts them in
/// place.
class Training {
 public:
  /// System and steps must outlive this.
  /// @throws ConfigError  for settings out of range, or a system of which nothing is trained; as `Trainer::resume` does; IoError  for files that
  ///   cannot be removed
  Training(TrainedSystem& system, const Recipe& recipe, TrainingSteps& steps, TrainingSettings settings, TrainingCallbacks callbacks = {});
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  /// Steps done so far, and those of them that are in the state.
  std::int64_t done() const { return trainer_.done(); }
  std::int64_t done_in_state() const { return trainer_.done_in_checkpoint(); }
  const EarlyStopping& stopping() const& { return stopping_; }
  void stopping() const&& = delete;
  /// How many values are trained.
  std::int64_t trainable() const;

  /// Measures the weights that the training starts from, where no step is done yet and it validates at all.
  void validate_before();

  /// Trains until all steps are done, the measures rise no more or a callback stops it, and writes state and weights.
  /// @param seconds_before  that earlier sessions took, for the rows
  /// @throws Error  as `Trainer::run` does, and where it is stopped before the first step is done
  void run(double seconds_before = 0);

 private:
  /// Classifiers have a rate of their own.
  static std::vector<ParameterGroup<AdamWSettings>> groups_of(const Recipe& recipe);

  /// How many steps a trained file says are behind it; nothing where there is no such file.
  static std::optional<std::int64_t> trained_steps(const std::string& path);

  static void remove(const std::string& path);

  /// Removes files of another training: a kill before the first checkpoint must not leave its state beside this one's weights.
  void remove_earlier();

  void write(const std::string& path);

  std::vector<double> validated();

  /// Gives validated weights their name, where they are of the state's step.
  bool put_in_place();

  /// Brings weights and state of a training that was killed to one step, or says that they are not.
  void find_weights();

  TrainedSystem& system_;
  Recipe recipe_;
  TrainingSteps& steps_;
  TrainingSettings settings_;
  TrainingCallbacks callbacks_;
  EarlyStopping stopping_;
  bool has_begun_;  // to write files
  TrainedParts parts_;
  Trainer<TrainedParts, AdamW<Cpu<f32>>, decltype(Recipe::schedule)> trainer_;
};

#if VPR_MODELS_BODIES
VPR_MODELS_FUNCTION Training::Training(TrainedSystem& system, const Recipe& recipe, TrainingSteps& steps, TrainingSettings settings,
                                       TrainingCallbacks callbacks)
    : system_(system),
      recipe_(recipe),
      steps_(steps),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      stopping_(settings_.patience),
      has_begun_(settings_.resume),
      parts_{system, steps},
      trainer_(parts_, AdamW<Cpu<f32>>(parts_, {.rate = recipe.rate, .weight_decay = recipe.weight_decay}, groups_of(recipe)),
               recipe.schedule,
               {.steps = settings_.steps,
                .checkpoint_every = settings_.every,
                .checkpoint = settings_.files.state(),
                .notes = settings_.notes,
                .after_checkpoint = [this] { put_in_place(); }}) {
  trainer_.keep("early_stopping", stopping_);
  if (auto* const state = steps.state()) trainer_.keep("triplets", *state);
  const TrainingFiles& files = settings_.files;
  if (settings_.resume) {
    trainer_.resume(files.state());
    find_weights();
  }
  remove(files.candidate());
}

VPR_MODELS_FUNCTION std::int64_t Training::trainable() const {
  std::int64_t elements = 0;
  for (const auto& named : trainer_.optimizer().parameters()) elements += named.parameter.shape().elements();
  return elements;
}

VPR_MODELS_FUNCTION void Training::validate_before() {
  if (!callbacks_.validate || done() > 0) return;
  TrainingRow row;
  row.measures = validated();
  remove_earlier();
  write(settings_.files.best());
  if (callbacks_.after_step) callbacks_.after_step(row);
}

VPR_MODELS_FUNCTION void Training::run(double seconds_before) {
  using Clock = std::chrono::steady_clock;
  double seconds = 0;  // of the steps, validations left out
  Clock::time_point start = Clock::now();
  const auto after_step = [&](const TrainingStep& step) {
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
    remove_earlier();
    const bool due = step.step == settings_.steps || (settings_.every > 0 && step.step % settings_.every == 0);
    TrainingRow row{
        step.step, step.loss, recipe_.rate * step.rate_factor, seconds_before + seconds, static_cast<double>(steps_.photos()) / seconds,
        {}};
    if (due && callbacks_.validate) row.measures = validated();
    if (callbacks_.after_step) callbacks_.after_step(row);
    start = Clock::now();
    return !stopping_.should_stop() && !(callbacks_.stop && callbacks_.stop());
  };
  try {
    trainer_.run([this](std::int64_t step) { return steps_.loss(step); }, after_step);
  } catch (const StopTraining&) {
    VPR_REQUIRE(Error, done() > 0, "training: stopped before the first step was done: there is nothing to go on from");
  }
  write(settings_.files.weights);
}

VPR_MODELS_FUNCTION std::vector<ParameterGroup<AdamWSettings>> Training::groups_of(const Recipe& recipe) {
  if (!recipe.classes) return {};
  return {{"classifiers.", {.rate = recipe.classes->rate}}};
}

VPR_MODELS_FUNCTION std::optional<std::int64_t> Training::trained_steps(const std::string& path) {
  try {
    const WeightFile file = read_safetensors(path);
    const auto steps = file.metadata().find("trained_steps");
    return steps == file.metadata().end() ? std::nullopt : std::optional<std::int64_t>(std::stoll(steps->second));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

VPR_MODELS_FUNCTION void Training::remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  VPR_REQUIRE(IoError, !error, path, ": cannot be removed: ", error.message());
}

VPR_MODELS_FUNCTION void Training::remove_earlier() {
  if (std::exchange(has_begun_, true)) return;
  for (const std::string& path : {settings_.files.state(), settings_.files.best(), settings_.files.weights}) remove(path);
  if (callbacks_.begin) callbacks_.begin();
}

VPR_MODELS_FUNCTION void Training::write(const std::string& path) {
  std::map<std::string, std::string> metadata = settings_.metadata;
  metadata["recipe"] = recipe_.name;
  metadata["system"] = recipe_.system;
  metadata["trained_steps"] = std::to_string(done());
  save_safetensors(path, system_, metadata);
}

VPR_MODELS_FUNCTION std::vector<double> Training::validated() {
  write(settings_.files.candidate());
  try {
    std::vector<double> measures = callbacks_.validate(settings_.files.candidate());
    VPR_REQUIRE(ConfigError, !measures.empty(), "training: a validation gave no measure");
    stopping_.add(measures[0]);
    return measures;
  } catch (...) {  // a state is kept of this step, but its weights were not validated
    std::error_code ignored;
    std::filesystem::remove(settings_.files.candidate(), ignored);
    throw;
  }
}

VPR_MODELS_FUNCTION bool Training::put_in_place() {
  const TrainingFiles& files = settings_.files;
  if (trained_steps(files.candidate()) != done()) return false;
  if (stopping_.is_at_best()) write(files.best());
  std::error_code error;
  std::filesystem::rename(files.candidate(), files.weights, error);
  VPR_REQUIRE(IoError, !error, files.weights, ": cannot be replaced: ", error.message());
  return true;
}

VPR_MODELS_FUNCTION void Training::find_weights() {
  const std::string& weights = settings_.files.weights;
  std::string found;
  if (put_in_place()) {
    found = text_of(escaped(weights), ": the training was cut off before its weights of step ", done(), " were in place; now they are");
  } else if (const auto steps = trained_steps(weights); steps && steps != done()) {
    found = text_of(escaped(weights), ": these weights are of step ", *steps, ", the state is of step ", done(),
                    ": they are written when the training goes on");
  }
  if (!found.empty() && callbacks_.on_message) callbacks_.on_message(found);
}
#endif

}  // namespace vpr
