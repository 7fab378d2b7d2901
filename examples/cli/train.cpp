// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "options.hpp"
#include "describe_photos.hpp"
#include "progress_bar.hpp"

#include <vpr/autograd.hpp>
#include <vpr/dataset/dataset.hpp>
#ifdef VPR_WITH_HASH
#include <vpr/dataset/frozen_blocks.hpp>
#endif
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/read_photo.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/io/open.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/trainer.hpp>
#include <vpr/train/training_log.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace cli {
namespace {

using B = vpr::Cpu<vpr::f32>;

struct Options {
  std::string recipe, weights, data, out, backbone, cache, log, database, queries, positives;
  std::string by = "automatic", augment = "randaugment", size = "224x224";
  std::vector<std::string> leave_out;
  std::int64_t steps = 1000, places = 0, photos = 0, frames = 5, tuned_blocks = -1, every = 0, patience = 0, threads = 0;
  double rate = 0, radius = 25;
  std::uint64_t seed = 0;
  bool resume = false, checkpointing = false;
};

/// The recipe with what the command line changes of it.
vpr::Recipe recipe_of(const Options& options) {
  vpr::Recipe recipe = vpr::find_recipe(options.recipe);
  if (!options.backbone.empty()) recipe.system += '@' + options.backbone;
  if (options.places > 0) recipe.places = options.places;
  if (options.photos > 0) recipe.photos = options.photos;
  if (options.rate > 0) recipe.rate = options.rate;
  if (options.tuned_blocks >= 0) recipe.tuned_blocks = options.tuned_blocks;
  return recipe;
}

vpr::TrainingPlaces places_of(const Options& options) {
  vpr::TrainingPlacesSettings settings;
  settings.by = vpr::places_by(options.by);
  settings.sequence.frames = options.frames;
  settings.keep = [&](const vpr::TrainingPhoto& photo) {
    return std::none_of(options.leave_out.begin(), options.leave_out.end(), [&](const std::string& text) {
      return photo.group == text || photo.path.find(text) != std::string::npos;
    });
  };
  return vpr::read_training_places(options.data, settings);
}

using Load = std::function<vpr::Planes(const std::string&, vpr::Random&)>;

Load loader_of(const Options& options, vpr::ImageSize size) {
  if (options.augment == "randaugment") return vpr::ReadPhoto{vpr::Augmentations{vpr::ResizeAsPil{size}, vpr::RandAugment{}}};
  return vpr::ReadPhoto{vpr::NoAugmentation{}, vpr::NormaliseThenResize<>{{size}}};
}

/// How well the system in training finds photos that it is not trained on.
class Validation {
 public:
  Validation(const Options& options, const vpr::Recipe& recipe) {
    if (options.database.empty()) return;
    dataset_ = vpr::Dataset::load({.database = options.database, .queries = options.queries, .pairs = options.positives, .radius = options.radius});
    vpr::require<vpr::ConfigError>(dataset_->positives.has_value(), "train: nothing tells which answers of the validation are right: give --positives, or photos with positions");
    model_.model = recipe.system;
    model_.weights = options.out;
    model_.size = options.size;
    model_.preprocess = "normalise-then-resize-tensor";
  }

  bool wanted() const { return dataset_.has_value(); }

  /// Recall@1 and @5 of the weights as they were written last.
  vpr::Recall operator()() const {
    vpr::Timing timing;
    const vpr::AnyPipeline model = load_model(model_, {}, timing);
    const vpr::Descriptors database = describe_photos(model, dataset_->database, model_, "validation database", timing);
    const vpr::Descriptors queries = describe_photos(model, dataset_->queries, model_, "validation queries", timing);
    const std::vector<std::int64_t> at{1, 5};
    return vpr::recall(vpr::ids_of(vpr::search(database, queries, 5), 5), 5, *dataset_->positives, at);
  }

