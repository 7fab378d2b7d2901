// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "interruption.hpp"
#include "left_out.hpp"
#include "outputs.hpp"
#include "progress_bar.hpp"
#include "train_options.hpp"
#include "training_record.hpp"
#include "training_steps.hpp"
#include "validation.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/record.hpp>
#include <vpr/train/early_stopping.hpp>

#include <CLI/CLI.hpp>

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

/// The recipe with what the command line changes of it.
vpr::Recipe recipe_of(const TrainOptions& options) {
  vpr::Recipe recipe = vpr::find_recipe(options.recipe);
  if (!options.backbone.empty()) recipe.system += '@' + options.backbone;
  if (options.places > 0) recipe.places = options.places;
  if (options.photos > 0) recipe.photos = options.photos;
  if (options.rate > 0) recipe.rate = options.rate;
  if (options.tuned_blocks >= 0) recipe.tuned_blocks = options.tuned_blocks;
  if (!options.augment.empty()) recipe.augment = options.augment == "randaugment";
  if (!options.mining.empty()) recipe.mining = vpr::find_mining(options.mining);
  if (options.triplets > 0) recipe.triplets = options.triplets;
  if (options.negatives > 0) recipe.miner.negatives = options.negatives;
  if (options.round > 0) recipe.miner.queries = options.round;
  if (options.pool > 0) recipe.miner.pool = options.pool;
  recipe.miner.full = recipe.mining == vpr::Mining::full;
  recipe.miner.seed = options.seed;
  const bool mined = recipe.mining != vpr::Mining::batch;
  VPR_REQUIRE(vpr::ConfigError, !mined || (options.places == 0 && options.photos == 0),
              "train: --places and --photos are for batches of places, and this recipe mines triplets: give --triplets and --negatives, or "
              "--mining batch");
  VPR_REQUIRE(vpr::ConfigError, mined || (options.triplets == 0 && options.negatives == 0 && options.round == 0 && options.pool == 0),
              "train: --triplets, --negatives, --round and --pool are for mining from a database: add --mining partial or full");
  return recipe;
}

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

template <class System>
void train(System& system, const TrainOptions& options, const vpr::Recipe& recipe, const std::map<std::string, std::string>& deciding) {
  vpr::load_to_train(system, vpr::open_weights(options.weights), options.seed);
  vpr::freeze_backbone(system, recipe.tuned_blocks);
  vpr::first_stage_of(system).backbone.set_checkpointing(options.checkpointing);

  const std::unique_ptr<TrainingSteps<System>> steps = training_steps(system, options, recipe);
  Validation validation(options, recipe.system);

  std::function<bool()> put_in_place;
  TrainerOf<System> trainer(system, vpr::AdamW<B>(system, {.rate = recipe.rate, .weight_decay = recipe.weight_decay}), recipe.schedule,
                            {.steps = options.steps,
                             .checkpoint_every = options.every,
                             .checkpoint = options.state(),
                             .notes = deciding,
                             .after_checkpoint = [&] { put_in_place(); }});
  vpr::EarlyStopping stopping(options.patience);
  trainer.keep("early_stopping", stopping);
  steps->keep_in(trainer);
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
  std::printf("%s on %s: %lld trainable parameters\n", recipe.system.c_str(), steps->told().c_str(), static_cast<long long>(parameters));

  TrainingRecord record(options, recipe, steps->told(), trainer.done());
  const double seconds_before = record.seconds();
  const std::string preprocess = "normalise-then-resize-tensor";
  vpr::ModelRecord made = vpr::record_of(vpr::canonical_name(recipe.system), parse_size(options.size), preprocess,
                                         vpr::first_stage_of(system).backbone.config());
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

void run(const TrainOptions& options) {
  if (options.threads > 0) vpr::set_thread_count(static_cast<int>(options.threads));
  const vpr::Recipe recipe = recipe_of(options);
  const std::map<std::string, std::string> deciding = deciding_options(options, recipe);
  check_training(options, deciding);
  vpr::with_system<vpr::Recorded<B>>(recipe.system, [&](auto system) { train(system, options, recipe, deciding); });
}

}  // namespace

