// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "train_options.hpp"
#include "training_lock.hpp"
#include "training_loop.hpp"

#include <vpr/core/parallel.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace cli {
namespace {

/// What the clusters of the recipe's model start from: as its aggregator's row says, or the recipe that the model was published with.
vpr::ClusterStart clusters_of(const vpr::Recipe& recipe) {
  if (!vpr::CompositionName(recipe.system).aggregator.empty()) return vpr::cluster_start(recipe.system);
  const vpr::NamedSystem* const named = vpr::find_system(vpr::SystemName(recipe.system).system);
  return named == nullptr || named->recipe.empty() ? recipe.start.clusters : vpr::find_recipe(named->recipe).start.clusters;
}

/// The recipe with what the command line changes of it.
vpr::Recipe recipe_of(const TrainOptions& options) {
  vpr::Recipe recipe = vpr::find_recipe(options.recipe);
  if (!options.model.empty()) recipe.system = options.model;
  if (!options.backbone.empty()) recipe.system = vpr::on_backbone(recipe.system, options.backbone);
  recipe.tokens = options.tokens.empty() ? std::string(vpr::default_tokens(recipe.system)) : options.tokens;
  if (options.places > 0) recipe.places = options.places;
  if (options.photos > 0) recipe.photos = options.photos;
  if (options.rate > 0) recipe.rate = options.rate;
  if (options.tuned_blocks >= 0) recipe.tuned_blocks = options.tuned_blocks;
  if (options.augment == "randaugment") recipe.augment = vpr::RandAugment{};
  if (options.augment == "none") recipe.augment = nullptr;
  if (!options.mining.empty()) recipe.mining = vpr::find_mining(options.mining);
  if (options.triplets > 0) recipe.triplets = options.triplets;
  if (options.negatives > 0) recipe.miner.negatives = options.negatives;
  if (options.round > 0) recipe.miner.queries = options.round;
  if (options.pool > 0) recipe.miner.pool = options.pool;
  if (options.by != "automatic") recipe.by = vpr::places_by(options.by);
  if (!options.size.empty()) recipe.size = vpr::parse_image_size(options.size, "--size");
  recipe.start.clusters = clusters_of(recipe);
  recipe.miner.full = recipe.mining == vpr::Mining::full;
  recipe.miner.seed = options.seed;
  const bool mined = recipe.mining != vpr::Mining::batch;
  refuse({{"--places", mined && options.places > 0}, {"--photos", mined && options.photos > 0}},
         "is for batches of places, and this recipe mines triplets: give --triplets and --negatives, or --mining batch");
  refuse({{"--photos", recipe.pairs && options.photos > 0}}, "is for batches of places, and this recipe shows pairs, --places of them");
  refuse({{"--triplets", !mined && options.triplets > 0},
          {"--negatives", !mined && options.negatives > 0},
          {"--round", !mined && options.round > 0},
          {"--pool", !mined && options.pool > 0}},
         "is for mining from a database: add --mining partial or full");
  refuse({{"--frames", options.frames > 0 && recipe.by != vpr::PlacesBy::automatic && recipe.by != vpr::PlacesBy::sequence}},
         "is for places by sequence: add --by sequence");
  refuse({{"--patience", options.patience > 0 && options.every == 0}}, "counts validations, and there is one at the end only: add --every");
  VPR_REQUIRE(
      vpr::ConfigError, mined || recipe.classes || recipe.pairs || (options.places != 1 && options.photos != 1),
      "train: a batch of one place has no negatives, and one photo of a place no positives: the loss would always be 0; give --places and "
      "--photos of 2 or more");
  return recipe;
}

void run(TrainOptions options) {
  if (options.threads > 0) vpr::set_thread_count(static_cast<int>(options.threads));
  const vpr::Recipe recipe = recipe_of(options);
  vpr::make_system<vpr::Shapes>(recipe.system, recipe.tokens);  // one that cannot be made is refused before any file is read
  VPR_REQUIRE(vpr::ConfigError, !options.weights.empty(),
              "--weights is required: the backbone's, a checkpoint of the system, or seed:N for values drawn at random");
  const auto with_recipe = [typed = options](const std::string& name) {
    TrainOptions others = typed;
    others.recipe = name;
    return deciding_options(others, recipe_of(others));
  };
  options.size = vpr::text_of(recipe.size);
  const std::map<std::string, std::string> deciding = deciding_options(options, recipe);
  const TrainingLock lock(options.files());
  check_training(options, deciding, with_recipe);
  train(options, recipe, deciding);
}

}  // namespace

