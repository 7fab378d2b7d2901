// SPDX-License-Identifier: MIT
#include "training_loop.hpp"

#include "interruption.hpp"
#include "left_out.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "progress_bar.hpp"
#include "training_record.hpp"
#include "training_steps.hpp"
#include "validation.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace cli {
namespace {

using vpr::TrainedSystem;

/// How many steps a trained file says are behind it; nothing where there is no such file.
std::optional<std::int64_t> trained_steps(const std::string& path) {
  try {
    const vpr::WeightFile file = vpr::read_safetensors(path);
    const auto steps = file.metadata().find("trained_steps");
    return steps == file.metadata().end() ? std::nullopt : std::optional<std::int64_t>(std::stoll(steps->second));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// Gives a file another's name, in place of the one that has it.
void replace(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  VPR_REQUIRE(vpr::IoError, !error, to, ": cannot be replaced: ", error.message());
}

}  // namespace

void train(const TrainOptions& options, const vpr::Recipe& recipe, const std::map<std::string, std::string>& deciding) {
  TrainedSystem system = vpr::make_system<TrainedSystem::backend>(recipe.system, recipe.tokens);
  vpr::load_to_train(system, vpr::open_weights(options.weights), options.seed);
  vpr::freeze_backbone(system, recipe.tuned_blocks);
  system.pipeline.backbone.set_checkpointing(options.checkpointing);

  const std::unique_ptr<vpr::TrainingSteps> steps = training_steps(system, options, recipe);
  Validation validation(options, recipe);

  std::function<bool()> put_in_place;
  vpr::Trainer trainer(system, vpr::AdamW<vpr::Cpu<>>(system, {.rate = recipe.rate, .weight_decay = recipe.weight_decay}), recipe.schedule,
                       {.steps = options.steps,
                        .checkpoint_every = options.every,
                        .checkpoint = options.state(),
                        .notes = deciding,
                        .after_checkpoint = [&] { put_in_place(); }});
  vpr::EarlyStopping stopping(options.patience);
  trainer.keep("early_stopping", stopping);
  if (auto* const state = steps->state()) trainer.keep("triplets", *state);
  if (options.resume) {
    trainer.resume(options.state());
  } else {  // a kill before the first checkpoint must not leave the state of another training
    for (const std::string& path : {options.state(), options.best(), options.out, options.candidate()}) {
      std::error_code error;
      std::filesystem::remove(path, error);
      VPR_REQUIRE(vpr::IoError, !error, path, ": cannot be removed: ", error.message());
    }
  }
  std::int64_t parameters = 0;
  for (const auto& named : trainer.optimizer().parameters()) parameters += named.parameter.shape().elements();
  std::printf("%s on %s: %lld trainable parameters\n", recipe.system.c_str(), steps->description().c_str(),
              static_cast<long long>(parameters));

  TrainingRecord record(options, recipe, steps->description(), trainer.done());
  const double seconds_before = record.seconds();
  const std::string preprocess = "normalise-then-resize-tensor";
  vpr::ModelRecord made = vpr::record_of(vpr::canonical_name(recipe.system), parse_size(options.size), preprocess,
                                         vpr::find_backbone(vpr::backbone_of(recipe.system)).position_rule);
  made.tokens = recipe.tokens;
  made.upright = options.photo.upright ? "yes" : "no";
  made.accept_damaged = options.photo.accept_damaged ? "yes" : "no";
  const auto write = [&](const std::string& path) {
    std::map<std::string, std::string> metadata = vpr::metadata_of(made);
    metadata["recipe"] = recipe.name;
    metadata["system"] = recipe.system;
    metadata["trained_steps"] = std::to_string(trainer.done());
    metadata["trained_from"] = deciding.at("weights");
    metadata["licence"] = "that of the weights it was trained from";
    vpr::save_safetensors(path, system, metadata);
  };
  const std::string best_weights = options.best();
  const auto validated = [&](const std::string& when) {
    write(options.candidate());
    vpr::Recall recall;
    try {
      recall = validation();
    } catch (...) {  // a state is kept of this step, but its weights were not validated
      std::error_code ignored;
      std::filesystem::remove(options.candidate(), ignored);
      throw;
    }
    stopping.add(recall.of_all[0]);
    std::printf("%s: recall@1 %.3f, recall@5 %.3f\n", when.c_str(), recall.of_all[0], recall.of_all[1]);
    std::fflush(stdout);
    return recall;
  };
  // Validated weights take their name after the state of their step is written: what a kill leaves between them is done by `--resume`.
  put_in_place = [&] {
    if (trained_steps(options.candidate()) != trainer.done()) return false;
    if (stopping.is_at_best()) write(best_weights);
    replace(options.candidate(), options.out);
    return true;
  };
  if (options.resume && put_in_place()) {
    std::printf("%s: the training was cut off before its weights of step %lld were in place; now they are\n",
                vpr::escaped(options.out).c_str(), static_cast<long long>(trainer.done()));
  } else if (const auto steps_of_weights = trained_steps(options.out); steps_of_weights && steps_of_weights != trainer.done()) {
    std::printf("%s: these weights are of step %lld, the state is of step %lld: they are written when the training goes on\n",
                vpr::escaped(options.out).c_str(), static_cast<long long>(*steps_of_weights), static_cast<long long>(trainer.done()));
  }
  std::error_code ignored;
  std::filesystem::remove(options.candidate(), ignored);
  if (validation.wanted() && trainer.done() == 0) {
    record.add_before(validated("before").of_all);
    write(best_weights);
  }

  using Clock = std::chrono::steady_clock;
  const vpr::Progress progress = progress_bar();
  const std::int64_t first = trainer.done();
  double seconds = 0;  // of the steps, validations left out
  Clock::time_point start = Clock::now();
  const auto after_step = [&](const vpr::TrainingStep& step) {
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
    const double speed = static_cast<double>(steps->photos()) / seconds,
                 left = seconds / static_cast<double>(step.step - first) * static_cast<double>(options.steps - step.step);
    const bool last = step.step == options.steps, look = last || (options.every > 0 && step.step % options.every == 0);
    char told[128];
    std::snprintf(told, sizeof told, "loss %.4f  %.1f images/s  %.0f s left", step.loss, speed, left);
    if (look) {
      if (progress) progress("", 1, 1);  // wipes the bar's line
      std::printf("step %lld/%lld  %s\n", static_cast<long long>(step.step), static_cast<long long>(options.steps), told);
      std::fflush(stdout);
    }
    vpr::TrainingRow row{step.step,
                         step.loss,
                         recipe.rate * step.rate_factor,
                         seconds_before + seconds,
                         speed,
                         std::vector<double>(2, std::numeric_limits<double>::quiet_NaN())};
    if (look && validation.wanted()) row.measures = validated("validation").of_all;
    record.add(row);
    if (look) record.write_report();
    if (progress && !last) progress(told, step.step, options.steps);
    start = Clock::now();
    return !stopping.should_stop() && !Interruption::asked();
  };
  const Interruption interruption;
  try {
    trainer.run([&](std::int64_t step) { return steps->loss(step); }, after_step);
  } catch (const Interrupted&) {
    if (progress) progress("", 1, 1);
    VPR_REQUIRE(vpr::Error, trainer.done() > 0,
                "train: stopped by a signal before the first step was done: there is nothing to go on from");
  } catch (...) {
    if (progress) progress("", 1, 1);
    if (const std::int64_t done = trainer.done_in_checkpoint(); done > 0) {
      std::cerr << "the state after " << done << " steps is kept in " << vpr::escaped(options.state()) << ": --resume goes on from it\n";
    }
    throw;
  }
  if (progress) progress("", 1, 1);
  const bool interrupted = trainer.done() < options.steps && !stopping.should_stop();
  write(options.out);
  record.write_report();
  if (interrupted) {
    std::printf("stopped by a signal after %lld of %lld steps: state and weights are written, --resume goes on from there\n",
                static_cast<long long>(trainer.done()), static_cast<long long>(options.steps));
  } else if (trainer.done() < options.steps) {
    std::printf("stopped after %lld steps: recall@1 rose no more\n", static_cast<long long>(trainer.done()));
  }
  if (validation.wanted()) std::printf("%s: the weights with the best recall@1, %.3f\n", best_weights.c_str(), stopping.best());
  std::printf("%s: evaluate it with vpr evaluate --model %s --weights %s --size %s --preprocess %s\n", vpr::escaped(options.out).c_str(),
              recipe.system.c_str(), vpr::escaped(options.out).c_str(), made.size.c_str(), preprocess.c_str());
  LeftOut left_out;
  for (const vpr::BadPhoto& photo : steps->bad_photos()) left_out.add("data", photo.path, photo.path, photo.reason);
  for (const vpr::BadPhoto& photo : validation.bad_photos()) left_out.add("validation", photo.path, photo.path, photo.reason);
  std::fflush(stdout);
  left_out.finish(interrupted ? exit_interrupted : 0);
}

}  // namespace cli