 private:
  ModelOptions model_;
  std::optional<vpr::Dataset> dataset_;
};

/// What a network in training makes of images: with a cache, its frozen first blocks are computed once a photo.
using FeaturesOf = std::function<vpr::Features<vpr::Var<B>>(const vpr::Var<B>&)>;

template <class Network>
FeaturesOf features_of(Network& network, const Options& options) {
  if (options.cache.empty()) return [&network](const vpr::Var<B>& images) { return network(images); };
#ifdef VPR_WITH_HASH
  vpr::require<vpr::ConfigError>(options.augment == "none", "train: photos that are augmented differ each time, so --cache would never find one again: add --augment none, or leave it out");
  const auto kept = std::make_shared<vpr::FrozenBlocks<Network>>(network, options.cache);
  std::printf("the first %lld blocks are computed once a photo, and kept in %s\n", static_cast<long long>(kept->blocks()), options.cache.c_str());
  return [kept](const vpr::Var<B>& images) { return (*kept)(images); };
#else
  vpr::fail<vpr::ConfigError>("train: this program was built without xxHash, which --cache needs");
#endif
}

/// The loss of a batch of places by a recorded system.
template <class System>
vpr::Var<B> loss_of(System& system, const FeaturesOf& features, const vpr::PhotoBatch& batch) {
  auto& pipeline = vpr::first_stage_of(system);
  if constexpr (std::decay_t<decltype(pipeline)>::mixes) pipeline.aggregator.company = vpr::Company<vpr::Var<B>>::blocks(batch.shape()[0]);
  const vpr::Var<B> images(vpr::Tensor<B>::from(batch.shape(), std::span<const float>(batch.values)));
  if constexpr (requires { system.head; }) {
    const auto [descriptors, local] = system(images);
    return vpr::SelaVprLoss()(descriptors, local.tokens, batch.labels);
  } else {
    return vpr::MultiSimilarityLoss<>()(pipeline.aggregator(features(images)), batch.labels);
  }
}

template <class System>
void train(System& system, const Options& options, const vpr::Recipe& recipe) {
  const vpr::ImageSize size = parse_size(options.size);
  vpr::load_to_train(system, vpr::open_weights(options.weights), options.seed);
  vpr::freeze_backbone(system, recipe.tuned_blocks);
  vpr::first_stage_of(system).backbone.set_checkpointing(options.checkpointing);

  const FeaturesOf features = features_of(vpr::first_stage_of(system).backbone, options);

  const vpr::TrainingPlaces places = places_of(options);
  const vpr::PlaceSampler sampler(places, {.places = recipe.places, .photos = recipe.photos, .seed = options.seed});
  const vpr::PhotoBatches batches(sampler, loader_of(options, size));
  const Validation validation(options, recipe);

  const std::string state = options.out + ".state";
  vpr::Trainer trainer(system, vpr::AdamW<B>(system, {.rate = recipe.rate, .weight_decay = recipe.weight_decay}), recipe.schedule,
                       {.steps = options.steps, .checkpoint_every = options.every, .checkpoint = state});
  vpr::EarlyStopping stopping(options.patience);
  trainer.keep("early_stopping", stopping);
  if (options.resume) trainer.resume(state);
  std::int64_t parameters = 0;
  for (const auto& named : trainer.optimizer().parameters()) parameters += named.parameter.shape().elements();
  std::printf("%s on %zu photos of %zu places: %lld numbers are trained\n", recipe.system.c_str(), places.photos.size(), places.places.size(), static_cast<long long>(parameters));
  if (sampler.places_left_out() > 0) {
    std::printf("%lld places left out, with fewer than %lld photos\n", static_cast<long long>(sampler.places_left_out()), static_cast<long long>(recipe.photos));
  }

  std::optional<vpr::TrainingLog> log;
  if (!options.log.empty()) log.emplace(options.log, std::vector<std::string>{"recall@1", "recall@5"}, trainer.done());
  const double seconds_before = log && !log->rows().empty() ? log->rows().back().seconds : 0;
  const auto write = [&](const std::string& path) {
    vpr::save_safetensors(path, system, {{"recipe", recipe.name}, {"system", recipe.system}, {"trained from", std::filesystem::path(options.weights).filename().string()},
                                         {"licence", "that of the weights it was trained from"}});
  };
  const std::string best_weights = std::filesystem::path(options.out).replace_extension(".best.safetensors").string();
  const auto validated = [&](const std::string& when) {
    write(options.out);
    const vpr::Recall recall = validation();
    if (stopping.add(recall.of_all[0])) write(best_weights);
    std::printf("%s: recall@1 %.3f, recall@5 %.3f\n", when.c_str(), recall.of_all[0], recall.of_all[1]);
    std::fflush(stdout);
    return recall;
  };
  if (validation.wanted() && trainer.done() == 0) validated("before");

  vpr::Prefetch<vpr::PhotoBatch> ahead([&](std::int64_t i) { return batches.read(i); }, trainer.done(), options.steps);
  using Clock = std::chrono::steady_clock;
  const vpr::Progress progress = progress_bar();
  const std::int64_t first = trainer.done();
  std::int64_t images = 0;
  double seconds = 0;  // of the steps, validations left out
  Clock::time_point start = Clock::now();
  trainer.run(
      [&](std::int64_t) {
        const vpr::PhotoBatch batch = *ahead.next();
        images += batch.shape()[0];
        return loss_of(system, features, batch);
      },
      [&](const vpr::TrainingStep& step) {
        seconds += std::chrono::duration<double>(Clock::now() - start).count();
        const double speed = static_cast<double>(images) / seconds, left = seconds / static_cast<double>(step.step - first) * static_cast<double>(options.steps - step.step);
        const bool last = step.step == options.steps, look = last || (options.every > 0 && step.step % options.every == 0);
        char told[128];
        std::snprintf(told, sizeof told, "loss %.4f  %.1f images/s  %.0f s left", step.loss, speed, left);
        if (look) {
          if (progress) progress("", 1, 1);  // wipes the bar's line
          std::printf("step %lld/%lld  %s\n", static_cast<long long>(step.step), static_cast<long long>(options.steps), told);
          std::fflush(stdout);
        }
        vpr::TrainingRow row{step.step, step.loss, recipe.rate * step.rate_factor, seconds_before + seconds, speed, std::vector<double>(2, std::numeric_limits<double>::quiet_NaN())};
        if (look && validation.wanted()) row.measures = validated("validation").of_all;
        if (log) log->add(row);
        if (progress && !last) progress(told, step.step, options.steps);
        start = Clock::now();
        return !stopping.should_stop();
      });
  if (progress) progress("", 1, 1);
  write(options.out);
  if (trainer.done() < options.steps) std::printf("stopped after %lld steps: recall@1 rose no more\n", static_cast<long long>(trainer.done()));
  if (validation.wanted()) std::printf("%s: the weights with the best recall@1, %.3f\n", best_weights.c_str(), stopping.best());
  std::printf("%s: use it with --model %s\n", options.out.c_str(), recipe.system.c_str());
  for (const vpr::BadPhoto& bad : batches.bad_photos()) std::printf("left out: %s\n", bad.reason.c_str());
}

void run(const Options& options) {
  if (options.threads > 0) vpr::set_thread_count(static_cast<int>(options.threads));
  const vpr::Recipe recipe = recipe_of(options);
  vpr::with_system<vpr::Recorded<B>>(recipe.system, [&](auto system) { train(system, options, recipe); });
}

}  // namespace