void add_train(CLI::App& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = program.add_subcommand("train", "Trains a system on photos of known places");
  std::string known;
  for (const vpr::Recipe& recipe : vpr::recipes()) known += "\n  " + recipe.name + ": " + recipe.meaning;
  command->add_option("--recipe", options->recipe, "what is trained and how:" + known)->required();
  command->add_option("--weights", options->weights, "weights to start from: the backbone's, or a checkpoint of the system")->required();
  command
      ->add_option("--data", options->data,
                   "photos to train on: GSV-Cities, a CSV, or a folder of photos with positions in their names; to mine from, it may hold "
                   "queries and database")
      ->required();
  command->add_option("--out", options->out, "the trained weights, a .safetensors file; the training's state is kept beside it")
      ->check(file_name(".safetensors"))
      ->required();
  command->add_option("--backbone", options->backbone, "another network than the authors', such as dinov2-vits14");
  command->add_option("--by", options->by, "what shows one place: automatic, id, cell or sequence")->capture_default_str();
  command->add_option("--frames", options->frames, "with sequences: frames in a row that show one place")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--leave-out", options->leave_out, "leave out photos of this group (city, video), or with this text in their path");
  command->add_option("--size", options->size, "size of the network's input in pixels")->capture_default_str();
  command->add_option("--augment", options->augment, "what photos undergo; default: the recipe's")
      ->check(CLI::IsMember({"randaugment", "none"}));
  command->add_option(
      "--cache", options->cache,
      "folder that keeps what the frozen first blocks make of each photo, which is then computed once; with --augment none");
  command->add_option("--steps", options->steps, "steps in all, those of an earlier session included")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--places", options->places, "places in a batch; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--photos", options->photos, "photos of a place; default: the recipe's")->check(CLI::PositiveNumber);
  command
      ->add_option("--mining", options->mining,
                   "where triplets come from: the batch, or descriptors of part of a database or of all of it, computed anew each round; "
                   "default: the recipe's")
      ->check(CLI::IsMember({"batch", "partial", "full"}));
  command->add_option("--triplets", options->triplets, "mining: triplets in a batch; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--negatives", options->negatives, "mining: negatives of a triplet; default: the recipe's")
      ->check(CLI::PositiveNumber);
  command->add_option("--round", options->round, "mining: queries of a round; default: the recipe's")->check(CLI::PositiveNumber);
  command
      ->add_option("--pool", options->pool,
                   "mining: random database photos of a round, among which negatives are looked for; default: the recipe's")
      ->check(CLI::PositiveNumber);
  command->add_option("--rate", options->rate, "learning rate; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--tuned-blocks", options->tuned_blocks, "last blocks of the network that are trained; default: the recipe's")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seed", options->seed, "seed of heads, batches and augmentation")->capture_default_str();
  command->add_flag("--checkpointing", options->checkpointing, "compute blocks twice to keep less in memory");
  command
      ->add_option("--every", options->every,
                   "steps between checkpoints and validations; there is one of each after the last step, and with 0 no other")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--resume", options->resume, "go on from the state beside --out");
  command->add_flag("--change", options->change, "with --resume: go on though options differ from those that the training began with");
  command->add_flag("--force", options->force, "begin anew, though --out, its state, --log or --report are there: they are overwritten");
  command
      ->add_option("--positions", options->positions,
                   "what the positions of photos are; automatic: as names and tables say, or their numbers leave no doubt")
      ->check(CLI::IsMember({"automatic", "metres", "degrees"}))
      ->capture_default_str();
  add_photo_options(*command, options->photo);
  command
      ->add_option("--log", options->log,
                   "write loss, rate, speed and recall of each step: a CSV file, or JSON lines where its name ends in .jsonl")
      ->check(file_name());
  command->add_option(
      "--report", options->report,
      "write an HTML page of loss, rate and recall over the steps; a resumed training's has the earlier steps where there is a --log");
  command->add_option("--database", options->database, "validation: photos of known places");
  command->add_option("--queries", options->queries, "validation: photos to localise");
  command->add_option("--positives", options->positives, "validation: right answers, a CSV");
  command->add_option("--radius", options->radius, "validation: right answers by position, metres")->capture_default_str();
  command
      ->add_option(
          "--patience", options->patience,
          "stop after so many validations in a row without a better recall@1; 0: don't. The best weights are kept as OUT.best.safetensors")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "threads; default: all. Changes speed, never a result")->check(CLI::PositiveNumber);
  command->callback([options] { run(*options); });
}

}  // namespace cli