void add_train(CLI::App& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = program.add_subcommand("train", "Trains a system on photos of known places");
  std::string known;
  for (const vpr::Recipe& recipe : vpr::recipes()) known += "\n  " + recipe.name + ": " + recipe.meaning;
  command->add_option("--recipe", options->recipe, "what is trained and how:" + known)->required();
  command->add_option(
      "--weights", options->weights,
      "weights to start from: the backbone's, or a checkpoint of the system; or seed:N, drawn at random, to measure speed and memory; "
      "required");
  command
      ->add_option("--data", options->data,
                   "photos to train on: GSV-Cities, a CSV, or a folder of photos with positions in their names; to mine from, it may hold "
                   "queries and database")
      ->required();
  command->add_option("--out", options->out, "the trained weights, a .safetensors file; the training's state is kept beside it")
      ->check(file_name(".safetensors"))
      ->required();
  command->add_option("--backbone", options->backbone,
                      "another network under the recipe's model, such as dinov2-vits14, or dinov2-vits14:8 for its first eight blocks");
  command
      ->add_option("--model", options->model,
                   "another model than the recipe's: SYSTEM@BACKBONE, or BACKBONE+AGGREGATOR such as dinov2-vits14:8+gem")
      ->excludes("--backbone");
  command
      ->add_option("--tokens", options->tokens,
                   "aggregate tokens at unit length each, or as they come; default: unit for those of a cut network, else as the model was "
                   "published")
      ->check(CLI::IsMember({"unit", "raw"}));
  command->add_option("--by", options->by, "what shows one place: automatic, which is the recipe's, id, cell, sequence or focal-point")
      ->capture_default_str();
  command->add_option("--frames", options->frames, "places by sequence, of so many frames in a row; default where there are sequences: 5")
      ->check(whole_from(1));
  command->add_option("--leave-out", options->leave_out, "leave out photos of this group (city, video), or with this text in their path");
  command->add_option("--size", options->size, "size of the network's input in pixels, HEIGHTxWIDTH; default: the recipe's");
  command->add_option("--augment", options->augment, "what photos undergo; default: the recipe's")
      ->check(CLI::IsMember({"randaugment", "none"}));
  command->add_option(
      "--cache", options->cache,
      "folder that keeps what the frozen first blocks make of each photo, which is then computed once; with --augment none");
  command->add_option("--steps", options->steps, "steps in all, those of an earlier session included")
      ->check(whole_from(1))
      ->capture_default_str();
  command->add_option("--places", options->places, "places in a batch; default: the recipe's")->check(whole_from(1));
  command->add_option("--photos", options->photos, "photos of a place; default: the recipe's")->check(whole_from(1));
  command
      ->add_option("--mining", options->mining,
                   "where triplets come from: the batch, or descriptors of part of a database or of all of it, computed anew each round; "
                   "default: the recipe's")
      ->check(CLI::IsMember({"batch", "partial", "full"}));
  command->add_option("--triplets", options->triplets, "mining: triplets in a batch; default: the recipe's")->check(whole_from(1));
  command->add_option("--negatives", options->negatives, "mining: negatives of a triplet; default: the recipe's")->check(whole_from(1));
  command->add_option("--round", options->round, "mining: queries of a round; default: the recipe's")->check(whole_from(1));
  command
      ->add_option("--pool", options->pool,
                   "mining: random database photos of a round, among which negatives are looked for; default: the recipe's")
      ->check(whole_from(1));
  command->add_option("--rate", options->rate, "learning rate; default: the recipe's")->check(number_above_zero());
  command->add_option("--tuned-blocks", options->tuned_blocks, "last blocks of the network that are trained; default: the recipe's")
      ->check(whole_from(0));
  command->add_option("--seed", options->seed, "seed of heads, batches and augmentation")->check(whole_from(0))->capture_default_str();
  command
      ->add_option("--precision", options->precision,
                   "of the products in the network's blocks and their gradients; parameters and the optimiser are float32 in both")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->capture_default_str();
  command->add_flag("--checkpointing", options->checkpointing, "compute blocks twice to keep less in memory");
  command
      ->add_option("--every", options->every,
                   "steps between checkpoints and validations; there is one of each after the last step, and with 0 no other")
      ->check(whole_from(0))
      ->capture_default_str();
  CLI::Option* const resume = command->add_flag("--resume", options->resume, "go on from the state beside --out");
  command->add_flag("--change", options->change, "with --resume: go on though options differ from those that the training began with")
      ->needs(resume);
  command->add_flag("--force", options->force, "begin anew, though --out, its state, --log or --report are there: they are overwritten")
      ->excludes(resume);
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
  command
      ->add_option(
          "--report", options->report,
          "write an HTML page of loss, rate and recall over the steps; a resumed training's has the earlier steps where there is a --log")
      ->check(file_name());
  CLI::Option* const queries = command->add_option("--queries", options->queries, "validation: photos to localise")->check(file_name());
  CLI::Option* const database =
      command->add_option("--database", options->database, "validation: photos of known places")->check(file_name())->needs(queries);
  queries->needs(database);
  CLI::Option* const positives =
      command->add_option("--positives", options->positives, "validation: right answers, a CSV")->check(file_name())->needs(database);
  command->add_option("--radius", options->radius, "validation: right answers by position, metres")
      ->check(number_from(0))
      ->capture_default_str()
      ->needs(database)
      ->excludes(positives);
  command
      ->add_option(
          "--patience", options->patience,
          "stop after so many validations in a row without a better recall@1; 0: don't. The best weights are kept as OUT.best.safetensors")
      ->check(whole_from(0))
      ->capture_default_str()
      ->needs(database);
  command->add_option("--threads", options->threads, "threads; default: all. Changes speed, never a result")->check(whole_from(1, 4096));
  command->callback([options] { run(*options); });
}

}  // namespace cli