void add_train(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("train", "Trains a system on photos of known places");
  std::string known;
  for (const vpr::Recipe& recipe : vpr::recipes()) known += "\n  " + recipe.name + ": " + recipe.meaning;
  command->add_option("--recipe", options->recipe, "what is trained and how:" + known)->required();
  command->add_option("--weights", options->weights, "weights to start from: the backbone's, or a checkpoint of the system")->required();
  command->add_option("--data", options->data, "photos to train on: GSV-Cities, a CSV, or a folder of photos with positions in their names")->required();
  command->add_option("--out", options->out, "the trained weights, a .safetensors file; the training's state is kept beside it")->required();
  command->add_option("--backbone", options->backbone, "another network than the authors', such as dinov2-vits14");
  command->add_option("--by", options->by, "what shows one place: automatic, id, cell or sequence")->capture_default_str();
  command->add_option("--frames", options->frames, "with sequences: frames in a row that show one place")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--leave-out", options->leave_out, "leave out photos of this group (city, video), or with this text in their path");
  command->add_option("--size", options->size, "size of the network's input in pixels")->capture_default_str();
  command->add_option("--augment", options->augment, "what photos undergo")->check(CLI::IsMember({"randaugment", "none"}))->capture_default_str();
  command->add_option("--cache", options->cache, "folder that keeps what the frozen first blocks make of each photo, which is then computed once; with --augment none");
  command->add_option("--steps", options->steps, "steps in all, those of an earlier session included")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--places", options->places, "places in a batch; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--photos", options->photos, "photos of a place; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--rate", options->rate, "learning rate; default: the recipe's")->check(CLI::PositiveNumber);
  command->add_option("--tuned-blocks", options->tuned_blocks, "last blocks of the network that are trained; default: the recipe's")->check(CLI::NonNegativeNumber);
  command->add_option("--seed", options->seed, "seed of heads, batches and augmentation")->capture_default_str();
  command->add_flag("--checkpointing", options->checkpointing, "compute blocks twice to keep less in memory");
  command->add_option("--every", options->every, "steps between checkpoints and validations; 0: none but a validation at the end")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_flag("--resume", options->resume, "go on from the state beside --out");
  command->add_option("--log", options->log, "write loss, rate, speed and recall of each step: a CSV file, or JSON lines where its name ends in .jsonl");
  command->add_option("--database", options->database, "validation: photos of known places");
  command->add_option("--queries", options->queries, "validation: photos to localise");
  command->add_option("--positives", options->positives, "validation: right answers, a CSV");
  command->add_option("--radius", options->radius, "validation: right answers by position, metres")->capture_default_str();
  command->add_option("--patience", options->patience, "stop after so many validations in a row without a better recall@1; 0: don't. The best weights are kept as OUT.best.safetensors")->capture_default_str();
  command->add_option("--threads", options->threads, "threads; default: all. Changes speed, never a result")->check(CLI::PositiveNumber);
  command->callback([options] { run(*options); });
}

}  // namespace cli
